// `maxtrick eval` with axes, transforms, targets, reductions and checks. tests/examples has the values of
// other frameworks.
#include <nlohmann/json.hpp>

#include "io/array.hpp"
#include "program.hpp"
#include "result_rows.hpp"

BOOST_AUTO_TEST_SUITE(eval_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// The exact answer, as one array.
io::Array exact(const std::string& arguments, const Workdir& folder = Workdir{}) {
  const Said said = folder.run("$MAXTRICK eval " + arguments + " --variant exact -o exact.npy");
  BOOST_REQUIRE_MESSAGE(said.code == 0, said.err);
  return io::read_array(folder / "exact.npy");
}

std::string error(const std::string& arguments) {
  const Workdir folder;
  const Said said = folder.exits(2, "$MAXTRICK eval " + arguments + " -o y.npy --variant exact");
  said.out_is("");
  BOOST_TEST(!folder.has("y.npy"));
  return said.err;
}

const std::string cube = "[[[1,2],[3,5]],[[0,-1],[4,4]],[[7,7],[2,1]]]";  // shape (3, 2, 2)

}  // namespace

// The kernels of 16 bits compute in float32.
BOOST_AUTO_TEST_CASE(a_variant_without_a_type_names_the_one_that_it_has) {
  const Workdir folder;
  const std::string accurate =
      "$MAXTRICK eval softmax --logits 1,2 --variant softmax.accurate.scalar";
  folder.exits(5, accurate + " --dtype float16")
      .err_has("softmax.accurate.scalar skipped: it has no float16, but float16_in_float32\n");
  folder.exits(0, accurate + " --dtype float16_in_float32");
  folder.exits(0, "$MAXTRICK list variants --format csv")
      .out_has(",0.5001220703125,0.5000152587890625,yes,");
}

// Along any axis, the results are those of the rows of the transposed array.
BOOST_AUTO_TEST_CASE(an_axis_is_a_transposition) {
  const io::Array along_0 = exact("softmax --axis 0 --logits '" + cube + "'");
  const io::Array rows = exact("softmax --logits '1,0,7;2,-1,7;3,4,2;5,4,1'");
  BOOST_TEST(along_0.shape == (io::Shape{3, 2, 2}), boost::test_tools::per_element());
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t k = 0; k < 3; ++k)
      BOOST_TEST(along_0.values[k * 4 + i] == rows.values[i * 3 + k]);
  const io::Array several = exact("log_sum_exp --axis 0,-1 --logits '" + cube + "'");
  const io::Array both = exact("log_sum_exp --logits '1,2,0,-1,7,7;3,5,4,4,2,1'");
  BOOST_TEST(several.values == both.values, boost::test_tools::per_element());
  const io::Array kept = exact("log_sum_exp --axis 2,0 --keepdims --logits '" + cube + "'");
  BOOST_TEST(kept.shape == (io::Shape{1, 2, 1}), boost::test_tools::per_element());
  BOOST_TEST(exact("log_sum_exp --axis all --logits '" + cube + "'").shape.empty());
}

BOOST_AUTO_TEST_CASE(arrays_may_be_empty_or_a_number) {
  BOOST_TEST(exact("softmax --logits '[[],[]]'").shape == (io::Shape{2, 0}),
             boost::test_tools::per_element());
  BOOST_TEST(exact("softmax --axis 0 --logits '[[],[]]'").values.empty());
  const io::Array nothing = exact("log_sum_exp --logits '[[],[]]'");
  BOOST_TEST(nothing.values == (std::vector<double>{-INFINITY, -INFINITY}),
             boost::test_tools::per_element());
  const io::Array number = exact("softmax --logits 2 --shape scalar --axis 0");
  BOOST_TEST(number.shape.empty());
  BOOST_TEST(number.values.at(0) == 1);
  BOOST_TEST(contains(error("cross_entropy --logits '[[],[]]' --labels 0,0"), "no classes"));
}

