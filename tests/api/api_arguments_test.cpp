// The installed library rejects invalid arguments: the message names them with their values, and no
// result is written.
#include "maxtrick/maxtrick.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(api_arguments_test)

namespace {

using maxtrick::ConstMatrix;
using maxtrick::Matrix;
using maxtrick::Options;

constexpr std::size_t huge = ~std::size_t{0};

// Arguments for three rows of four classes. All matrices lie in one block of memory, so that a test
// can place an argument anywhere, including over another one.
struct Arguments {
  std::vector<float> memory = std::vector<float>(200, 7);
  std::vector<std::int32_t> targets{0, 3, 1};
  ConstMatrix logits{at(0, 12), 3, 4};
  Matrix result{at(12, 12), 3, 4};
  std::span<float> per_row = at(24, 3);
  ConstMatrix coefficients{at(150, 12), 3, 4};
  float scale = 1;
  Options options;

  std::span<float> at(std::size_t first, std::size_t numbers) {
    return std::span(memory).subspan(first, numbers);
  }
};

enum Function {
  softmax,
  log_softmax,
  log_sum_exp,
  cross_entropy,
  cross_entropy_gradient,
  soft_cross_entropy,  // of coefficients
  soft_gradient
};
const char* const names[] = {"softmax",
                             "log_softmax",
                             "log_sum_exp",
                             "cross_entropy",
                             "cross_entropy_gradient",
                             "cross_entropy",
                             "cross_entropy_gradient"};

void call(Function function, const Arguments& a) {
  switch (function) {
    case softmax: return maxtrick::softmax(a.logits, a.result, a.options);
    case log_softmax: return maxtrick::log_softmax(a.logits, a.result, a.options);
    case log_sum_exp: return maxtrick::log_sum_exp(a.logits, a.per_row, a.options);
    case cross_entropy: return maxtrick::cross_entropy(a.logits, a.targets, a.per_row, a.options);
    case cross_entropy_gradient:
      return maxtrick::cross_entropy_gradient(a.logits, a.targets, a.per_row, a.result, a.scale,
                                              a.options);
    case soft_cross_entropy:
      return maxtrick::cross_entropy(a.logits, a.coefficients, a.per_row, a.options);
    case soft_gradient:
      return maxtrick::cross_entropy_gradient(a.logits, a.coefficients, a.per_row, a.result,
                                              a.scale, a.options);
  }
}

using Change = std::function<void(Arguments&)>;

// Checks that each of `functions` rejects the arguments after `change` with the message `expected`,
// which follows the function's name.
void rejected(const std::vector<Function>& functions, const std::string& expected,
              const Change& change) {
  for (const Function function : functions) {
    Arguments a;
    change(a);
    const std::vector<float> before = a.memory;
    BOOST_TEST(maxtrick::tests::error_of<std::invalid_argument>([&] { call(function, a); }) ==
               std::string("maxtrick::") + names[function] + ": " + expected);
    BOOST_TEST(a.memory == before, names[function] << " has written");
  }
}

void accepted(const std::vector<Function>& functions, const Change& change) {
  for (const Function function : functions) {
    Arguments a;
    change(a);
    BOOST_CHECK_NO_THROW(call(function, a));
  }
}

const std::vector<Function> all{softmax,
                                log_softmax,
                                log_sum_exp,
                                cross_entropy,
                                cross_entropy_gradient,
                                soft_cross_entropy,
                                soft_gradient};
const std::vector<Function> labelled{cross_entropy, cross_entropy_gradient};
const std::vector<Function> soft{soft_cross_entropy, soft_gradient};
const std::vector<Function> one_number{log_sum_exp, cross_entropy, cross_entropy_gradient,
                                       soft_cross_entropy, soft_gradient};
const std::vector<Function> gradient{cross_entropy_gradient, soft_gradient};
const std::vector<Function> matrices{softmax, log_softmax, cross_entropy_gradient, soft_gradient};

}  // namespace

BOOST_AUTO_TEST_CASE(as_they_are_they_fit) {
  accepted(all, [](Arguments&) {});
}

