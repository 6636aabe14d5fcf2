// The name of a CPU's microarchitecture, from what /proc/cpuinfo says.
#include "run/cpu.hpp"

#include "test.hpp"

BOOST_AUTO_TEST_SUITE(cpu_test)

using namespace maxtrick::run;

namespace {

std::string folder(const std::string& vendor, unsigned family, unsigned model,
                   unsigned stepping = 0) {
  return cpu_folder({vendor, "A Name (R) of 2.50GHz", family, model, stepping});
}

}  // namespace

// The names that hypervisors give, such as "AMD EPYC", say nothing.
BOOST_AUTO_TEST_CASE(a_cpu_is_known_by_its_numbers) {
  const Cpu cpu = parse_cpu(
      "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 26\nmodel\t\t: 2\n"
      "model name\t: AMD EPYC\nstepping\t: 1\nempty\t:\n\nprocessor\t: 1\nmodel\t\t: 17\n");
  BOOST_TEST(cpu.vendor == "AuthenticAMD");
  BOOST_TEST(cpu.model_name == "AMD EPYC");
  BOOST_TEST(cpu.family == 26U);
  BOOST_TEST(cpu.model == 2U);
  BOOST_TEST(cpu.stepping == 1U);
  BOOST_TEST(cpu_folder(cpu) == "zen5");
  BOOST_TEST(folder("AuthenticAMD", 25, 17) == "zen4");
  BOOST_TEST(folder("AuthenticAMD", 25, 1) == "zen3");
  BOOST_TEST(folder("GenuineIntel", 6, 85, 4) == "skylake-server");
  BOOST_TEST(folder("GenuineIntel", 6, 85, 7) == "cascade-lake");
  BOOST_TEST(folder("GenuineIntel", 6, 85, 11) == "cooper-lake");
  BOOST_TEST(folder("GenuineIntel", 6, 0x8f) == "sapphire-rapids");
  BOOST_TEST(folder("GenuineIntel", 6, 0xad) == "granite-rapids");
}

// A hypervisor reported the model of Rocket Lake for a server with AMX, which that CPU lacks.
BOOST_AUTO_TEST_CASE(a_model_that_the_flags_contradict_is_not_believed) {
  const auto named = [](const char* model, const char* flags) {
    return cpu_folder(
        parse_cpu(std::string("vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: ") + model +
                  "\nstepping\t: 1\nflags\t\t: fpu " + flags + '\n'));
  };
  BOOST_TEST(named("167", "avx512f") == "rocket-lake");
  BOOST_TEST(named("167", "avx512f amx_tile amx_int8") == "sapphire-rapids-or-later");
  BOOST_TEST(named("167", "avx512f amx_tile") == "sapphire-rapids-or-later");
  BOOST_TEST(named("173", "avx512f amx_tile amx_int8") == "granite-rapids");
  BOOST_TEST(named("173", "avx512f") == "granite-rapids");
}

BOOST_AUTO_TEST_CASE(an_unknown_cpu_has_a_folder_too) {
  BOOST_TEST(folder("AuthenticAMD", 26, 200) == "amd-family-26-model-200");
  BOOST_TEST(folder("GenuineIntel", 19, 1) == "intel-family-19-model-1");
  BOOST_TEST(folder("Another Maker", 7, 1) == "another-maker-family-7-model-1");
  BOOST_TEST(cpu_folder({"", "Intel(R) Xeon(R) Processor @ 2.50GHz", 0, 0, 0}) ==
             "intel-xeon-processor-2.50ghz");
  BOOST_TEST(cpu_folder(parse_cpu("")) == "unknown");
  BOOST_TEST(cpu_folder(parse_cpu("no colon\n: nothing\nmodel name:\n")) == "unknown");
  BOOST_TEST(!cpu_folder().empty());
}

BOOST_AUTO_TEST_SUITE_END()
