// Figures of a document that result from training: the document's single run is compared with the
// spread of many runs of ours.
#pragma once

#include "inputs/selection.hpp"
#include "published/figure.hpp"
#include "run/experiment.hpp"

namespace maxtrick::published {

// Reads the optional tables [[trained]] of `config`, each with
//   id, what, task (of [[task]]), arm (of [[arm]]), note (optional),
//   printed, as text, and the quantity that it shows: quantity =
//     "loss"           of the epochs: one row for each, id.1, id.2, ...
//     "logit", "probability"    of example = i (0 to 4): one row, one number for each class
//     "overconfidence" of test = "a name of [[data]]": mean probability of the predicted class minus
//                      accuracy on these examples, with which the network was not trained
//     another of inputs::quantities: one number
//   or, instead of printed, claim, in words, with at_least or at_most (of the median seed);
// It also reads [[data]], [[arm]], [[task]] and seeds, as experiment `training` does. Adds the
// cases to the plan; their rows have the columns of figure.hpp.
void add_trained(run::Plan& plan, const Columns& columns, config::Section& config,
                 inputs::Names& ids);

}  // namespace maxtrick::published
