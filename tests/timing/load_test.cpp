// The load of other programs while something is measured.
#include "timing/load.hpp"

#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "test.hpp"

BOOST_AUTO_TEST_SUITE(load_test)

using namespace maxtrick;
using namespace maxtrick::timing;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(half_a_cpu_or_a_tenth_of_many_is_too_much) {
  BOOST_TEST((!Load{.others = 0.5, .cpus = 2}.busy()));
  BOOST_TEST((Load{.others = 0.6, .cpus = 2}.busy()));
  BOOST_TEST((!Load{.others = 6, .cpus = 64}.busy()));
  BOOST_TEST((Load{.others = 7, .cpus = 64}.busy()));
  BOOST_TEST((!Load{.others = 2, .cpus = 2, .highest = 3}.busy()));
  BOOST_TEST((Load{.others = 0.1, .cpus = 2, .highest = 0}.busy()));
  BOOST_TEST((describe({.others = 1.94, .average = 3.86, .cpus = 2}) ==
              "load average 3.9; other programs used 1.9 of 2 CPUs"));
}

// The time of this process and of its children is not that of others: this process and the others
// together cannot use more than all CPUs.
BOOST_AUTO_TEST_CASE(own_time_does_not_count) {
  const LoadMeter meter;
  const auto start = Clock::now();
  const auto used = [] {
    double seconds = 0;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
      rusage usage{};
      BOOST_REQUIRE(::getrusage(who, &usage) == 0);
      for (const timeval time : {usage.ru_utime, usage.ru_stime})
        seconds += static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    }
    return seconds;
  };
  const double before = used();
  const unsigned cpus = meter.load().cpus;
  BOOST_REQUIRE(cpus >= 1U);
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < cpus; ++i)
      threads.emplace_back([&] {
        while (Clock::now() - start < 500ms) {
        }
      });
    BOOST_TEST(std::system("timeout 0.5 sh -c 'while :; do :; done'") != 0);
  }
  const Load load = meter.load();
  const std::chrono::duration<double> wall = Clock::now() - start;
  const double own = (used() - before) / wall.count();
  BOOST_TEST(own > 0);
  // /proc/stat counts in steps of 10 ms.
  BOOST_TEST(load.others + own <= 1.1 * cpus + 0.1);
  BOOST_TEST(load.average >= 0);
}

BOOST_AUTO_TEST_SUITE_END()
