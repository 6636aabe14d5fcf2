// The JUnit XML file of the results of a check.
#include "cli/junit.hpp"

#include "io/files.hpp"
#include "program.hpp"

BOOST_AUTO_TEST_SUITE(junit_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using cli::Checked;

const table::Mismatch differs{
    .row = "b", .column = "error", .expected = "1", .got = "2", .allowed = "exactly that"};

}  // namespace

BOOST_AUTO_TEST_CASE(every_row_is_a_test_case) {
  table::Mismatch missing = differs, whole = differs;
  missing.row = "gone";
  missing.column = "";
  whole.row = "";
  const Checked table{.name = "t",
                      .keys = {"a", "b", "c", "d"},
                      .skipped = {{"c", "no AVX2"}, {"d", "it hung", false, true}},
                      .mismatches = {differs, differs, missing, whole},
                      .complaints = {"t.md is not the table's"}};
  const Checked ended{.name = "u", .error = "no space left"};
  const std::string xml = cli::to_junit({table, ended});
  BOOST_TEST(xml == R"xml(<?xml version="1.0"?>
<testsuites>
  <testsuite name="t" tests="6" failures="4" errors="0" skipped="1">
    <testcase classname="t" name="a" />
    <testcase classname="t" name="b">
      <failure type="differs" message="column error: expected 1, got 2, allowed exactly that" />
      <failure type="differs" message="column error: expected 1, got 2, allowed exactly that" />
    </testcase>
    <testcase classname="t" name="c">
      <skipped message="no AVX2" />
    </testcase>
    <testcase classname="t" name="d">
      <failure type="failed" message="it hung" />
    </testcase>
    <testcase classname="t" name="gone">
      <failure type="differs" message="expected 1, got 2, allowed exactly that" />
    </testcase>
    <testcase classname="t" name="(table)">
      <failure type="differs" message="column error: expected 1, got 2, allowed exactly that" />
      <failure type="table" message="t.md is not the table's" />
    </testcase>
  </testsuite>
  <testsuite name="u" tests="1" failures="0" errors="1" skipped="0">
    <testcase classname="u" name="(table)">
      <error message="no space left" />
    </testcase>
  </testsuite>
</testsuites>
)xml");
}

BOOST_AUTO_TEST_CASE(whatever_a_text_holds_it_is_xml) {
  const std::string xml = cli::to_junit({{.name = "<&\">\x01\x1b"}});
  BOOST_TEST(xml.find("name=\"&lt;&amp;&quot;>??\"") != xml.npos, xml);
}

BOOST_AUTO_TEST_CASE(a_check_writes_it) {
  const Workdir folder("small.toml", R"(experiment = "overflow"
title = "Small"
description = "-"
ops = ["softmax"]
dtypes = ["float32"]
variants = ["softmax.*.scalar"]
inaccurate_above_ulp = 8
[[case]]
name = "one"
hazard = "-"
source = "-"
logits = [12.5, -3, 100]
)");
  folder.exits(0, "$MAXTRICK run small.toml -o base");
  const std::string check = "$MAXTRICK check small.toml --baseline base --junit deep/x.xml";
  folder.exits(0, check);
  std::string xml = folder.read("deep/x.xml");
  const std::size_t rows = count(folder.read("base/small.csv"), "\n") - 1;
  BOOST_TEST(count(xml, "<testcase ") == rows);
  BOOST_TEST(count(xml, "<failure ") == 0U);
  // Changes one digit.
  std::string csv = folder.read("base/small.csv");
  const auto digit = csv.find_last_of("0123456789");
  csv[digit] = csv[digit] == '1' ? '2' : '1';
  folder.write("base/small.csv", csv);
  const Said said = folder.exits(1, check);
  xml = folder.read("deep/x.xml");
  BOOST_TEST(count(xml, "<failure type=\"differs\"") == 1U, said.out);
  // If the file cannot be written, the program fails before it computes anything.
  folder.write("file", "");
  folder.exits(6, "$MAXTRICK check small.toml --baseline base --junit file/x.xml").out_is("");
}

// However a check ends, it removes the file of the preceding check. Otherwise a CI service would
// read the old results.
BOOST_AUTO_TEST_CASE(an_old_file_does_not_pass_for_a_new_one) {
  const Workdir folder;
  const std::string config =
      "experiment = \"probe\"\ntitle = \"P\"\ndescription = \"-\"\nfrom = \"lines\"\n";
  folder.write("p.toml", config);
  const auto check = [&](int code, const std::string& lines) {
    folder.write("lines", lines);
    return folder.exits(code, "$PROBE check p.toml --baseline base --junit x.xml");
  };
  folder.write("lines", "one\ntwo\n");
  folder.exits(0, "$PROBE run p.toml -o base");
  check(0, "one\ntwo\n");
  BOOST_TEST(count(folder.read("x.xml"), "<testcase ") == 2U);
  // A check that ends prematurely reports that in the file.
  check(6, "one\nthrow\n");
  const std::string xml = folder.read("x.xml");
  BOOST_TEST(count(xml, "<testcase ") == 1U, xml);
  BOOST_TEST(count(xml, "<error message=\"case r1: out of luck\" />") == 1U, xml);
  BOOST_TEST(count(xml, "errors=\"1\"") == 1U, xml);
  // If no case ran, no file is written.
  folder.write("p.toml", "experiment = \"prone\"\n");
  check(2, "one\n");
  BOOST_TEST(!folder.has("x.xml"));
  // A file that is not JUnit XML is not removed.
  folder.write("x.xml", "title = \"mine\"\n");
  check(2, "one\n");
  BOOST_TEST(folder.read("x.xml") == "title = \"mine\"\n");
  // Nor is it overwritten by a check that passes.
  folder.write("p.toml", config);
  const Said said = check(2, "one\ntwo\n");
  said.out_is("");
  BOOST_TEST(said.err.starts_with("maxtrick: check: --junit x.xml: "), said.err);
  BOOST_TEST(folder.read("x.xml") == "title = \"mine\"\n");
  folder.write("x.xml", "");
  check(0, "one\ntwo\n");
}

BOOST_AUTO_TEST_SUITE_END()
