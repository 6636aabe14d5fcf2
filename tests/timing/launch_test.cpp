// Launches: processes that measure, crash, hang or return invalid data. A kernel with wrong results
// is not timed.
#include "timing/launch.hpp"

#include "folder.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/softmax.hpp"
#include "timing/sample.hpp"
#include "timing/special_rows.hpp"

BOOST_AUTO_TEST_SUITE(launch_test)

using namespace maxtrick;
using namespace maxtrick::timing;
using namespace std::chrono_literals;

namespace {

// A job of these items. Those without a shape get a small one.
Job small(std::vector<Item> items) {
  for (Item& item : items)
    if (item.shape == Shape{}) item.shape = {4, 8};
  return {.logits = {{"plain", 1, 0}, {"masked", 1, 0.5}},
          .items = std::move(items),
          .repetitions = 6,
          .min_seconds = 1e-6,
          .inaccurate_above_ulp = 8,
          .seed = 1};
}

// Returns the reason why a program, which is a shell script with this text, returned no results.
Failed failed(const std::string& script, std::chrono::milliseconds limit = 60s) {
  const tests::Folder folder;
  const auto program = folder.write("program", "#!/bin/sh\n" + script + "\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  const auto found =
      launch(program, small({{"memcpy", ""}}), {{"ADDED", "1"}, {"HOME", ""}}, limit);
  const auto* failed = std::get_if<Failed>(&found);
  return failed ? *failed : Failed{""};
}
std::string failure(const std::string& script, std::chrono::milliseconds limit = 60s) {
  return failed(script, limit).reason;
}

using Call = ops::Call<float>;
using ops::Variant;

Variant made(ops::Op op, const std::string& algorithm, ops::Compute<float> function) {
  return {.op = op,
          .algorithm = algorithm,
          .isa = {},
          .summary = {},
          .source = {},
          .float32 = std::move(function)};
}

// Returns a softmax that applies `spoil` to each correct result.
Variant spoilt(double claimed_ulp, float (*spoil)(float)) {
  Variant variant = made(ops::softmax, "spoilt", [=](const Call& call) {
    find_timed("softmax.accurate.scalar")->float32(call);
    for (std::size_t i = 0; i < call.result.rows; ++i)
      std::ranges::transform(call.result.row(i), call.result.row(i).begin(), spoil);
  });
  variant.claimed_ulp = claimed_ulp;
  return variant;
}

Measured measure_one(const Variant& kernel) {
  return measure(small({{kernel.name(), "plain"}}), {kernel}).front();
}

constexpr double none = std::numeric_limits<double>::infinity();

}  // namespace

BOOST_AUTO_TEST_CASE(a_launch_measures_in_a_process_of_its_own) {
  const Job job = small({{"cross_entropy_gradient.accurate.scalar", "masked"},
                         {"log_softmax.fast.scalar", "plain"},
                         {"memcpy", ""},
                         {"softmax.onednn", "plain"}});
  const auto found = launch(MAXTRICK_PROGRAM, job, {{"ONEDNN_MAX_CPU_ISA", "AVX2"}}, 60s);
  BOOST_REQUIRE(std::holds_alternative<std::vector<Measured>>(found));
  const auto& measured = std::get<std::vector<Measured>>(found);
  BOOST_REQUIRE_EQUAL(measured.size(), 4U);
  for (const Measured& one : measured) {
    BOOST_TEST(one.outcome == "ok");
    BOOST_TEST(one.seconds.size() == 6U);
    for (const double seconds : one.seconds) BOOST_TEST(seconds > 0);
  }
  BOOST_TEST(measured[0].max_error_ulp <= 1);
  BOOST_TEST(measured[3].implementation.find("avx512") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_launch_that_fails_says_how) {
  BOOST_TEST(failure("kill -SEGV $$") == "killed by signal 11 (Segmentation fault)");
  BOOST_TEST(failure("exit 7") == "ended with exit code 7");
  BOOST_TEST(failure("exec sleep 600", 200ms) == "not done after 0.2 s");
  // A program that closes the pipe and continues is killed after the same time as one that does
  // not.
  BOOST_TEST(failure("exec 3>&-; exec sleep 600", 200ms) == "not done after 0.2 s");
  BOOST_TEST(failure("echo nonsense >&3") == "returned no results");
  BOOST_TEST(failure("echo '[]' >&3") == "returned no results");
  BOOST_TEST(failure("echo printed") == "returned no results");
  BOOST_TEST(failure("echo '\"broke a rule\"' >&3") == "broke a rule");
  // Some variables are set or unset; all others are inherited.
  BOOST_TEST(failure("[ \"$ADDED\" = 1 ] && [ -z \"$HOME\" ] && [ -n \"$PATH\" ] && exit 3") ==
             "ended with exit code 3");
  // The program reports a job that it cannot do, and ends.
  const auto unknown = launch(MAXTRICK_PROGRAM, small({{"softmax.unknown", "plain"}}), {}, 60s);
  BOOST_TEST(std::get<Failed>(unknown).reason == "ended with exit code 6");
}

// Tests jobs with a single item.
BOOST_AUTO_TEST_CASE(a_launch_that_fails_says_where) {
  const std::string left = "printf '\\000\\000\\000\\000\\000\\000\\000\\000' >&4; ";
  BOOST_TEST((failed(left + "kill -SEGV $$").item == 0U));
  // On a busy machine the shell may not have reached this point within the limit.
  Failed hung{""};
  for (auto limit = 200ms; limit < 60s && !hung.item; limit *= 2)
    hung = failed(left + "exec sleep 600", limit);
  BOOST_TEST((hung.item == 0U));
  // No item was called, or what the process left is not the number of an item of the job.
  BOOST_TEST(!failed("exit 7").item.has_value());
  BOOST_TEST(
      !failed("printf '\\001\\000\\000\\000\\000\\000\\000\\000' >&4; exit 7").item.has_value());
  BOOST_TEST(!failed("printf '\\000' >&4; exit 7").item.has_value());
}

BOOST_AUTO_TEST_CASE(nothing_wrong_is_timed) {
  const auto timed = [](const Measured& one) { return !one.seconds.empty(); };
  Measured one = measure_one(spoilt(1, [](float y) { return y; }));
  BOOST_TEST(one.outcome == "ok");
  BOOST_TEST(timed(one));
  one = measure_one(spoilt(none, [](float y) { return 3 * y; }));
  BOOST_TEST(one.outcome == "wrong");
  BOOST_TEST(!timed(one));
  one = measure_one(spoilt(none, [](float) { return std::nanf(""); }));
  BOOST_TEST(one.outcome == "nan");
  BOOST_TEST(one.max_error_ulp == none);
  BOOST_TEST(!timed(one));
  // The error is about 16 to 32 ULP. A kernel that claims no bound is timed; one that claims a
  // smaller bound is not.
  const auto inaccurate = [](float y) { return y * (1 + 0x20p-24F); };
  one = measure_one(spoilt(none, inaccurate));
  BOOST_TEST(one.outcome == "inaccurate");
  BOOST_TEST(timed(one));
  one = measure_one(spoilt(6, inaccurate));
  BOOST_TEST(one.outcome == "inaccurate");
  BOOST_TEST(!timed(one));
  // An error of 3 ULP would be ok, but not for a kernel that claims 1.
  one = measure_one(spoilt(1, [](float y) { return y * (1 + 0x6p-24F); }));
  BOOST_TEST(one.outcome == "ok");
  BOOST_TEST(!timed(one));
}

// The results that another kernel has left in the buffer must not count as those of this one.
BOOST_AUTO_TEST_CASE(what_writes_nothing_is_not_timed) {
  const Variant idle = made(ops::softmax, "idle", [](const Call&) {});
  const auto measured =
      measure(small({{"softmax.accurate.scalar", "plain"}, {idle.name(), "plain"}}),
              {*find_timed("softmax.accurate.scalar"), idle});
  BOOST_TEST(measured[0].outcome == "ok");
  BOOST_TEST(measured[1].outcome == "nan");
  BOOST_TEST(measured[1].seconds.empty());
}

// A kernel of cross_entropy_gradient has two outputs, the losses and the gradient. Both are checked.
BOOST_AUTO_TEST_CASE(a_wrong_loss_or_gradient_is_seen) {
  for (const bool loss : {true, false}) {
    const Variant kernel = made(ops::cross_entropy_gradient, "g", [=](const Call& call) {
      find_timed("cross_entropy_gradient.accurate.scalar")->float32(call);
      if (loss)
        call.losses[3] *= 3;
      else
        call.result.row(3)[static_cast<std::size_t>(call.targets.index[3])] *= -1;
    });
    BOOST_TEST(measure_one(kernel).outcome == "wrong");
    BOOST_TEST(measure_one(kernel).seconds.empty());
  }
}

// Our kernels satisfy what the header of plug-ins states about special values, and a kernel that
// does not is found.
BOOST_AUTO_TEST_CASE(losses_are_held_to_special_rows) {
  std::size_t held = 0;
  for (const Variant& kernel : timed_variants()) {
    if (!kernel.unavailable.empty() || !std::isfinite(kernel.claimed_ulp)) continue;
    if (kernel.op != ops::cross_entropy && kernel.op != ops::cross_entropy_gradient) continue;
    ++held;
    BOOST_TEST(check_special_rows(kernel).broken == "", timed_name(kernel));
    BOOST_TEST(check_special_rows(kernel).checked.max_error_ulp <= kernel.claimed_ulp);
  }
  BOOST_TEST(held >= 4U);
  const auto broken = [](const std::string& name, void (*spoil)(const Call&)) {
    Variant kernel = *find_timed(name);
    kernel.float32 = [spoil, run = kernel.float32](const Call& call) {
      run(call);
      spoil(call);
    };
    return check_special_rows(kernel).broken;
  };
  BOOST_TEST(broken("cross_entropy.accurate.scalar", [](const Call& call) {
               for (float& loss : call.losses)
                 if (std::isnan(loss)) loss = 0;
             }) == "a row with NaN");
  BOOST_TEST(broken("cross_entropy.accurate.scalar", [](const Call& call) {
               for (float& loss : call.losses)
                 if (std::isinf(loss)) loss = std::nanf("");
             }) == "a row with -inf");
  BOOST_TEST(broken("cross_entropy_gradient.accurate.scalar", [](const Call& call) {
               for (std::size_t i = 0; i < call.logits.rows; ++i)
                 if (call.logits.columns > 1 && call.logits.row(i)[0] == none)
                   call.result.row(i)[1] = 0;
             }) == "a row with +inf");
  BOOST_TEST(broken("cross_entropy.accurate.scalar", [](const Call& call) {
               for (std::size_t i = 0; i < call.logits.rows; ++i)
                 if (call.logits.row(i)[0] == std::numeric_limits<float>::max()) call.losses[i] = 1;
             }) == "a row of the largest floats");
}

BOOST_AUTO_TEST_CASE(a_job_and_its_results_survive_the_way) {
  Job job = small({{"memcpy", ""},
                   {"softmax.onednn", "masked"},
                   {"softmax.accurate.scalar", "plain", parse_shape("2x3x4@1").value(),
                    ops::DType::bfloat16, true}});
  job.threads = 3;
  job.plugins = {"/a path, \xe9.so", "/another.so"};
  BOOST_TEST(to_json(job_from_json(to_json(job))) == to_json(job));
  BOOST_TEST((job_from_json(to_json(job)).items == job.items));
  BOOST_TEST(job_from_json(to_json(job)).plugins == job.plugins, boost::test_tools::per_element());
  const std::vector<Measured> measured{{"ok", 0.5, "jit", {1e-9, 0.1 + 0.2}},
                                       {"nan", none, "", {}, "cannot"}};
  const auto back = measured_from_json(to_json(measured));
  BOOST_TEST(back.at(0).seconds == measured[0].seconds);
  BOOST_TEST(back.at(0).implementation == "jit");
  BOOST_TEST(back.at(1).max_error_ulp == none);
  BOOST_TEST(back.at(1).unsupported == "cannot");
  BOOST_CHECK_EXCEPTION(
      (void)measured_from_json(to_json(run::CaseFailed("\"a\"\xe9"))), run::CaseFailed,
      [](const run::CaseFailed& failed) { return std::string(failed.what()) == "\"a\"\ufffd"; });
}

// Every kernel that can run here, in every type that it has: on shapes with and without a tail, and
// with classes along another axis.
BOOST_AUTO_TEST_CASE(every_kernel_can_be_measured) {
  std::size_t seen = 0;
  for (const char* text : {"1x1", "3x2", "33x17", "2x5x19@1", "7x3@0"}) {
    Job job = small({});
    for (const Variant& kernel : timed_variants())
      for (const ops::DType dtype : timed_dtypes)
        if (kernel.unavailable.empty() && is_timed_in(kernel, dtype))
          job.items.push_back({timed_name(kernel), "plain", parse_shape(text).value(), dtype});
    const auto measured = measure(job);
    for (std::size_t i = 0; i < job.items.size(); ++i) {
      const Item& item = job.items[i];
      const Variant& kernel = *find_timed(item.kernel);
      const bool timed = !measured[i].seconds.empty();
      BOOST_TEST((timed || !measured[i].unsupported.empty() || measured[i].outcome != "ok"),
                 item.kernel);
      seen += timed;
      if (!std::isfinite(claimed_ulp(kernel, item.dtype))) continue;
      BOOST_TEST(measured[i].outcome == "ok", item.kernel << " on " << text);
      BOOST_TEST(measured[i].max_error_ulp <= claimed_ulp(kernel, item.dtype), item.kernel);
    }
  }
  BOOST_TEST(seen > 150U);
}

// Items of one job may differ in shape, axis, type and threads. Each is held to its own exact answers.
BOOST_AUTO_TEST_CASE(a_job_mixes_types_and_axes) {
  const Shape other = parse_shape("3x5x7@1").value();
  std::vector<Item> items;
  for (const ops::DType dtype : timed_dtypes)
    for (const Shape& shape : {Shape{21, 5}, other})
      for (const char* kernel :
           {"softmax.max_trick.scalar", "log_softmax.shifted.scalar", "memcpy"})
        items.push_back({kernel, kernel == std::string("memcpy") ? "" : "plain", shape, dtype});
  items.push_back({"cross_entropy_gradient.accurate.scalar", "masked", other});
  items.push_back({"softmax.accurate.scalar", "plain", {2000, 8}, ops::DType::float32, true});
  Job job = small(items);
  job.threads = 2;
  const auto measured = measure(job);
  for (std::size_t i = 0; i < items.size(); ++i) {
    BOOST_TEST(measured[i].outcome == "ok", items[i].kernel << " " << name(items[i].dtype));
    BOOST_TEST(measured[i].seconds.size() == 6U);
  }
  // A result that is wrong in one part of an array is noticed.
  Variant broken = *find_timed("softmax.max_trick.scalar");
  broken.float32 = [](const Call& call) {
    find_timed("softmax.max_trick.scalar")->float32(call);
    call.result.at(call.result.rows - 1, 2) *= 3;
  };
  BOOST_TEST(measure(small({{broken.name(), "plain", other}}), {broken}).front().outcome ==
             "wrong");
}

// A library that cannot compute an item on this CPU does not end the launch.
BOOST_AUTO_TEST_CASE(what_a_library_does_not_support_is_said) {
  Variant library = *find_timed("softmax.onednn");
  library.float32 = [](const Call&) { throw std::runtime_error("no such kernel"); };
  const auto measured =
      measure(small({{"softmax.onednn", "plain"}, {"softmax.accurate.scalar", "plain"}}),
              {library, *find_timed("softmax.accurate.scalar")});
  BOOST_TEST(measured[0].unsupported == "no such kernel");
  BOOST_TEST(measured[0].seconds.empty());
  BOOST_TEST(measured[1].outcome == "ok");
  BOOST_CHECK_THROW((void)measure(small({{"softmax.max_trick.scalar", "plain"}}),
                                  {made(ops::softmax, "max_trick.scalar",
                                        [](const Call&) { throw std::runtime_error("a fault"); })}),
                    std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
