#include "cli/guide_training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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

// Three digits; empty if the cell is no number.
std::string digits(const CommittedTable& table, const Row& row, const std::string& column) {
  const double value = table.number(row, column);
  return std::isnan(value) ? "" : fmt::format("{:.3g}", value);
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
  // Medians after the last epoch, by examples, temperature and quantity, with the digits that count
  // for so few seeds.
  std::map<std::pair<Line, std::string>, std::string> medians;
  for (const Row& row : table.rows()) {
    const Line line{table.cell(row, "task"), table.cell(row, "arm")};
    if (table.number(row, "epoch") != last_epoch[line]) continue;
    medians[{line, fmt::format("{} {} {}", table.cell(row, "examples"),
                               table.cell(row, "temperature"), table.cell(row, "quantity"))}] =
        digits(table, row, "median");
  }
  page +=
      "\nWhich temperature to use. Take the T with the smallest mean of -log softmax(z / T)_y over "
      "examples\nthat the network was not trained with, 1000 here. It changes no "
      "prediction, and is near 1\nwhere a network is calibrated; then it gains nothing. On data of "
      "another kind it may help or harm. The\ntable has medians over the seeds after the last epoch "
      "([calibration.md](calibration.md)): the expected\ncalibration error (ECE) and the mean loss "
      "(NLL) of other examples, before and after. `bayes` knows how\nthe data were generated: its "
      "ECE is what a sample of this size gives. Elsewhere: data whose classes\nhave moved.\n\n"
      "| task | loss | temperature | ECE, before | after | NLL, before | after | ECE elsewhere, "
      "before | after |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  const auto figures = [&](const Line& line) {
    std::string cells;
    for (const char* shown :
         {"held_out fitted temperature", "test 1 ece", "test fitted ece", "test 1 nll",
          "test fitted nll", "elsewhere 1 ece", "elsewhere fitted ece"})
      cells += fmt::format(" {} |", medians[{line, shown}]);
    return cells;
  };
  // Losses with the same figures share a line.
  std::string arms;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& [task, arm] = lines[i];
    arms += arms.empty() ? arm : ", " + arm;
    if (i + 1 < lines.size() && lines[i + 1].first == task &&
        figures(lines[i + 1]) == figures(lines[i]))
      continue;
    page += fmt::format("| {} | {} |{}\n", task, arms, figures(lines[i]));
    arms.clear();
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
      "\nWhich weights, and which loss, for classes of unequal size. Use the plain loss: no other is "
      "more\naccurate or has a smaller mean loss (NLL) in the proportions of its training data. To use "
      "the network\nwhere class k has the proportion q_k, and had p_k in training, add log(q_k / p_k) "
      "to its logits: from\n100:10:1 to equal classes, 0, 2.30 and 4.61. This needs no training and "
      "finds the rarest class about as\noften as class weights or adjusted logits do. Use these where "
      "nobody can change the logits later. They\naim at equal classes, so that they give many false "
      "alarms where a class is rare, and claim too much of\nit. The focal loss is calibrated for no "
      "proportions. The table has medians over the seeds\n([imbalance.md](imbalance.md)): on examples "
      "in the proportions of the training data, and in the last two\ncolumns on equally frequent "
      "classes. `shifted`: with those logarithms added, of the proportions of the\nexamples by those "
      "that the loss aims at. `bayes` knows how the data were generated.\n\n"
      "| task | loss | recall of the rarest class | its precision | accuracy | NLL | NLL, shifted | "
      "mean recall of equal classes | shifted |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const Line& line : lines) {
    page += fmt::format("| {} | {} |", line.first, line.second);
    for (const Shown& one : columns) {
      const auto row = rows.find({line, one.test, one.logits});
      page +=
          row == rows.end() ? "  |" : fmt::format(" {} |", digits(table, *row->second, one.column));
    }
    page += '\n';
  }
}

}  // namespace maxtrick::cli
