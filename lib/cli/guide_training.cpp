#include "cli/guide_training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "table/committed_table.hpp"

namespace maxtrick::cli {
namespace {

using table::CommittedTable;
using table::Row;

// The rows of a table that have a line of the guide, by task and arm, in the table's order.
using Line = std::pair<std::string, std::string>;

void add_line(std::vector<Line>& lines, const Line& line) {
  for (const Line& other : lines)
    if (other == line) return;
  lines.push_back(line);
}

}  // namespace

void append_temperatures(std::string& page, const std::filesystem::path& folder) {
  const CommittedTable table(folder, "calibration");
  std::vector<Line> lines;
  std::map<Line, double> last_epoch;
  for (const Row& row : table.rows()) {
    const Line line{table.cell(row, "task"), table.cell(row, "arm")};
    add_line(lines, line);
    last_epoch[line] = std::max(last_epoch[line], table.number(row, "epoch"));
  }
  // Medians after the last epoch, by examples, temperature and quantity.
  std::map<std::pair<Line, std::string>, std::string> medians;
  for (const Row& row : table.rows()) {
    const Line line{table.cell(row, "task"), table.cell(row, "arm")};
    if (table.number(row, "epoch") != last_epoch[line]) continue;
    medians[{line, fmt::format("{} {} {}", table.cell(row, "examples"),
                               table.cell(row, "temperature"), table.cell(row, "quantity"))}] =
        table.cell(row, "median");
  }
  page +=
      "\nWhich temperature to use. Fit one to examples that the network was not trained with, by the "
      "smallest\nmean loss. It changes no prediction, and it is near 1 where a network is "
      "calibrated. On data of\nanother kind it may help or harm. The table has medians over the "
      "seeds after the last epoch\n([calibration.md](calibration.md)): the expected calibration "
      "error (ECE) and the mean loss (NLL) of\nother examples, before and after. `bayes` knows how "
      "the data were generated: its ECE is what a sample\nof this size gives. Elsewhere: data whose "
      "classes have moved.\n\n"
      "| task | loss | temperature | ECE, before | after | NLL, before | after | ECE elsewhere, "
      "before | after |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const Line& line : lines) {
    page += fmt::format("| {} | {} |", line.first, line.second);
    for (const char* shown :
         {"held_out fitted temperature", "test 1 ece", "test fitted ece", "test 1 nll",
          "test fitted nll", "elsewhere 1 ece", "elsewhere fitted ece"})
      page += fmt::format(" {} |", medians[{line, shown}]);
    page += '\n';
  }
}

void append_remedies(std::string& page, const std::filesystem::path& folder) {
  const CommittedTable table(folder, "imbalance");
  std::vector<Line> lines;
  std::map<std::tuple<Line, std::string, std::string>, const Row*> rows;  // test, logits
  for (const Row& row : table.rows()) {
    const Line line{table.cell(row, "task"), table.cell(row, "arm")};
    add_line(lines, line);
    rows[{line, table.cell(row, "test"), table.cell(row, "logits")}] = &row;
  }
  // In the config, class 2 is the rarest.
  struct Shown {
    std::string test, logits, column;
  };
  const std::vector<Shown> columns{
      {"imbalanced", "trained", "recall_2_median"},  {"imbalanced", "trained", "rare_precision"},
      {"imbalanced", "trained", "accuracy_median"},  {"imbalanced", "trained", "nll_median"},
      {"imbalanced", "shifted", "nll_median"},       {"balanced", "trained", "macro_recall_median"},
      {"balanced", "shifted", "macro_recall_median"}};
  page +=
      "\nWhich weights, and which loss, for classes of unequal size. Choose by the proportions in "
      "which the\nclasses will occur. If they are those of the training data, use the plain loss: "
      "no other is\nmore accurate or has a smaller mean loss (NLL) as trained. If every class matters "
      "the same, use class\nweights or the adjustment of logits: they find most examples of the rarest class, at the price "
      "of many false\nalarms, and their probabilities are those of equally frequent classes. `shifted` "
      "adds the logarithm\nof the ratio of the two proportions to the logits, which turns one into the "
      "other without training\nagain. The focal loss is calibrated for neither. The table has medians "
      "over the seeds\n([imbalance.md](imbalance.md)): on examples in the proportions of the training "
      "data, 100:10:1, and in\nthe last two columns on equally frequent classes. `bayes` knows how the "
      "data were generated.\n\n"
      "| task | loss | recall of the rarest class | its precision | accuracy | NLL | NLL, shifted | "
      "mean recall of equal classes | shifted |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const Line& line : lines) {
    page += fmt::format("| {} | {} |", line.first, line.second);
    for (const Shown& one : columns) {
      const auto row = rows.find({line, one.test, one.logits});
      page += row == rows.end() ? " |" : fmt::format(" {} |", table.cell(*row->second, one.column));
    }
    page += '\n';
  }
}

}  // namespace maxtrick::cli
