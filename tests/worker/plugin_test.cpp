// A user's kernels: a call in the worker process gives the same result as a direct call, and any
// failure is reported and affects nothing else. plugin_tables_test and plugin_speed_test test their
// rows in tables.
#include "maxtrick/plugin.h"  // the C header must also compile as C++

#include "numerics/random.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/log_sum_exp.hpp"
#include "run/experiment.hpp"
#include "test_plugins.hpp"
#include "worker/library.hpp"
#include "worker/remote.hpp"

BOOST_AUTO_TEST_SUITE(plugin_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using namespace std::chrono_literals;
using ops::Variant;
using worker::Plugin;

Plugin started(const std::string& name, std::chrono::milliseconds limit = 60s) {
  return worker::start(plugin_file(name), {.program = MAXTRICK_PROGRAM, .limit = limit});
}

// A call of an op with all arguments that it takes, on rows with gaps.
template <class T>
struct Prepared {
  static constexpr std::size_t gap = 2;
  std::vector<T> x, y, losses;
  std::vector<std::int32_t> targets;
  ops::Call<T> arguments{};

  Prepared(ops::Op op, std::size_t rows, std::size_t classes, std::uint64_t seed) {
    numerics::Random random(seed);
    const std::size_t columns = op == ops::log_sum_exp ? 1 : op == ops::cross_entropy ? 0 : classes;
    for (std::size_t i = 0; i < rows * (classes + gap); ++i)
      x.push_back(static_cast<T>(random.uniform(-30, 30)));
    y.resize(rows * (columns + gap), T(-7));
    arguments.logits = {x.data(), rows, classes, classes + gap};
    if (columns > 0) arguments.result = {y.data(), rows, columns, columns + gap};
    if (op != ops::cross_entropy && op != ops::cross_entropy_gradient) return;
    for (std::size_t i = 0; i < rows; ++i)
      targets.push_back(static_cast<std::int32_t>(random.below(classes)));
    losses.resize(rows);
    arguments.targets.index = targets;
    arguments.losses = losses;
    arguments.gradient_scale = T(0.25);
  }
};

// Returns the number of calls in which they differ.
template <class T>
std::size_t differing(const ops::Variant& there, const ops::Variant& here) {
  std::uint64_t seed = 1;
  std::size_t calls = 0;
  for (const std::size_t rows : {0U, 1U, 2U, 5U, 300U})
    for (const std::size_t classes : {1U, 2U, 17U, 1023U, 1024U, 1025U}) {
      Prepared<T> a(here.op, rows, classes, seed), b(here.op, rows, classes, seed++);
      here.compute<T>()(a.arguments);
      there.compute<T>()(b.arguments);
      calls += !same_bits(a.y, b.y) || !same_bits(a.losses, b.losses);
    }
  return calls;
}

// Returns the failure of one call of the kernel on 4 rows of 3 classes; "" if it succeeds.
std::string failure(const Plugin& plugin, const std::string& algorithm) {
  for (const ops::Variant& kernel : plugin.variants) {
    if (kernel.algorithm != algorithm) continue;
    Prepared<float> call(kernel.op, 4, 3, 1);
    try {
      kernel.float32(call.arguments);
    } catch (const run::CaseFailed& failed) {
      BOOST_TEST(std::string(failed.what()).starts_with(kernel.name() + ": "));
      return std::string(failed.what()).substr(kernel.name().size() + 2);
    }
    return "";
  }
  return "no such kernel";
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_comes_through_the_process_is_what_a_direct_call_gives) {
  for (const std::string name : {"every_op", "plain_loop"}) {
    Plugin here = worker::open(plugin_file(name)), there = started(name);
    BOOST_TEST(worker::to_json(here) == worker::to_json(there));
    BOOST_REQUIRE_EQUAL(here.variants.size(), there.variants.size());
    for (std::size_t i = 0; i < here.variants.size(); ++i) {
      BOOST_TEST(differing<float>(there.variants[i], here.variants[i]) == 0U,
                 here.variants[i].name());
      BOOST_TEST(bool(here.variants[i].float64) == bool(there.variants[i].float64));
      if (here.variants[i].float64)
        BOOST_TEST(differing<double>(there.variants[i], here.variants[i]) == 0U,
                   here.variants[i].name());
    }
  }
}

BOOST_AUTO_TEST_CASE(threads_have_a_process_each) {
  Plugin there = started("every_op");
  std::vector<std::size_t> calls(4, 1);
  {
    std::vector<std::jthread> threads;
    for (std::size_t& differ : calls)
      threads.emplace_back([&] {
        ops::Variant kernel = worker::open(plugin_file("every_op")).variants[0],
                     other = there.variants[0];
        differ = differing<float>(other, kernel);
      });
  }
  for (const std::size_t differ : calls) BOOST_TEST(differ == 0U);
}

BOOST_AUTO_TEST_CASE(each_misbehaviour_is_said) {
  const Plugin plugin = started("misbehaves"), impatient = started("misbehaves", 400ms);
  const std::map<std::string, std::string> said{
      {"crashes", "killed by signal 11 (Segmentation fault)"},
      {"aborts", "killed by signal 6 (Aborted)"},
      {"exits", "ended with exit code 3"},
      {"returns_an_error", "returned error 42"},
      {"writes_behind", "writes outside its rows"},
      {"writes_before", "writes outside its rows"},
      {"writes_between", "writes outside its rows"},
      {"writes_far", "writes outside its rows"},
      {"changes_its_input", "changes its input"},
      {"reads_behind", "reads outside its logits"},
      {"recurses", "killed by signal 11 (Segmentation fault)"},
      {"rounds_upwards",
       "changes the floating-point environment (rounding mode), in a call of 4x3"},
#ifdef __x86_64__
      {"flushes_to_zero",
       "changes the floating-point environment (flush-to-zero, denormals-are-zero), in a call of "
       "4x3"},
      {"limits_precision",
       "changes the floating-point environment (precision of the x87), in a call of 4x3"},
#endif
      {"varies", "gives other results when it is called again, in a call of 4x3"}};
  for (const auto& one : said) {
    std::string came = failure(plugin, one.first);
#ifndef __x86_64__
    // Other CPUs do not report whether it was a read or a write.
    if (came.starts_with("reads or writes ")) came.erase(0, one.second[0] == 'r' ? 9 : 0);
#endif
    BOOST_TEST(came == one.second, one.first << ": " << came);
    // The next call has a new process.
    BOOST_TEST(failure(plugin, "behaves") == "");
  }
  // A kernel that hangs repeatedly is not called again.
  for (int i = 0; i < 3; ++i) BOOST_TEST(failure(impatient, "hangs") == "not done after 0.4 s");
  BOOST_TEST(failure(impatient, "hangs") == "hung 3 times, and is not called again");
}

BOOST_AUTO_TEST_CASE(an_exception_is_said) {
  const Plugin plugin = started("throws");
  BOOST_TEST(failure(plugin, "throws") == "throws an exception (\"bad luck\"), in a call of 4x3");
  BOOST_TEST(failure(plugin, "throws_a_number") == "throws an exception, in a call of 4x3");
}

// Whoever loads a library that gcc -ffast-math has linked computes in another environment from then
// on.
BOOST_AUTO_TEST_CASE(a_library_that_changes_its_loader_is_said_and_undone) {
  const Workdir folder;
  folder
      .exits(0, "$MAXTRICK eval softmax --logits 1,2,3 --format csv --variant '*.divides*'" +
                    option("throws"))
      .err_is("maxtrick: --plugin: " + plugin_file("throws").string() +
              ": loading it changes the floating-point environment (rounding mode); this was "
              "undone\n")
      .out_has(",0.33333334 0.33333334 0.33333334\n");
}

// A path is a sequence of bytes, not necessarily valid text.
BOOST_AUTO_TEST_CASE(a_file_may_have_any_name) {
  const Workdir folder;
  const std::filesystem::path mine = folder / "\xe9 \"\n.so";
  std::filesystem::copy_file(plugin_file("plain_loop"), mine);
  const Plugin plugin = worker::start(mine, {.program = MAXTRICK_PROGRAM, .limit = 60s});
  BOOST_TEST(plugin.file == mine);
  BOOST_TEST(failure(plugin, "mine") == "");
}

// A file that is rebuilt during a run: processes of the old and the new file must not be mixed.
BOOST_AUTO_TEST_CASE(a_file_that_changes_is_said) {
  const Workdir folder;
  const std::filesystem::path mine = folder / "mine.so";
  std::filesystem::copy_file(plugin_file("misbehaves"), mine);
  const Plugin plugin = worker::start(mine, {.program = MAXTRICK_PROGRAM, .limit = 60s});
  const auto is_said = [&](const std::string& algorithm, const std::string& what) {
    BOOST_CHECK_EXCEPTION(
        (void)failure(plugin, algorithm), worker::Changed, [&](const worker::Changed& changed) {
          return std::string(changed.what()).starts_with(mine.string() + ": " + what);
        });
  };
  BOOST_TEST(failure(plugin, "behaves") == "");
  folder.write("mine.so", io::read_file(plugin_file("plain_loop")));
  // The existing process still has the old file; the next process would have the new one.
  BOOST_TEST(failure(plugin, "behaves") == "");
  is_said("aborts", "changed since the run began");
  is_said("behaves", "changed since the run began");
  std::filesystem::remove(mine);
  is_said("behaves", "gone since the run began");
  // The contents of the file matter, not its modification time.
  folder.write("mine.so", io::read_file(plugin_file("misbehaves")));
  BOOST_TEST(failure(plugin, "behaves") == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_plug_in_is_refused) {
  const Workdir folder;
  const std::map<std::string, std::string> said{
      {"other_version", "made for version 2 of the interface, this is 1"},
      {"no_symbol", "it exports neither maxtrick_plugin_v2 nor maxtrick_plugin_v1"},
      {"bad_name", "'softmax.my kernel.scalar' is no plain name"},
      {"twice", "it offers softmax.mine.scalar twice"},
      {"taken", "it offers softmax.naive.scalar, and there is one of that name"},
      {"taken_loss", "it offers cross_entropy.accurate.scalar, and there is one of that name"},
      {"taken_held", "it offers softmax.onednn.avx2, and there is one of that name"},
      {"unknown_op", "unknown op 'sparsemax'"},
      {"no_function", "softmax.mine has no float32"},
      {"crashes", "killed by signal 6 (Aborted) where it is loaded"},
      {"bad_claim", "softmax.mine claims -1 ULP"},
      {"too_many", "1001 kernels, at most 1000"},
      {"long_text", "softmax.mine: a text of more than 1000 bytes"},
      {"long_description", "what it says of its 300 kernels is "},
      {"other_words", "what its process says is no description"},
      {"missing", "there is no such file"}};
  for (const auto& one : said) {
    folder.exits(2, "$MAXTRICK list" + option(one.first))
        .out_is("")
        .err_has("maxtrick: --plugin: " + plugin_file(one.first).string() + ": ")
        .err_has(one.second);
  }
  folder.write("text.so", "no library\n");
  folder.write("c.toml", overflow);
  // The path is relative to the user's folder. Nothing runs, and nothing is written.
  folder.exits(2, "$MAXTRICK run c.toml -o out --plugin text.so")
      .err_has("text.so: no plug-in that can be used: ");
  BOOST_TEST(!folder.has("out"));
  folder.exits(2, "$MAXTRICK list" + option("plain_loop") + option("plain_loop"))
      .err_has("it offers softmax.mine.scalar, and there is one of that name");
}

BOOST_AUTO_TEST_CASE(list_and_eval_show_them) {
  const Workdir folder;
  folder.exits(0, "$MAXTRICK list --format csv" + option("plain_loop") + option("every_op"))
      .out_has("\nsoftmax.mine.scalar,unstated,-,-,-,-,yes,a plain loop,mine\n")
      .out_has("\ncross_entropy_gradient.by_double,unstated,-,-,-,-,yes,,every op\n");
  folder
      .exits(
          0,
          "$MAXTRICK eval softmax --logits '1,2;3,4' --format csv --variant '*.mine.*' -o y.npy" +
              option("plain_loop"))
      .out_has("\n1,softmax.mine.scalar,float32,ok,");
  BOOST_TEST(folder.has("y.npy"));
  // Without --variant, the kernel is among all variants.
  folder.run("$MAXTRICK eval softmax --logits 1,2" + option("plain_loop"))
      .out_has("softmax.mine.scalar")
      .out_has("softmax.naive.scalar");
  // The plug-in has no float64.
  folder
      .exits(5, "$MAXTRICK eval softmax --logits 1,2 --dtype float64 --variant '*.mine.*'" +
                    option("plain_loop"))
      .err_has("softmax.mine.scalar skipped: it has no float64");
  // The softmax of a plug-in is combined with each loss formulation, and the cross-entropy of a
  // plug-in is shown too.
  folder
      .exits(0, "$MAXTRICK eval cross_entropy --logits '1,2;3,4' --labels 0,1 --format csv" +
                    option("every_op") + option("plain_loop"))
      .out_has(",log_of_softmax(softmax.mine.scalar),float32,")
      .out_has("0,0,cross_entropy.by_double,float32,ok,");
}

BOOST_AUTO_TEST_CASE(eval_keeps_the_others) {
  const Workdir folder;
  const Said said = folder.exits(
      5, "$MAXTRICK eval softmax --logits 1,2,3 --plugin-limit 5" + option("misbehaves"));
  said.err_has("row 0 skipped: softmax.hangs.scalar: not done after 5 s\n");
  said.err_has("row 0 skipped: softmax.changes_its_input.scalar: changes its input");
  said.out_lacks("softmax.hangs.scalar");
  for (const std::string name : {"softmax.behaves.scalar", "softmax.naive.scalar"})
    said.out_has(name);
  folder.exits(5, "$MAXTRICK eval softmax --logits 1,2,3 -o y.npy --variant '*.crashes.*'" +
                      option("misbehaves"));
  BOOST_TEST(!folder.has("y.npy"));
}

BOOST_AUTO_TEST_SUITE_END()
