// The program answers each question of the table conventions as that table says of this project.
#include "conventions/formulas.hpp"
#include "program.hpp"
#include "result_rows.hpp"

BOOST_AUTO_TEST_SUITE(own_conventions_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// The command of each question, on the input of configs/conventions.toml.
const std::map<std::string, std::string> commands = {
    {"plus_infinity", "softmax --logits '[[0,inf,0]]'"},
    {"minus_infinity", "softmax --logits '[[-inf,-inf,-inf]]'"},
    {"masked_row", "softmax --logits '[[0,1,2]]' --mask '[[0,0,0]]'"},
    {"no_classes", "log_sum_exp --logits '[[]]'"},
    {"default_axis", "softmax --logits '[[[0,1],[3,-1]],[[2,0.5],[1.5,4]]]'"},
    {"integer_logits", "softmax --logits '[[4,8,2,8,2]]'"},
    {"temperature_zero", "softmax --logits 100,200 --temperature 0"},
    {"soft_cap", "softmax --logits '[[1,124,200]]' --scale 0.5 --soft-cap 30"},
    {"label_smoothing",
     "cross_entropy --logits '[[1,2]]' --labels 1 --label-smoothing 0.1 --reduction none"},
    {"weighted_mean",
     "cross_entropy --logits '0.2,0.3,0.5;0.5,0.2,0.3;0.1,0.6,0.3' --labels 2,1,0 --weights 0,4,6 "
     "--reduction mean"},
    {"all_ignored",
     "cross_entropy --logits '1,2,3;0,1,0' --labels=-1,-1 --ignore-index=-1 --reduction mean"},
    {"ignored_label",
     "cross_entropy --logits '1,1,1;0,1,1;2,0,0' --labels 1,2,0 --ignore-index 0 "
     "--reduction none"},
    {"label_out_of_range", "cross_entropy --logits '[[0,1]]' --labels 100"},
    {"log_of_zero", "log_loss --logits '1,0;0.5,0.5' --labels 1,1 --reduction none"},
    {"sum_of_probabilities", "log_loss --logits '[[0.2,0.2,0.1]]' --labels 0 --reduction none"},
    {"zero_target",
     "kl_divergence --logits '[[-0.6931471805599453,-0.6931471805599453]]' --targets '[[1,0]]' "
     "--reduction none"},
    {"sum_of_targets",
     "cross_entropy --logits '[[0.1,0.9]]' --targets '[[0,0]]' --gradient --reduction none"},
    {"pos_weight",
     "binary_cross_entropy --logits '0.5,0.5,-120' --labels 0.5,0.5,1 --pos-weight 1,2,1 "
     "--reduction none"},
    {"infinite_logit", "binary_cross_entropy --logits inf,-inf --labels 1,0 --reduction none"},
};

// The text of an array with the numbers of a cell, in the shape of the question's result.
std::string array_of(const std::string& question, std::string cell) {
  std::replace(cell.begin(), cell.end(), ' ', ',');
  if (question != "default_axis")
    return commands.at(question).starts_with("softmax") || question == "sum_of_targets"
               ? "[[" + cell + "]]"
           : question == "weighted_mean" || question == "all_ignored" ? cell
                                                                      : "[" + cell + "]";
  // 2 x 2 x 2
  std::string text = "[[[";
  int commas = 0;
  for (const char c : cell)
    if (c != ',')
      text += c;
    else
      text += ++commas % 4 == 0 ? "]],[[" : commas % 2 == 0 ? "],[" : ",";
  return text + "]]]";
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_program_follows_its_own_conventions) {
  const auto table = committed_rows("conventions");
  const Workdir folder;
  for (const conventions::Question& question : conventions::questions()) {
    if (question.name == "bits_of_axes") continue;  // columns_test compares the bits of axes
    const std::string value = row_where(table, {{"question", question.name}}).at("our_value");
    const std::string command =
        "$MAXTRICK eval " + commands.at(question.name) + " --variant exact --dtype float64";
    if (value == "refused") {
      folder.exits(2, command);
      continue;
    }
    // The table has 12 digits.
    const std::string expect = question.name == "sum_of_targets" ? "--expect-gradient" : "--expect";
    folder.exits(0,
                 command + " " + expect + "='" + array_of(question.name, value) + "' --rtol 1e-11");
  }
}

BOOST_AUTO_TEST_SUITE_END()
