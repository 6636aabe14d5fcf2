// A run that meets a limit of memory or threads ends with a sentence and exit code 6, and does not hang.
#include <cstdlib>

#include "config_runs.hpp"
#include "small_training.hpp"

BOOST_AUTO_TEST_SUITE(limits_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

std::string sums(const std::string& classes) {
  return head_of("summation") +
         "dtypes = [\"float64\"]\norders = [\"left-to-right\"]\nclasses = [" + classes +
         "]\nrows = 1\ninaccurate_above_u = 8\n[[distribution]]\nname = \"n\"\nhazard = \"-\"\n"
         "terms = \"normal\"\nscale = 1\nseed = 1\n";
}

const std::string trains = head_of("training") + small_training;

// Address sanitizer reserves terabytes of addresses, and an emulator needs memory of its own.
bool cannot_limit() {
#if defined(__SANITIZE_ADDRESS__)
  constexpr bool sanitized = true;
#elif defined(__has_feature)
  constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
  constexpr bool sanitized = false;
#endif
  const bool cannot = sanitized || std::getenv("MAXTRICK_LAUNCHER") != nullptr;
  if (cannot) std::puts("skipped: the memory of the program cannot be limited here");
  return cannot;
}

// Runs t.toml with so many KiB of addresses. A run that hangs is ended after a minute.
std::string with(int kib, const std::string& options) {
  return fmt::format("ulimit -v {} && timeout 60 $MAXTRICK {}", kib, options);
}

}  // namespace

// OpenBLAS used to start threads, each of which tried for ever to get 128 MiB.
BOOST_AUTO_TEST_CASE(a_small_run_ends_where_memory_is_scarce) {
  if (cannot_limit()) return;
  const Workdir folder("t.toml", sums("10"));
  folder.exits(0, with(220000, "run t.toml -q")).out_has("results/t.csv: 1 rows, written");
  folder.exits(0, with(220000, "--version")).out_has("OpenBLAS");
}

BOOST_AUTO_TEST_CASE(a_row_that_needs_more_memory_ends_the_run_with_a_sentence) {
  if (cannot_limit()) return;
  const Workdir folder("t.toml", sums("10000000"));
  folder.exits(6, with(150000, "run t.toml -q -j 1"))
      .err_is(
          "maxtrick: case n/float64/left-to-right/10000000: not enough memory (ulimit -v: 150000); "
          "use fewer threads (--jobs), or raise the limit\n");
  BOOST_TEST(!folder.has("results"));
}

BOOST_AUTO_TEST_CASE(training_that_needs_more_memory_ends_with_a_sentence) {
  if (cannot_limit()) return;
  const Workdir folder("t.toml", trains);
  folder.exits(6, with(180000, "run t.toml -q -j 1"))
      .err_has("not enough memory (ulimit -v: 180000)");
  folder.exits(0, with(2000000, "run t.toml -q -j 2"));
}

BOOST_AUTO_TEST_CASE(threads_that_cannot_be_started_end_the_run_with_a_sentence) {
  if (cannot_limit()) return;
  const Workdir folder("t.toml", sums("10, 20, 30"));
  folder.exits(6, with(1000000, "run t.toml -q -j 1024"))
      .err_has("maxtrick: cannot start thread ")
      .err_has(" of 1024: ")
      .err_has("ulimit -v: 1000000")
      .err_has("; use fewer threads (--jobs), or raise the limit\n");
  BOOST_TEST(!folder.has("results"));
}

// With few descriptors, one thing after another cannot be made. "pipe: Too many open files" would
// not say what failed.
BOOST_AUTO_TEST_CASE(what_a_plug_in_needs_and_cannot_get_is_named) {
  if (cannot_limit()) return;
  const Workdir folder;
  std::set<std::string> messages;
  for (int descriptors = 4; descriptors < 16; ++descriptors) {
    const Said said = folder.run(fmt::format(
        "ulimit -n {} && $MAXTRICK eval softmax --logits 1,2 --variant '*mine*' --plugin "
        "{}/plain_loop.so",
        descriptors, MAXTRICK_PLUGINS));
    if (said.code != 6) continue;
    messages.insert(said.err);
    said.err_has("maxtrick: cannot ").err_has(": Too many open files\n");
  }
  BOOST_TEST(!messages.empty());
}

BOOST_AUTO_TEST_SUITE_END()
