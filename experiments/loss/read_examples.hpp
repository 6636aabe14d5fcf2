// Reads the examples of a [[case]].
#pragma once

#include <string>

#include "config/config.hpp"
#include "inputs/labelled_logits.hpp"

namespace maxtrick::loss {

// Reads `logits`, then `labels` or `coefficients`, and `divisor`:
//   logits = [[...], ...] or { path = "z.npy" }
//   labels = [...] or { path = "y.npy" }    the true class of each row
//   coefficients = [[...], ...]             a number for each logit, in the place of labels
//   divisor = d                             of the sum of the losses; optional
// Errors are noted in the config. If a file is missing, `missing` says so, and there are no examples.
[[nodiscard]] inputs::LabelledLogits read_examples(config::Section& section, ops::DType dtype,
                                                   std::string& missing);

}  // namespace maxtrick::loss