// A loss along axis 1 of N x C x d, as PyTorch defines it; labels have the shape N x d.
BOOST_AUTO_TEST_CASE(losses_along_an_axis) {
  const io::Array losses = exact(
      "cross_entropy --axis 1 --reduction none --labels '0,1;1,0;1,1' --logits '" + cube + "'");
  BOOST_TEST(losses.shape == (io::Shape{3, 2}), boost::test_tools::per_element());
  const io::Array rows = exact(
      "cross_entropy --reduction none --labels 0,1,1,0,1,1 --logits '1,3;2,5;0,4;-1,4;7,2;7,1'");
  BOOST_TEST(losses.values == rows.values, boost::test_tools::per_element());
}

// The divisor is in the name of the reduced row.
BOOST_AUTO_TEST_CASE(a_reduction_names_its_divisor) {
  const Workdir folder;
  const std::string command =
      "$MAXTRICK eval cross_entropy --logits '0.2,0.3,0.5;0.5,0.2,0.3;1,1,1' --labels 2,1,-100 "
      "--ignore-index -100 --variant exact --format csv ";
  folder.run(command).out_has("mean over 2 kept rows");
  folder.run(command + "--reduction rows").out_has("mean over 3 rows");
  folder.run(command + "--weights 2,4,6").out_has("mean over the sum of weights 10,");
  folder.run(command + "--weights 2,4,6 --reduction kept").out_has("mean over 2 kept rows");
  folder.run(command + "--sample-weights 1,2,3 --reduction weights")
      .out_has("mean over the sum of sample weights 3");
  folder.run(command + "--reduction sum").out_has("sum,,exact");
  folder.run(command + "--reduction none").out_lacks("mean");
  // pytorch#25571
  BOOST_TEST(exact("cross_entropy --logits '0.2,0.3,0.5;0.5,0.2,0.3' --labels 2,1 --weights 2,4,6 "
                   "--reduction mean --dtype float64")
                     .values.at(0) == 1.05983106,
             boost::test_tools::tolerance(1e-8));
  // All rows ignored: 0 / 0.
  BOOST_TEST(std::isnan(
      exact("cross_entropy --logits 1,2,3 --labels=-1 --ignore-index=-1 --reduction mean")
          .values.at(0)));
}

// The divisor is the exact sum of the weights, and the mean over the classes has their exact number.
BOOST_AUTO_TEST_CASE(divisors_are_not_rounded) {
  BOOST_TEST(exact("cross_entropy --logits '0,3;0,1;0,1' --labels 0,0,0 --sample-weights "
                   "1,1e16,-1e16 --reduction weights --dtype float64")
                 .values.at(0) == 3.0485873515737420);
  std::string row = "0";
  for (int k = 1; k < 257; ++k) row += ",0";
  BOOST_TEST(exact("log_sum_exp --mean --dtype bfloat16 --logits " + row).values.at(0) == 0);
}

// One exact function: the quotient x / T is not rounded in between.
BOOST_AUTO_TEST_CASE(a_transform_is_part_of_the_function) {
  const double y =
      exact("log_softmax --dtype float64 --logits 10000001,10000000 --temperature 3").values.at(0);
  BOOST_TEST(y == -std::log1p(std::exp(-1.0 / 3)), boost::test_tools::tolerance(1e-15));
  const auto rows = rows_of(Workdir{}
                                .run("$MAXTRICK eval log_softmax --logits 10000001,10000000 "
                                     "--temperature 3 -q --format csv")
                                .out);
  // The rounded quotients differ by 0 in float32, so that plain kernels lose every digit.
  BOOST_TEST(row_where(rows, {{"variant", "log_softmax.accurate.scalar"}}).at("outcome") != "ok");
  BOOST_TEST(row_where(rows, {{"variant", "log_softmax.double_word.scalar"}}).at("outcome") ==
             "ok");
}

