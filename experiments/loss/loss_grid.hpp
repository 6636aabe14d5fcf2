// What a config of experiment `loss` asks for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "loss/loss_case.hpp"

namespace maxtrick::loss {

// A table of its Markdown.
struct LossView {
  std::string dtype, classes, targets;
};

struct LossGrid {
  std::vector<double> gaps;
  std::vector<std::size_t> classes;
  std::size_t examples = 0, max_logits = 0;
  std::uint64_t seed = 0;
  std::vector<LossView> views;

  // Fewer of long rows; one at least.
  [[nodiscard]] std::size_t rows(std::size_t columns) const {
    return std::min(examples, std::max<std::size_t>(1, max_logits / columns));
  }
};

struct LossConfig {
  std::vector<ops::DType> dtypes;
  std::vector<std::string> targets;
  std::vector<inputs::Arm> arms;
  LossGrid grid;
  std::vector<LossCase> cases;
};

// Reads dtypes, targets (sparse, one_hot), [[arm]], and one of these at least: the tables [[case]];
// gaps with classes, examples, max_logits, seed and tables [[view]], each a dtype, a number of
// classes and a format of targets. Errors are noted in the config.
[[nodiscard]] LossConfig read_loss_config(config::Section& section);

}  // namespace maxtrick::loss