BOOST_AUTO_TEST_CASE(logits_that_are_not_there) {
  rejected(all, "logits: 11 values, which is too few for 3 x 4 with stride 4",
           [](Arguments& a) { a.logits.values = a.logits.values.first(11); });
  rejected(all, "logits: 12 values, which is too few for 3 x 4 with stride 5",
           [](Arguments& a) { a.logits.stride = 5; });
  rejected(all, "logits: stride 3, expected 4, the number of classes, or more",
           [](Arguments& a) { a.logits.stride = 3; });
  rejected(all, "logits: 3 x 0, expected 1 class or more",
           [](Arguments& a) { a.logits.classes = 0; });
  // A size whose product would overflow.
  const std::string most = std::to_string(huge);
  rejected(all, "logits: 12 values, which is too few for " + most + " x 4 with stride 4",
           [](Arguments& a) { a.logits.rows = huge; });
  rejected(
      all,
      "logits: 12 values, which is too few for 3 x 4 with stride " + std::to_string(huge / 2 + 1),
      [](Arguments& a) { a.logits.stride = huge / 2 + 1; });
  rejected(all, "logits: 12 values, which is too few for 3 x " + most + " with stride " + most,
           [](Arguments& a) { a.logits.classes = a.logits.stride = huge; });
  accepted({softmax}, [](Arguments& a) {  // a single row has no stride
    a.logits.rows = a.result.rows = 1;
    a.logits.stride = 0;
    a.result.stride = huge;
  });
}

BOOST_AUTO_TEST_CASE(results_that_do_not_fit) {
  for (const auto& [function, name] :
       std::vector<std::pair<Function, std::string>>{{softmax, "probabilities"},
                                                     {log_softmax, "log_probabilities"},
                                                     {cross_entropy_gradient, "gradient"},
                                                     {soft_gradient, "gradient"}}) {
    rejected({function}, name + ": 11 values, which is too few for 3 x 4 with stride 4",
             [](Arguments& a) { a.result.values = a.result.values.first(11); });
    rejected({function}, name + ": 2 x 4, expected 3 x 4 as logits",
             [](Arguments& a) { a.result.rows = 2; });
    rejected({function}, name + ": 3 x 3, expected 3 x 4 as logits",
             [](Arguments& a) { a.result.classes = 3; });
    rejected({function}, name + ": stride 2, expected 4, the number of classes, or more",
             [](Arguments& a) { a.result.stride = 2; });
  }
  for (const Function function : one_number) {
    const std::string name = function == log_sum_exp ? "sums" : "losses";
    for (const std::size_t n : {0UL, 2UL, 4UL})
      rejected({function},
               name + ": " + std::to_string(n) + " values, expected 3, one for each row",
               [n](Arguments& a) { a.per_row = a.at(24, n); });
  }
}

BOOST_AUTO_TEST_CASE(targets_scales_and_threads) {
  rejected(labelled, "targets: 4 values, expected 3, one for each row",
           [](Arguments& a) { a.targets.push_back(0); });
  rejected(labelled, "targets[1]: 4, expected 0 to 3", [](Arguments& a) { a.targets[1] = 4; });
  rejected(labelled, "targets[2]: -1, expected 0 to 3", [](Arguments& a) { a.targets[2] = -1; });
  for (const auto& [scale, text] : std::vector<std::pair<float, std::string>>{
           {0, "0"}, {-1, "-1"}, {0x1p-31F, "4.656613e-10"}, {INFINITY, "inf"}, {NAN, "nan"}})
    rejected(gradient, "scale: " + text + ", expected 2^-30 to 2^30",
             [factor = scale](Arguments& a) { a.scale = factor; });
  rejected(all, "threads: 0, expected 1 or more", [](Arguments& a) { a.options.threads = 0; });
  for (const auto& [scale, text] : std::vector<std::pair<double, std::string>>{
           {0, "0"}, {-0.5, "-0.5"}, {INFINITY, "inf"}, {NAN, "nan"}})
    rejected(all, "logit_scale: " + text + ", expected a finite number above 0",
             [factor = scale](Arguments& a) { a.options.logit_scale = factor; });
}

BOOST_AUTO_TEST_CASE(coefficients_that_do_not_fit) {
  rejected(soft, "coefficients: 2 x 4, expected 3 x 4 as logits",
           [](Arguments& a) { a.coefficients.rows = 2; });
  rejected(soft, "coefficients: 3 x 5, expected 3 x 4 as logits",
           [](Arguments& a) { a.coefficients.classes = 5; });
  rejected(soft, "coefficients: 12 values, which is too few for 3 x 4 with stride 5",
           [](Arguments& a) { a.coefficients.stride = 5; });
  rejected(soft, "losses: overlaps coefficients: 1 x 3, 8 bytes from 3 x 4 with stride 4",
           [](Arguments& a) { a.per_row = a.at(152, 3); });
  rejected({soft_gradient},
           "gradient: overlaps coefficients: 3 x 4 with stride 4, 0 bytes from 3 x 4 with stride 4",
           [](Arguments& a) { a.result.values = a.at(150, 12); });
  // Both are only read.
  accepted(soft, [](Arguments& a) { a.coefficients = a.logits; });
}

