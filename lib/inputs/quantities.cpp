#include "inputs/quantities.hpp"

#include <fmt/format.h>

namespace maxtrick::inputs {

std::vector<Quantity> outputs_of_example(const std::string& base, std::size_t example,
                                         std::size_t classes) {
  std::vector<Quantity> all;
  for (std::size_t c = 0; c < classes; ++c) {
    const std::size_t at = example * classes + c;
    Quantity one{fmt::format("{}_{}_{}", base, example, c), {}};
    if (base == "logit")
      one.of = [at](const Trained& run) { return run.after.first_logits[at]; };
    else
      one.of = [at](const Trained& run) { return run.after.first_probabilities[at]; };
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<Quantity> probability_extremes() {
  return {{"largest_probability", [](const Trained& run) { return run.after.probabilities.high; }},
          {"smallest_probability", [](const Trained& run) { return run.after.probabilities.low; }}};
}

std::vector<Quantity> quantities(std::size_t epochs, const std::vector<std::int32_t>& first) {
  std::vector<Quantity> all;
  for (std::size_t epoch = 0; epoch < epochs; ++epoch)
    all.push_back({fmt::format("loss_{}", epoch + 1),
                   [epoch](const Trained& run) { return run.history.losses[epoch]; }});
  all.push_back({"exact_loss", [](const Trained& run) { return run.after.exact_loss; }});
  all.push_back({"accuracy", [](const Trained& run) { return run.after.accuracy; }});
  all.push_back({"largest_logit", [](const Trained& run) { return run.after.logits.high; }});
  all.push_back({"smallest_logit", [](const Trained& run) { return run.after.logits.low; }});
  if (!first.empty())
    all.push_back({"first_categories", [first](const Trained& run) {
                     double right = 0;
                     for (std::size_t i = 0; i < first.size(); ++i)
                       right += run.after.predictions[i] == first[i] ? 1 : 0;
                     return right;
                   }});
  return all;
}

}  // namespace maxtrick::inputs
