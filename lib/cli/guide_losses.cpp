#include "cli/guide_losses.hpp"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "table/committed_table.hpp"

namespace maxtrick::cli {
namespace {

using table::CommittedTable;
using Counts = std::map<std::string, std::size_t>;  // by outcome

struct LossFacts {
  std::string arm;
  Counts gaps, conditions;
};

LossFacts& of_arm(std::vector<LossFacts>& losses, const std::string& arm) {
  for (LossFacts& one : losses)
    if (one.arm == arm) return one;
  return losses.emplace_back(LossFacts{arm, {}, {}});
}

// "78 of 265; 130 both_lost, 47 gradient_lost"
std::string described(const Counts& counts, const std::string& good) {
  std::size_t all = 0, right = 0;
  std::string rest;
  for (const auto& [outcome, n] : counts) {
    all += n;
    if (outcome == good)
      right = n;
    else
      rest += fmt::format("{} {} {}", rest.empty() ? ";" : ",", n, outcome);
  }
  return all == 0 ? "" : fmt::format("{} of {}{}", right, all, rest);
}

}  // namespace

void append_losses(std::string& page, const std::filesystem::path& folder) {
  const CommittedTable loss(folder, "loss"), breaking(folder, "breaking");
  std::vector<LossFacts> losses;
  for (const table::Row& row : loss.rows())
    if (loss.cell(row, "case") == "gap" && loss.cell(row, "dtype") == "float32")
      ++of_arm(losses, loss.cell(row, "arm")).gaps[loss.cell(row, "outcome")];
  for (const table::Row& row : breaking.rows())
    ++of_arm(losses, breaking.cell(row, "arm")).conditions[breaking.cell(row, "outcome")];

  page +=
      "\nWhich form of the cross-entropy: of the gaps and numbers of classes of "
      "[loss.md](loss.md),\n"
      "float32, both kinds of targets, how many keep a correct digit in loss and gradient; and in "
      "how\n"
      "many of the conditions of [breaking.md](breaking.md) a network learns with it. Use\n"
      "`fused_log1p`, from logits; `fused` where the last digits of a loss near 0 do not matter; "
      "never\n"
      "a probability's logarithm.\n\n"
      "| loss | right, else | learns, else |\n| --- | --- | --- |\n";
  for (const LossFacts& one : losses)
    page += fmt::format("| {} | {} | {} |\n", one.arm, described(one.gaps, "ok"),
                        described(one.conditions, "learns"));
}

}  // namespace maxtrick::cli
