// `maxtrick eval cross_entropy`: compares its figures with plain loops, and tests the formats of
// its input and the messages about invalid labels.
#include "io/array.hpp"
#include "numerics/error.hpp"
#include "numerics/random.hpp"
#include "program.hpp"
#include "result_rows.hpp"

BOOST_AUTO_TEST_SUITE(eval_loss_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string eval = "$MAXTRICK eval cross_entropy ";
const std::string eval_binary = "$MAXTRICK eval binary_cross_entropy ";
const std::vector<std::string> of_several{"exact",
                                          "log_of_softmax(softmax.naive.scalar)",
                                          "log_of_softmax(softmax.max_trick.scalar)",
                                          "eps(softmax.naive.scalar)",
                                          "eps(softmax.max_trick.scalar)",
                                          "clip(softmax.naive.scalar)",
                                          "clip(softmax.max_trick.scalar)",
                                          "fused",
                                          "fused_lse",
                                          "fused_log1p"},
    of_one{"exact", "bce", "bce_clip", "bce_fused"};

std::vector<Cells> rows_of_eval(const std::string& arguments, const Workdir& folder = Workdir{},
                                const std::string& command = eval) {
  const Said said = folder.run(command + arguments + " --quiet --format csv");
  BOOST_REQUIRE_MESSAGE(said.code == 0, said.err);
  said.err_is("");
  return rows_of(said.out);
}

Cells find(const std::vector<Cells>& rows, const std::string& row, const std::string& variant) {
  return row_where(rows, {{"row", row}, {"variant", variant}});
}

// A row of one column stands for the logits 0 and z.
long double loss(std::vector<double> z, std::size_t label) {
  if (z.size() == 1) z.insert(z.begin(), 0);
  long double sum = 0;
  for (const double x : z) sum += std::exp(static_cast<long double>(x));
  return std::log(sum) - static_cast<long double>(z[label]);
}

// Checks the results, the errors and the means for random logits and classes.
void check_figures(std::size_t rows, std::size_t columns, const std::string& dtype) {
  numerics::Random random(columns);
  io::Array z{{rows, columns}, {}, {}},
      y{columns == 1 ? io::Shape{rows, 1} : io::Shape{rows}, {}, {}};
  for (std::size_t i = 0; i < rows * columns; ++i)
    z.values.push_back(double{static_cast<float>(3 * random.normal())});
  for (std::size_t i = 0; i < rows; ++i)
    y.values.push_back(static_cast<double>(random.below(std::max<std::size_t>(columns, 2))));
  const Workdir folder("z.npy", io::to_npy(z, io::NumberType::float32));
  folder.write("y.npy", io::to_npy(y, io::NumberType::int64));
  auto table = rows_of_eval("--input z.npy --labels y.npy --dtype " + dtype, folder,
                            columns == 1 ? eval_binary : eval);
  const auto& names = columns == 1 ? of_one : of_several;
  // The formulations are followed by the kernels and libraries that this CPU supports; these are
  // not compared.
  std::erase_if(
      table, [&](const Cells& line) { return std::ranges::count(names, line.at("variant")) == 0; });
  BOOST_REQUIRE_EQUAL(table.size(), (rows + 1) * names.size());
  const double u = dtype == "float32" ? 0x1p-24 : 0x1p-53;
  std::vector<double> sums(names.size());
  for (std::size_t i = 0; i < rows; ++i) {
    const std::vector<double> row(
        z.values.begin() + static_cast<std::ptrdiff_t>(i * columns),
        z.values.begin() + static_cast<std::ptrdiff_t>((i + 1) * columns));
    const auto exact = loss(row, static_cast<std::size_t>(y.values[i]));
    for (std::size_t k = 0; k < names.size(); ++k) {
      const Cells& line = table[i * names.size() + k];
      check_cells(line, {{"row", std::to_string(i)},
                         {"label", columns == 1 ? "" : fmt::format("{}", y.values[i])},
                         {"variant", names[k]},
                         {"dtype", dtype}});
      double got = number(line, "loss");
      // The shortest text of a float, read as a double, is not exactly the float.
      if (k > 0 && dtype == "float32") got = double{static_cast<float>(got)};
      sums[k] += got;
      if (k == 0) {
        BOOST_TEST(line.at("error_ulp") == "");
        BOOST_TEST(got == static_cast<double>(exact),
                   boost::test_tools::tolerance(dtype == "float32" ? 2 * u : 1e-14));
        continue;
      }
      const double unit = dtype == "float32" ? numerics::ulp<float>(static_cast<double>(exact))
                                             : numerics::ulp<double>(static_cast<double>(exact));
      const double error = static_cast<double>(std::abs(got - exact)) / unit;
      // The error is shown with four digits, and a small loss is the difference of long doubles
      // near 10.
      const double known = 1e-3 * error + 3e-18 / unit;
      BOOST_TEST(std::abs(number(line, "error_ulp") - error) <= known);
      // The logits are within 13 of each other, so that only eps and clip add more than rounding
      // errors.
      if (names[k].starts_with("fused") || names[k] == "bce_fused")
        BOOST_TEST(error * unit <= 64 * u, names[k]);
    }
  }
  for (std::size_t k = 0; k < names.size(); ++k) {
    const Cells& line = table[rows * names.size() + k];
    check_cells(
        line,
        {{"row", fmt::format("mean over {} rows", rows)}, {"label", ""}, {"variant", names[k]}});
    BOOST_TEST(number(line, "loss") == sums[k] / static_cast<double>(rows),
               boost::test_tools::tolerance(static_cast<double>(rows) * 2 * u));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(figures_are_those_of_plain_loops) {
  for (const std::string dtype : {"float32", "float64"})
    for (const std::size_t columns : {1U, 2U, 5U}) check_figures(20, columns, dtype);
}

// Each form fails on the logits that are known to break it.
BOOST_AUTO_TEST_CASE(each_form_fails_where_it_is_known_to) {
  const auto rows = rows_of_eval("--logits '1000,1001;0,20;20,0' --labels 1,1,1");
  BOOST_TEST(find(rows, "0", "log_of_softmax(softmax.naive.scalar)").at("loss") == "nan");
  BOOST_TEST(find(rows, "0", "clip(softmax.naive.scalar)").at("error_ulp") == "inf");
  BOOST_TEST(number(find(rows, "0", "fused"), "loss") == 0.31326169,
             boost::test_tools::tolerance(1e-6));
  BOOST_TEST(number(find(rows, "1", "exact"), "loss") == 2.0611536e-9,
             boost::test_tools::tolerance(1e-7));
  check_cells(find(rows, "1", "fused"), {{"loss", "0"}, {"outcome", "wrong"}});
  BOOST_TEST(number(find(rows, "1", "fused_log1p"), "error_ulp") < 1);
  BOOST_TEST(number(find(rows, "2", "clip(softmax.max_trick.scalar)"), "loss") == 16.118,
             boost::test_tools::tolerance(1e-4));
  BOOST_TEST(find(rows, "mean over 3 rows", "eps(softmax.naive.scalar)").at("loss") == "nan");
}

// An impossible class, as masking produces it, and logits for which softmax is undefined.
BOOST_AUTO_TEST_CASE(special_values_are_told_apart) {
  const auto rows = rows_of_eval("--logits '1,-inf;1,-inf;nan,1' --labels 0,1,0 --dtype float64");
  for (const std::string form : {"fused", "fused_lse", "fused_log1p"})
    for (const auto& [row, value] :
         {std::pair("0", "0"), std::pair("1", "inf"), std::pair("2", "nan")}) {
      BOOST_TEST(find(rows, row, "exact").at("loss") == value);
      check_cells(find(rows, row, form), {{"loss", value}, {"error_ulp", "0"}, {"outcome", "ok"}});
    }
  BOOST_TEST(find(rows, "mean over 3 rows", "exact").at("loss") == "nan");
  const auto masked = rows_of_eval("--logits '1,-inf;1,-inf' --labels 0,1");
  BOOST_TEST(find(masked, "mean over 2 rows", "exact").at("loss") == "inf");
  BOOST_TEST(find(masked, "mean over 2 rows", "fused").at("error_ulp") == "0");
}

BOOST_AUTO_TEST_CASE(labels_are_text_or_a_file) {
  const Workdir folder("z.csv", "1,2\n3,5\n");
  folder.write("y.csv", "# classes\n0\n1\n");
  folder.write("0.csv", "0,1\n");
  const auto expected = rows_of_eval("--logits '1,2;3,5' --labels 0,1");
  for (const std::string labels : {"'0;1'", "' 0, 1'", "y.csv", "0.csv", "+0,1"})
    BOOST_TEST((rows_of_eval("--input z.csv --labels " + labels, folder) == expected), labels);
}

BOOST_AUTO_TEST_CASE(variant_dtype_format_and_output) {
  const Workdir folder;
  auto rows = rows_of_eval("--logits 1,2,3 --labels 2 --variant 'clip(*)'");
  BOOST_TEST(rows.size() > 20U);  // the exact loss, and clip with each softmax
  BOOST_TEST(find(rows, "0", "clip(softmax.naive.scalar)").at("dtype") == "float32");
  rows = rows_of_eval("--logits 1,2,3 --labels 2 --variant fused --dtype bfloat16");
  BOOST_TEST(find(rows, "0", "fused").at("loss") == "0.40625");
  BOOST_TEST(find(rows, "0", "exact").at("loss") == "0.408203125");
  folder.run(eval + "--logits 1,2,3 --labels 2 --variant fused --format json")
      .out_has("\"format_version\": 1")
      .out_has("\"row\": \"mean over 1 row\"")
      .out_has("\"loss\": 0.407605");
  for (const auto& [dtype, type] : {std::pair("float32", io::NumberType::float32),
                                    std::pair("float64", io::NumberType::float64)}) {
    rows = rows_of_eval(fmt::format("--logits '1,2;3,5' --labels 0,1 --variant fused --dtype {} "
                                    "-o l.npy",
                                    dtype),
                        folder);
    const io::Array losses = io::read_array(folder / "l.npy");
    BOOST_CHECK(losses.type == type);
    BOOST_TEST(losses.shape == io::Shape{2}, boost::test_tools::per_element());
    for (const std::size_t i : {0U, 1U})
      BOOST_TEST(losses.values[i] == number(find(rows, std::to_string(i), "fused"), "loss"),
                 boost::test_tools::tolerance(1e-7));
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_asked_is_named) {
  const Workdir folder;
  const auto error = [&](const std::string& arguments) {
    const Said said = folder.exits(2, "$MAXTRICK eval " + arguments);
    said.out_is("");
    return said.err;
  };
  const auto of_labels = [&](const std::string& labels) {
    return error("cross_entropy --logits '1,2;3,5' --labels " + labels);
  };
  const std::string start = "maxtrick: eval: --labels: ";
  BOOST_TEST(of_labels("0,2") == start + "row 1: label 2 is not a class; expected 0 to 1\n");
  BOOST_TEST(of_labels("-1,0") == start + "row 0: label -1 is not a class; expected 0 to 1\n");
  BOOST_TEST(of_labels("0,0.5") == start + "row 1: label 0.5 is not a class; expected 0 to 1\n");
  BOOST_TEST(of_labels("nan,0") == start + "row 0: label nan is not a class; expected 0 to 1\n");
  BOOST_TEST(of_labels("0") == start + "1 for 2 rows: row 1 (counted from 0) has none\n");
  BOOST_TEST(of_labels("0,1,1") == start + "3 for 2 rows: there is no row 2 (counted from 0)\n");
  BOOST_TEST(
      of_labels("'0,1;1,0;0,1'") ==
      start +
          "shape (3, 2), expected (2,) (one class for each row) or (2, 2) (a coefficient for "
          "each class)\n");
  BOOST_TEST(of_labels("0,x") == "maxtrick: --labels:1:3: 'x' is not a number\n");
  // One column of logits is one class; two classes in one column are another op.
  BOOST_TEST(error("cross_entropy --logits '3;-1' --labels 1,0") ==
             start +
                 "row 0: label 1 is not a class; expected 0 to 0; binary_cross_entropy takes one "
                 "logit for two classes\n");
  BOOST_TEST(error("cross_entropy --logits 1,2") ==
             "maxtrick: eval: cross_entropy needs --labels, the class of each row, or --targets, "
             "coefficients of the classes\n");
  BOOST_TEST(error("softmax --logits 1,2 --labels 0") ==
             "maxtrick: eval: --labels applies to losses such as cross_entropy, not to softmax\n");
  BOOST_TEST(error("cross_entropi --logits 1,2 --labels 0").find("did you mean 'cross_entropy'?") !=
             std::string::npos);
  const std::string right = "cross_entropy --logits 1,2 --labels 0 ";
  BOOST_TEST(error(right + "--variant fusd").find("did you mean 'fused'?") != std::string::npos);
  BOOST_TEST(error(right + "--variant bce").find("no variant of cross_entropy matches 'bce'") !=
             std::string::npos);
  BOOST_TEST(error(right + "--dtype float17").find("unknown --dtype 'float17'") !=
             std::string::npos);
  BOOST_TEST(error(right + "-o l.npy").find("'*' matches ") != std::string::npos);
  BOOST_TEST(error("cross_entropy --logits 1e39,2 --labels 0").find("infinite in float32") !=
             std::string::npos);
  BOOST_TEST(error("cross_entropy --labels 0").find("--logits or by --input") != std::string::npos);
  BOOST_TEST(!folder.has("l.npy"));
  folder.exits(6, eval + "--logits 1,2 --labels y.npy");
}

// One-hot targets select the same classes, and Keras's other formula for the clip.
BOOST_AUTO_TEST_CASE(labels_may_be_one_hot) {
  const Workdir folder;
  const std::string command = "$MAXTRICK eval cross_entropy --format csv --logits '20,0,0;0,20,0' ";
  const std::string only_clip = "--variant 'clip(softmax.max_trick.scalar)'";
  const Said sparse = folder.run(command + "--labels '0,1' " + only_clip);
  const Said one_hot = folder.run(command + "--labels '1,0,0;0,1,0' " + only_clip);
  BOOST_TEST(sparse.code == 0);
  BOOST_TEST(one_hot.code == 0);
  one_hot.out_has("0,0,exact,float32,,,4.1223");
  one_hot.out_has("1.1920929e-07");
  sparse.out_lacks("1.1920929e-07");
  // Kernels that take classes take part, as the targets are classes.
  folder.run(command + "--labels '1,0,0;0,1,0'").out_has("cross_entropy.accurate.scalar");
}

// An unset variable of a shell must not become the default.
BOOST_AUTO_TEST_CASE(an_empty_value_is_refused) {
  const Workdir folder;
  for (const std::string option :
       {"--gamma", "--temperature", "--soft-cap", "--weights", "--mask", "--targets", "--dy",
        "--ignore-index", "--label-smoothing"})
    folder.exits(2, "$MAXTRICK eval focal_loss --logits 1,2 --labels 1 " + option + " \"\"")
        .out_is("")
        .err_has(option + ": it is empty");
}

BOOST_AUTO_TEST_SUITE_END()