BOOST_AUTO_TEST_CASE(class_strides) {
  rejected(all, "logits: class_stride 0, expected 1 or more",
           [](Arguments& a) { a.logits.class_stride = 0; });
  rejected(all, "logits: 12 values, which is too few for 3 x 4 with stride 8 and class_stride 2",
           [](Arguments& a) {
             a.logits.stride = 8;
             a.logits.class_stride = 2;
           });
  rejected(all, "logits: 10 values, which is too few for 3 x 4 with stride 1 and class_stride 3",
           [](Arguments& a) {
             a.logits = {a.at(0, 10), 3, 4, 1, 3};
           });
  rejected(all,
           "logits: 3 x 4 with stride 2 and class_stride 3, expected rows or classes that do not "
           "interleave",
           [](Arguments& a) {
             a.logits = {a.at(0, 12), 3, 4, 2, 3};
           });
  rejected(all,
           "logits: 3 x 4 with stride 6 and class_stride 2, expected rows or classes that do not "
           "interleave",
           [](Arguments& a) {
             a.logits = {a.at(0, 30), 3, 4, 6, 2};
           });
  rejected(all,
           "logits: 12 values, which is too few for 3 x 4 with stride 1 and class_stride " +
               std::to_string(huge),
           [](Arguments& a) {
             a.logits = {a.at(0, 12), 3, 4, 1, huge};
           });
  // The smallest strides, and the smallest number of values.
  accepted(all, [](Arguments& a) { a.logits = {a.at(50, 21), 3, 4, 7, 2}; });
  accepted(all, [](Arguments& a) { a.logits = {a.at(50, 12), 3, 4, 1, 3}; });
  accepted(all, [](Arguments& a) {  // a single row has no stride
    a.logits = {a.at(50, 7), 1, 4, 0, 2};
    a.result = {a.at(0, 4), 1, 4, huge};
    a.coefficients.rows = 1;
    a.targets.resize(1);
    a.per_row = a.at(24, 1);
  });
  accepted(all, [](Arguments& a) {  // and a single class no class stride
    a.logits = {a.at(50, 3), 3, 1, 1, huge};
    a.result = {a.at(0, 3), 3, 1, 1, 0};
    a.coefficients = {a.at(30, 3), 3, 1, 1, 7};
    a.targets = {0, 0, 0};
  });
}

BOOST_AUTO_TEST_CASE(overlapping_arguments_with_class_strides) {
  const auto place = [](std::size_t first, std::size_t stride, std::size_t class_stride) {
    return [=](Arguments& a) {
      a.logits = {a.at(0, 60), 3, 4, stride, class_stride};
      a.result = {a.at(first, 60), 3, 4, stride, class_stride};
      a.per_row = a.at(120, 3);
    };
  };
  // In place, between the numbers, in the gaps between the rows, and in those between the classes.
  for (const std::size_t first : {0U, 1U, 7U, 8U, 9U, 15U, 17U}) {
    accepted(matrices, place(first, 16, 2));
    accepted(matrices, place(first, 2, 16));
  }
  for (const std::size_t first : {2U, 4U, 6U, 14U, 16U, 18U, 32U}) {
    for (const auto& [stride, class_stride] :
         {std::pair<std::size_t, std::size_t>{16, 2}, std::pair<std::size_t, std::size_t>{2, 16}}) {
      const std::string layout = "3 x 4 with stride " + std::to_string(stride) +
                                 " and class_stride " + std::to_string(class_stride);
      if (stride == 2 && first == 6) continue;  // beside the three rows of a class
      rejected({softmax},
               "probabilities: overlaps logits: " + layout + ", " + std::to_string(4 * first) +
                   " bytes from " + layout,
               place(first, stride, class_stride));
    }
  }
  // Other strides that interleave always count as overlapping.
  rejected(
      {softmax},
      "probabilities: overlaps logits: 3 x 4 with stride 16 and class_stride 4, 4 bytes from 3 "
      "x 4 with stride 16 and class_stride 2",
      [](Arguments& a) {
        a.logits = {a.at(0, 48), 3, 4, 16, 2};
        a.result = {a.at(1, 48), 3, 4, 16, 4};
      });
  accepted(one_number, [](Arguments& a) {
    a.logits = {a.at(40, 40), 3, 4, 16, 2};
    a.per_row = a.at(48, 3);  // in a gap between rows
  });
  rejected({log_sum_exp},
           "sums: overlaps logits: 1 x 3, 4 bytes from 3 x 4 with stride 16 and class_stride 2",
           [](Arguments& a) {
             a.logits = {a.at(40, 40), 3, 4, 16, 2};
             a.per_row = a.at(41, 3);
           });
}

