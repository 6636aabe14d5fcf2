// What a config of experiment `loss` requests.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "inputs/arm.hpp"
#include "inputs/labelled_logits.hpp"
#include "loss/exact_loss.hpp"
#include "table/table.hpp"

namespace maxtrick::loss {

// Examples that a config spells out or reads from a file, with the losses that were printed for them.
struct LossCase {
  std::string name, hazard, source;
  ops::DType dtype = ops::DType::float32;
  std::string targets;
  inputs::LabelledLogits examples;
  std::optional<double> guard = {};            // replaces the arms' own guard
  std::map<std::string, std::string> printed;  // the mean loss by the name of the arm
  std::string missing = {};                    // if a file is missing: its name and how to get it
};

// A table of the Markdown file.
struct LossView {
  std::string dtype, classes, targets;
};

// The grid of random examples: every gap with every number of classes.
struct LossGrid {
  std::vector<double> gaps;
  std::vector<std::size_t> classes;
  std::size_t examples = 0, max_logits = 0;
  std::uint64_t seed = 0;
  std::vector<LossView> views;

  // Long rows have fewer examples, but at least one.
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

// Reads dtypes, targets (sparse, one_hot), [[arm]], and at least one of: the tables [[case]]; gaps
// with classes, examples, max_logits, seed and tables [[view]], each of which has a dtype, a number
// of classes and a format of targets. Errors are noted in the config. The losses of the user's
// plug-ins follow the arms of the config.
[[nodiscard]] LossConfig read_loss_config(config::Section& section);

// One loss on shared examples: either random ones, or those of a case.
struct Point {
  std::shared_ptr<const LossCase> about;
  double gap = 0;
  std::shared_ptr<ExactExamples> shared;
  inputs::Arm arm = {};

  [[nodiscard]] std::size_t classes() const {
    return std::max<std::size_t>(2, about->examples.classes);
  }
  // The mean loss in the document that the case is from; empty where the document prints none.
  [[nodiscard]] std::string printed() const {
    const auto found = about->printed.find(arm.name);
    return found == about->printed.end() ? "" : found->second;
  }
};

// Returns the points in the order of the table. The points of a batch share their exact losses,
// which take most of the time. Returns none where an arm has an error.
[[nodiscard]] std::vector<std::vector<Point>> batches(const LossConfig& config);

// Adds the views that the table's Markdown shows.
void add_views(table::ResultTable& table, const LossConfig& config);

}  // namespace maxtrick::loss
