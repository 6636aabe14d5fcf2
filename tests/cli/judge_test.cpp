// `maxtrick judge`: results that were computed elsewhere.
#include <nlohmann/json.hpp>

#include "io/array.hpp"
#include "program.hpp"

BOOST_AUTO_TEST_SUITE(judge_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string softmax = "$MAXTRICK judge softmax --logits '1,2,3;0,0,100' ";

}  // namespace

BOOST_AUTO_TEST_CASE(errors_and_worst_elements_are_shown) {
  const Workdir folder;
  const std::string good = "--result '0.09003057,0.24472848,0.66524094;3.7835e-44,3.7835e-44,1'";
  folder.exits(0, softmax + good + " --ulp 1").out_has("2 ok");
  const std::string bad = "--result '0.09003057,0.24472,0.66524094;0,3.7835e-44,1'";
  const Said said = folder.exits(1, softmax + bad + " --ulp 1 --worst 2");
  said.out_has("1 inaccurate, 1 underflow");
  said.out_has("0    1      568.7");  // row, class and error of the worst element
  said.err_has("the largest error is 568.7").err_has(" ULP, 1 allowed");
  folder.exits(0, softmax + bad);
  const auto json = nlohmann::json::parse(folder.run(softmax + bad + " --format json").out);
  BOOST_TEST(json.at("summary").at(0).at("worst_row") == 0);
}

// What eval writes is what judge accepts.
BOOST_AUTO_TEST_CASE(results_of_eval_are_within_their_errors) {
  const Workdir folder;
  folder.write("z.npy", io::to_npy({{2, 3, 2}, {1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1}, {}},
                                   io::NumberType::float64));
  for (const std::string op : {"softmax", "log_softmax", "log_sum_exp"}) {
    const std::string arguments = " " + op + " --logits z.npy --axis 1 --temperature 0.7 ";
    folder.exits(0, "$MAXTRICK eval" + arguments + "--variant exact -o y.npy");
    folder.exits(0, "$MAXTRICK judge" + arguments + "--result y.npy --ulp 0.5");
    // A result of another type is none of this one.
    folder.write("half.npy", io::to_npy(io::read_array(folder / "y.npy"), io::NumberType::float32));
    folder.exits(1, "$MAXTRICK judge" + arguments + "--result half.npy --ulp 0.5");
  }
}

BOOST_AUTO_TEST_CASE(violated_invariants_are_named) {
  const Workdir folder;
  folder.exits(0, softmax + "--result '0.1,0.3,0.7;0,0,1.5'")
      .out_has("violated: a probability is not between 0 and 1: 1 row, the first is row 1: 1.5")
      .out_has(
          "violated: the probabilities do not sum to 1: 2 rows, the first is row 0: off by 0.1");
  folder.exits(0, "$MAXTRICK judge log_softmax --logits 1,2 --result=-1,123.7")
      .out_has("violated: a log-probability is above 0: 1 row, the first is row 0: 123.7");
  folder.exits(0, "$MAXTRICK judge cross_entropy --logits '1,2;3,4' --labels 0,1 --result=-1,2")
      .out_has("violated: a loss is below 0: 1 row, the first is row 0: -1");
  folder
      .exits(0,
             "$MAXTRICK judge cross_entropy --logits 0,0 --labels 0 --gradient --result 0.6931472 "
             "--result-gradient=-0.5,0.7")
      .out_has("violated: the gradient of a row does not sum to 0: 1 row, the first is row 0: 0.2");
}

// A gradient can be judged alone, and the worst elements name its entries.
BOOST_AUTO_TEST_CASE(a_gradient_is_judged_alone) {
  const Workdir folder;
  for (const std::string op : {"cross_entropy --gradient", "cross_entropy_gradient"}) {
    const std::string command = "$MAXTRICK judge " + op + " --logits 0,0 --labels 0 ";
    folder.exits(1, command + "--result-gradient=-0.5,0.7 --ulp 4").out_has("gradient 1");
    folder.exits(2, command + "--result 0.6931472").err_has("--gradient needs --result-gradient");
    folder.exits(2, command + "--reduction mean --result 0.6931472").err_has("exclude each other");
  }
}

// A loss may have been reduced.
BOOST_AUTO_TEST_CASE(a_reduced_loss_is_one_number) {
  const Workdir folder;
  const std::string command =
      "$MAXTRICK judge cross_entropy --logits '0.2,0.3,0.5;0.5,0.2,0.3' --labels 2,1 --weights 2,4,6 "
      "--reduction mean ";
  folder.exits(0, command + "--result 1.0598310 --ulp 2")
      .out_has("mean over the sum of weights 10  ok");
  folder.exits(1, command + "--result 5.2991552 --ulp 2").out_has("wrong");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_judged_is_named) {
  const Workdir folder;
  folder.exits(2, softmax + "--result 1,2").err_has("judge: --result: shape (2,), expected (2, 3)");
  folder.write("wide.npy",
               io::to_npy({{2, 3}, {0.1, 0.2, 0.7, 0, 0, 1}, {}}, io::NumberType::float64));
  folder.exits(2, softmax + "--result wide.npy")
      .err_has("which is no number of float32; use --dtype");
  folder.exits(2, "$MAXTRICK judge softmax --logits 1,2").err_has("expected --result");
  folder.exits(2, softmax + "--result 1,2 --ulp=-1").err_has("--ulp: -1");
}

BOOST_AUTO_TEST_SUITE_END()