BOOST_AUTO_TEST_CASE(overlapping_arguments) {
  // The result may be in place, or in the gaps between the rows of the logits.
  accepted(matrices, [](Arguments& a) { a.result.values = a.at(0, 12); });
  accepted(matrices, [](Arguments& a) {
    a.logits = {a.at(30, 24), 3, 4, 9};
    a.result = {a.at(34, 24), 3, 4, 9};
  });
  accepted(matrices, [](Arguments& a) {  // in the gaps before the rows
    a.logits = {a.at(34, 24), 3, 4, 9};
    a.result = {a.at(30, 24), 3, 4, 9};
  });
  accepted(one_number, [](Arguments& a) {
    a.logits = {a.at(30, 24), 3, 4, 9};
    a.per_row = a.at(43, 3);
  });

  const auto overlap = [](Function function, const std::string& of, const std::string& figures,
                          const Change& change) {
    const std::string name = function == softmax ? "probabilities" : "gradient";
    rejected({function}, name + ": overlaps " + of + ": " + figures, change);
  };
  for (const Function function : {softmax, cross_entropy_gradient}) {
    overlap(function, "logits", "3 x 4 with stride 4, 4 bytes from 3 x 4 with stride 4",
            [](Arguments& a) { a.result.values = a.at(1, 12); });
    overlap(function, "logits", "3 x 4 with stride 4, -44 bytes from 3 x 4 with stride 4",
            [](Arguments& a) {
              a.logits.values = a.at(30, 12);
              a.result.values = a.at(19, 12);
            });
    overlap(function, "logits", "3 x 4 with stride 5, 0 bytes from 3 x 4 with stride 4",
            [](Arguments& a) {
              a.result = {a.at(0, 14), 3, 4, 5};
            });
    // The result overlaps the logits by one number, at either end of the gap.
    for (const std::size_t first : {33UL, 36UL})
      overlap(function, "logits",
              "3 x 4 with stride 9, " + std::to_string(4 * (first - 30)) +
                  " bytes from 3 x 4 with stride 9",
              [first](Arguments& a) {
                a.logits = {a.at(30, 24), 3, 4, 9};
                a.result = {a.at(first, 24), 3, 4, 9};
              });
  }
  for (const Function function : one_number) {
    const std::string name = function == log_sum_exp ? "sums" : "losses";
    for (const std::size_t first : {0UL, 11UL})
      rejected({function},
               name + ": overlaps logits: 1 x 3, " + std::to_string(4 * first) +
                   " bytes from 3 x 4 with stride 4",
               [first](Arguments& a) { a.per_row = a.at(first, 3); });
  }
  // The targets would be overwritten by the results.
  for (const Function function : labelled)
    rejected({function}, "losses: overlaps targets: 1 x 3, 0 bytes from 1 x 3", [](Arguments& a) {
      a.per_row = {reinterpret_cast<float*>(a.targets.data()), a.targets.size()};
    });
  rejected({cross_entropy_gradient}, "gradient: overlaps targets: 1 x 12, 0 bytes from 1 x 1",
           [](Arguments& a) {
             a.targets.resize(12);
             a.result.values = {reinterpret_cast<float*>(a.targets.data()), 12};
             a.logits.rows = a.result.rows = 1;
             a.logits.classes = a.result.classes = 12;
             a.targets.resize(1);
             a.per_row = a.at(24, 1);
           });
  rejected(gradient, "gradient: overlaps losses: 3 x 4 with stride 4, -40 bytes from 1 x 3",
           [](Arguments& a) { a.per_row = a.at(22, 3); });
}

BOOST_AUTO_TEST_SUITE_END()