BOOST_AUTO_TEST_CASE(expectations_are_checked) {
  const Workdir folder;
  const std::string command = "$MAXTRICK eval softmax --logits 1,2 --variant exact --expect ";
  folder.exits(0, command + "0.26894143,0.7310586 --ulp 1").err_is("");
  folder.exits(0, command + "0.2689,0.7311 --rtol 1e-3");
  folder.exits(0, command + "0.269,0.731 --atol 1e-3");
  folder.exits(1, command + "0.2689,0.7311")
      .err_has("exact [0]: got 0.26894143")
      .err_has("expected 0.2689")
      .err_has(" ULP, 1 allowed");
  folder.exits(1, command + "nan,0.7310586 --rtol 1e-3").err_has("expected nan");
  folder.exits(2, command + "1,2,3").err_has("--expect: shape (3,) does not fit (2,)");
  folder.exits(2, command + "1,2 --ulp 1 --rtol 1").err_has("exclude each other");
  folder.exits(2, "$MAXTRICK eval softmax --logits 1,2 --ulp 1").err_has("need --expect");
  // Each variant is compared.
  folder
      .exits(1,
             "$MAXTRICK eval softmax --logits 1000,0 --variant 'softmax.*.scalar' --expect 1,0 -q")
      .err_has("softmax.naive.scalar [0]: got nan");
  folder.exits(0,
               "$MAXTRICK eval cross_entropy --logits 0,0 --labels 0 --gradient --variant exact "
               "--expect 0.6931472 --expect-gradient=-0.5,0.5");
}

BOOST_AUTO_TEST_CASE(json_has_numbers_and_arrays) {
  const Workdir folder;
  const auto parsed = [&](const std::string& arguments) {
    return nlohmann::json::parse(
        folder.run("$MAXTRICK eval " + arguments + " -q --format json").out);
  };
  const auto rows = parsed("softmax --logits '0,0;inf,1' --variant softmax.max_trick.scalar");
  BOOST_TEST(rows.at("format_version") == 1);
  BOOST_TEST(rows.at("shape") == nlohmann::json({2, 2}));
  BOOST_TEST(rows.at("rows").at(0).at("row") == 0);
  BOOST_TEST(rows.at("rows").at(0).at("max_error_ulp").is_null());
  BOOST_TEST(rows.at("rows").at(1).at("result") == nlohmann::json({0.5, 0.5}));
  BOOST_TEST(rows.at("rows").at(1).at("max_error_ulp") == 0);
  BOOST_TEST(rows.at("rows").at(2).at("result") == nlohmann::json({"nan", "nan"}));
  BOOST_TEST(rows.at("summary").at(0).at("rows") == 2);
  const auto loss = parsed("cross_entropy --logits 1,2 --labels 1 --gradient --variant fused");
  BOOST_TEST(loss.at("rows").at(1).at("label") == 1);
  BOOST_TEST(loss.at("rows").at(1).at("loss").is_number());
  BOOST_TEST(loss.at("rows").at(1).at("gradient").size() == 2U);
}

BOOST_AUTO_TEST_CASE(many_rows_end_with_a_summary) {
  const Workdir folder;
  std::string rows;
  for (int i = 0; i < 12; ++i) rows += fmt::format("{},{}\n", i, 90 * (i % 2));
  folder.write("z.csv", rows);
  folder.run("$MAXTRICK eval softmax --input z.csv --variant 'softmax.naive.*'")
      .out_has("outcomes")
      .out_has("6 ok, 6 nan");
}

