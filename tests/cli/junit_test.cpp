// JUnit XML of what a check found.
#include "cli/junit.hpp"

#include <boost/test/unit_test.hpp>

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
  const Folder folder;
  folder.write("small.toml", R"(experiment = "overflow"
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
  const std::string config = "small.toml";
  BOOST_TEST(shell("$MAXTRICK run " + config + " -o base", folder.path()).code == 0);
  const std::string check = "$MAXTRICK check " + config + " --baseline base --junit deep/x.xml";
  Said said = shell_exits(0, check, folder.path());
  std::string xml = io::read_file(folder / "deep/x.xml");
  const std::size_t rows = count(io::read_file(folder / "base/small.csv"), "\n") - 1;
  BOOST_TEST(count(xml, "<testcase ") == rows);
  BOOST_TEST(count(xml, "<failure ") == 0U);
  // One digit is another.
  std::string csv = io::read_file(folder / "base/small.csv");
  const auto digit = csv.find_last_of("0123456789");
  csv[digit] = csv[digit] == '1' ? '2' : '1';
  folder.write("base/small.csv", csv);
  said = shell_exits(1, check, folder.path());
  xml = io::read_file(folder / "deep/x.xml");
  BOOST_TEST(count(xml, "<failure type=\"differs\"") == 1U, said.out);
  // Where it cannot be written, nothing is computed first.
  folder.write("file", "");
  said = shell_exits(6, "$MAXTRICK check " + config + " --baseline base --junit file/x.xml",
                     folder.path());
  BOOST_TEST(said.out == "");
}

// Whatever becomes of a check, the file of the one before it is not there for a CI service to read.
BOOST_AUTO_TEST_CASE(an_old_file_does_not_pass_for_a_new_one) {
  const Folder folder;
  const std::string config =
      "experiment = \"probe\"\ntitle = \"P\"\ndescription = \"-\"\nfrom = \"lines\"\n";
  folder.write("p.toml", config);
  const auto check = [&](const std::string& lines) {
    folder.write("lines", lines);
    return shell("$PROBE check p.toml --baseline base --junit x.xml", folder.path());
  };
  folder.write("lines", "one\ntwo\n");
  BOOST_TEST(shell("$PROBE run p.toml -o base", folder.path()).code == 0);
  BOOST_TEST(check("one\ntwo\n").code == 0);
  BOOST_TEST(count(io::read_file(folder / "x.xml"), "<testcase ") == 2U);
  // One that ends halfway says so in it.
  BOOST_TEST(check("one\nthrow\n").code == 6);
  const std::string xml = io::read_file(folder / "x.xml");
  BOOST_TEST(count(xml, "<testcase ") == 1U, xml);
  BOOST_TEST(count(xml, "<error message=\"case r1: out of luck\" />") == 1U, xml);
  BOOST_TEST(count(xml, "errors=\"1\"") == 1U, xml);
  // Where nothing ran, nothing is written.
  folder.write("p.toml", "experiment = \"prone\"\n");
  BOOST_TEST(check("one\n").code == 2);
  BOOST_TEST(!std::filesystem::exists(folder / "x.xml"));
  // What is no such file is not taken away.
  folder.write("x.xml", "title = \"mine\"\n");
  BOOST_TEST(check("one\n").code == 2);
  BOOST_TEST(io::read_file(folder / "x.xml") == "title = \"mine\"\n");
  // Nor written over by a check that holds.
  folder.write("p.toml", config);
  const Said said = check("one\ntwo\n");
  BOOST_TEST(said.code == 2);
  BOOST_TEST(said.out == "");
  BOOST_TEST(said.err.starts_with("maxtrick: check: --junit x.xml: "), said.err);
  BOOST_TEST(io::read_file(folder / "x.xml") == "title = \"mine\"\n");
  folder.write("x.xml", "");
  BOOST_TEST(check("one\ntwo\n").code == 0);
}

BOOST_AUTO_TEST_SUITE_END()
