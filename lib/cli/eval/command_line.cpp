#include "cli/eval/command_line.hpp"

#include "ops/registry.hpp"

namespace maxtrick::cli {
namespace {

std::string names_of_ops() {
  std::string names;
  for (const ops::Op op : ops::all_ops())
    names += (names.empty() ? "" : ", ") + std::string(op->name);
  return names;
}

}  // namespace

void add_problem(CLI::App& app, ProblemOptions& options) {
  CLI::App* const command = &app;
  const CLI::Validator not_empty(
      [](const std::string& text) { return text.empty() ? "the name is empty" : ""; }, "");
  // An empty word, such as an unset variable of a shell, is no request for the default.
  const CLI::Validator given(
      [](const std::string& text) { return text.empty() ? "it is empty" : ""; }, "");
  command->add_option("OP", options.op, "the op: " + names_of_ops())->required();
  const auto array = [&](const std::string& name, std::string& text, const std::string& help) {
    command->add_option(name, text, help)->option_text("ARRAY")->group("Arrays");
  };
  array("--logits", options.logits,
        "the logits, or what the op takes: \"1,2,3;4,5,6\", \"[[[1,2],[3,4]]]\", the name of a "
        "file (.npy, .npz, CSV, TSV), or - for stdin; so are all arrays");
  command->add_option("--input", options.input, "the same as --logits, for a file")
      ->check(not_empty)
      ->option_text("FILE")
      ->group("Arrays");
  command->add_option("--shape", options.shape, "reshape the logits, such as 2,3,4 or scalar")
      ->option_text("SIZES")
      ->group("Arrays");
  command
      ->add_option("--axis", options.axis,
                   "the axis of the classes, such as 1, several such as 0,2, or all (default: "
                   "the last one)")
      ->option_text("AXES")
      ->group("Arrays");
  command->add_flag("--keepdims", options.keepdims, "keep the axes, with the size 1")
      ->group("Arrays");
  command
      ->add_option("--dtype", options.dtype,
                   "float32, float64, float16, bfloat16, or a 16-bit type that is computed in "
                   "float32, such as float16_in_float32 (default: the type of the file, or "
                   "float32)")
      ->option_text("DTYPE")
      ->group("Arrays");
  const auto number = [&](const std::string& name, std::optional<double>& value,
                          const std::string& help, const std::string& group) {
    command->add_option(name, value, help)->check(given)->option_text("NUMBER")->group(group);
  };
  const std::string transform = "Before the op, in this order";
  number("--scale", options.scale, "multiply the logits", transform);
  number("--temperature", options.temperature, "divide the logits", transform);
  number("--soft-cap", options.soft_cap, "z = C tanh(z / C)", transform);
  const auto before = [&](const std::string& name, std::string& text, const std::string& help) {
    command->add_option(name, text, help)->check(given)->option_text("ARRAY")->group(transform);
  };
  before("--bias", options.bias, "add to the logits");
  before("--mask", options.mask, "0 or false: the class does not take part");
  before("--sink", options.sink,
         "the logit of one further class, whose results are not shown; one number or one for "
         "each row");
  const std::string targets = "Targets of losses";
  const auto target = [&](const std::string& name, std::string& text, const std::string& help) {
    command->add_option(name, text, help)->check(given)->option_text("ARRAY")->group(targets);
  };
  target("--labels", options.labels,
         "the class of each row, from 0, or a coefficient for each class (the shape of the "
         "logits)");
  target("--targets", options.targets, "coefficients of the classes; any numbers");
  number("--label-smoothing", options.label_smoothing, "E: coefficients (1 - E) q + E / classes",
         targets);
  target("--weights", options.weights, "one number for each class");
  target("--sample-weights", options.sample_weights, "one number for each row");
  command
      ->add_option("--ignore-index", options.ignore_index,
                   "rows with this label have no loss and are not counted")
      ->check(given)
      ->option_text("LABEL")
      ->group(targets);
  command
      ->add_option("--reduction", options.reduction,
                   "none, sum, mean (as PyTorch divides), rows, kept, or weights (default: the "
                   "rows and their mean)")
      ->option_text("NAME")
      ->group(targets);
  command->add_flag("--gradient", options.gradient, "also the gradient of each loss")
      ->group(targets);
  const std::string own = "Arguments of one op";
  const auto only = [&](const std::string& name, std::string& text, const std::string& help) {
    command->add_option(name, text, help)->check(given)->option_text("ARRAY")->group(own);
  };
  only("--b", options.b, "log_sum_exp: factors of the exponentials");
  command->add_flag("--mean", options.mean, "log_sum_exp: divide the sum by the classes")
      ->group(own);
  number("--divisor", options.divisor, "log_sum_exp: divide the sum", own);
  only("--dy", options.dy,
       "softmax_backward, log_softmax_backward: derivatives with respect to the results");
  only("--values", options.values, "merge: the value of each part");
  only("--pos-weight", options.pos_weight, "binary_cross_entropy: factor of the second class");
  command
      ->add_flag("--log-target", options.log_target,
                 "kl_divergence: the targets are log-probabilities")
      ->group(own);
  number("--gamma", options.gamma, "focal_loss (default 2)", own);
  number("--factor", options.factor, "z_loss (default 1)", own);
}

}  // namespace maxtrick::cli