BOOST_AUTO_TEST_CASE(inputs_of_many_kinds) {
  const Workdir folder;
  folder.write("names.tsv", "a\tb\n1\t2\n");
  const std::vector<double> expected = exact("softmax --logits 1,2").values;
  BOOST_TEST(exact("softmax --logits names.tsv", folder).values == expected,
             boost::test_tools::per_element());
  folder.write("half.npy", io::to_npy({{2}, {1, 2}, {}}, io::NumberType::float16));
  const Said half = folder.run("$MAXTRICK eval softmax --logits half.npy --variant exact -o y.npy");
  half.out_has("float16");
  BOOST_CHECK(io::read_array(folder / "y.npy").type == io::NumberType::float16);
  folder.exits(
      0,
      "echo 1,2 | $MAXTRICK eval softmax --logits - --variant exact --expect 0.26894143,0.7310586");
  folder.write("bytes.npy", io::to_npy({{2}, {1, 2}, {}}, io::NumberType::uint8));
  BOOST_TEST(exact("softmax --logits bytes.npy", folder).values == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_computed_is_named) {
  const std::string start = "maxtrick: eval: ";
  BOOST_TEST(
      error("softmax --logits 16777217,1") ==
      start +
          "--logits[0]: the integer 16777217 is not a number of float32; use --dtype float64\n");
  // Floats that are no counts are rounded, as are those of a float file.
  BOOST_TEST(exact("softmax --logits 3.4028235e38,1 --bias=-1e30,0").values.at(0) == 1);
  BOOST_TEST(contains(error("hardmax --logits 1,2 --sink 3"), "hardmax takes no --sink"));
  BOOST_TEST(contains(error("binary_cross_entropy --logits 1 --labels 2"),
                      "expected numbers from 0 to 1"));
  BOOST_TEST(error("softmax --logits 1,2 --scale 0") ==
             start + "--scale: 0, expected a finite number other than 0\n");
  BOOST_TEST(error("softmax --logits 1,2 --temperature 0") ==
             start + "--temperature: 0, expected a finite number other than 0\n");
  BOOST_TEST(error("softmax --logits 1,2 --temperature=-1") ==
             start + "--temperature: -1, expected above 0\n");
  BOOST_TEST(error("softmax --logits 1,2 --mask 1,2") ==
             start + "--mask: 2, expected 0, 1, false or true\n");
  BOOST_TEST(error("softmax --logits 1,2 --mask 1,0,1") ==
             start + "--mask: shape (3,) does not fit (2,)\n");
  BOOST_TEST(error("softmax --logits 1,2 --axis 1") ==
             start + "--axis: 1, expected -1 to 0: the logits have 1 dimension\n");
  BOOST_TEST(contains(error("softmax --logits '1,2;3,4' --axis 0,-2"), "axis 0 occurs twice"));
  BOOST_TEST(
      contains(error("softmax --logits '1,2;3,4' --axis x"), "--axis: 'x', expected numbers"));
  BOOST_TEST(error("cross_entropy --logits 1,2 --labels 0 --weights nan,1") ==
             start + "--weights: number 0 (counted from 0) is nan, expected finite numbers\n");
  BOOST_TEST(contains(error("cross_entropy --logits 1,2 --labels 0 --weights 1,2,3"),
                      "--weights: shape (3,)"));
  BOOST_TEST(contains(error("cross_entropy --logits 1,2 --labels 0 --label-smoothing 2"),
                      "expected 0 to 1"));
  BOOST_TEST(contains(error("cross_entropy --logits 1,2 --labels 0 --reduction average"),
                      "expected none, sum, mean, rows, kept or weights"));
  BOOST_TEST(contains(error("cross_entropy --logits 1,2 --labels 0 --targets 1,0"), "not both"));
  BOOST_TEST(contains(error("softmax_backward --logits 1,2"), "softmax_backward needs --dy"));
  BOOST_TEST(contains(error("softmax --logits 1,2 --dy 1,2"), "softmax takes no --dy"));
  BOOST_TEST(contains(error("softmax --logits 1,2 --gradient"), "softmax has no --gradient"));
  BOOST_TEST(contains(error("nll --logits=-1,-2 --labels 0 --scale 2"), "nll takes no --scale"));
  BOOST_TEST(contains(error("log_loss --logits=-1,2 --labels 0"), "log_loss takes probabilities"));
  BOOST_TEST(contains(error("binary_cross_entropy --logits 1,2 --labels 0,1 --axis 0"), "--axis"));
  BOOST_TEST(contains(error("softmax --logits 1,2 --shape 3"),
                      "--shape: (3,) has 3 numbers, the logits have 2"));
}

// tensorflow#10268: a label that is no class is refused, with its row.
BOOST_AUTO_TEST_CASE(labels_out_of_range_are_refused) {
  for (const std::string labels : {"100", "-1", "2"})
    BOOST_TEST(contains(error("cross_entropy --logits 0,1 --labels=" + labels),
                        "--labels: row 0: label " + labels + " is not a class; expected 0 to 1"));
}

BOOST_AUTO_TEST_SUITE_END()
