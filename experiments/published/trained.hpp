// Figures of a document that come of training: one run of theirs, against the band of many of ours.
#pragma once

#include "inputs/selection.hpp"
#include "published/figure.hpp"
#include "run/experiment.hpp"

namespace maxtrick::published {

// Reads, where `config` has any, the tables [[trained]]:
//   id, what, task (of [[task]]), arm (of [[arm]]), note (optional),
//   printed, as text, and what they are: quantity =
//     "loss"           of the epochs: a row each, id.1, id.2, ...
//     "logit", "probability"    of example = i (0 to 4): one row, a number for each class
//     another of inputs::quantities: one number
//   or instead of printed, claim, in words, with at_least or at_most (of the median seed);
// and beside them [[data]], [[arm]], [[task]] and seeds, as experiment `training` has them. Adds
// their cases, whose rows are of the columns of figure.hpp.
void add_trained(run::Plan& plan, const Columns& columns, config::Section& config,
                 inputs::Names& ids);

}  // namespace maxtrick::published
