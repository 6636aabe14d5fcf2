// `maxtrick guide`: recommends formulas on one screen, from the committed tables.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/guide_training.hpp"
#include "io/files.hpp"
#include "ops/registry.hpp"
#include "table/committed_table.hpp"
#include "table/table.hpp"
#include "table/table_files.hpp"

namespace maxtrick::cli {
namespace {

using ops::DType;
using ops::Nature;
using ops::Op;
using ops::Variant;
using table::CommittedTable;

using Counts = std::map<std::string, std::size_t>;  // number of cases by outcome

// Facts about one form of the loss, for the part of the guide on losses.
struct LossFacts {
  std::string arm;
  Counts gaps, conditions;
};

LossFacts& of_arm(std::vector<LossFacts>& losses, const std::string& arm) {
  for (LossFacts& one : losses)
    if (one.arm == arm) return one;
  return losses.emplace_back(LossFacts{arm, {}, {}});
}

// Formats counts: "78 of 265; 130 both_lost, 47 gradient_lost".
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

// Appends a line for each form of the loss: the number of gaps for which it is right, and the
// results of training with it. Reads the tables loss and breaking in `folder`. Throws InputError if
// one is missing.
void append_losses(std::string& page, const std::filesystem::path& folder) {
  const CommittedTable loss(folder, "loss"), breaking(folder, "breaking");
  std::vector<LossFacts> losses;
  for (const table::Row& row : loss.rows())
    if (loss.cell(row, "case") == "gap" && loss.cell(row, "dtype") == "float32")
      ++of_arm(losses, loss.cell(row, "arm")).gaps[loss.cell(row, "outcome")];
  for (const table::Row& row : breaking.rows())
    ++of_arm(losses, breaking.cell(row, "arm")).conditions[breaking.cell(row, "outcome")];

  page +=
      "\nWhich form of the cross-entropy to use. The second column counts the gaps and numbers of\n"
      "classes of [loss.md](loss.md), in float32 and for both kinds of targets, at which loss and\n"
      "gradient keep a correct digit. The third column counts the conditions of\n"
      "[breaking.md](breaking.md) under which a network learns with that form. Use `fused_log1p`,\n"
      "from logits, or `fused` if the last digits of a loss near 0 do not matter. Do not take the\n"
      "logarithm of a probability.\n\n"
      "| loss | correct, else | learns, else |\n| --- | --- | --- |\n";
  for (const LossFacts& one : losses)
    page += fmt::format("| {} | {} | {} |\n", one.arm, described(one.gaps, "ok"),
                        described(one.conditions, "learns"));
}

// Summary of the accuracy table for one variant in one type.
struct Record {
  const Variant* variant = nullptr;
  std::size_t cases = 0, ok = 0;
  double worst_ulp = 0;
  std::map<std::string, std::size_t>
      failures;  // number of cases by outcome, for outcomes other than ok and inaccurate
};

using Records = std::map<std::pair<std::string, std::string>, Record>;  // by type and variant

Records read_records(const CommittedTable& accuracy) {
  Records records;
  for (const table::Row& row : accuracy.rows()) {
    const std::string& name = accuracy.cell(row, "variant");
    Record& record = records[{accuracy.cell(row, "dtype"), name}];
    record.variant = ops::find_variant(name);
    const std::string& outcome = accuracy.cell(row, "outcome");
    ++record.cases;
    record.ok += outcome == "ok" ? 1 : 0;
    record.worst_ulp = std::max(record.worst_ulp, accuracy.number(row, "max_error_ulp"));
    if (outcome != "ok" && outcome != "inaccurate") ++record.failures[outcome];
  }
  return records;
}

// Order: the fewest failures, then the most cases that are right, then the smallest maximum error.
bool better(const Record& a, const Record& b) {
  const auto failed = [](const Record& r) {
    std::size_t n = 0;
    for (const auto& failure : r.failures) n += failure.second;
    return n;
  };
  if (failed(a) != failed(b)) return failed(a) < failed(b);
  if (a.ok != b.ok) return a.ok > b.ok;
  return a.worst_ulp < b.worst_ulp;
}

std::string shown(double ulp) {
  return std::isinf(ulp) ? "inf"
         : ulp < 1000    ? fmt::format("{:.3g}", ulp)
                         : fmt::format("{:.1e}", ulp);
}

std::string described(const Record& record) {
  std::string text =
      fmt::format("{} of {}, {} ULP", record.ok, record.cases, shown(record.worst_ulp));
  for (const auto& [outcome, n] : record.failures) text += fmt::format(", {} {}", n, outcome);
  return text;
}

// Like better(). If neither is better, the one that is better in float32.
bool preferred(const Records& records, const Record& a, const Record& b) {
  if (better(a, b) || better(b, a)) return better(a, b);
  const auto in_float32 = [&](const Record& r) {
    return records.find({"float32", r.variant->name()});
  };
  const auto first = in_float32(a), second = in_float32(b);
  return first != records.end() && second != records.end() && better(first->second, second->second);
}

// Appends a line for each op and type: the best of the sound variants, the best of those that are a
// plain formula, and the one that fails most. Adds the variants that the lines name to `named`.
void append_recommendations(std::string& page, const Records& records,
                            std::set<const Variant*>& named) {
  page +=
      "| op | precision | use | correct, worst | plain formula | correct, worst | avoid | correct, "
      "worst |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const Op op : ops::ops_of_logits())
    for (const DType dtype : ops::all_dtypes) {
      const Record *best = nullptr, *plain = nullptr, *worst = nullptr;
      for (const auto& [key, record] : records) {
        if (key.first != name(dtype) || !record.variant || record.variant->op != op) continue;
        if (record.variant->nature == Nature::sound) {
          if (!best || preferred(records, record, *best)) best = &record;
          // The kernels, which take threads, are no formula.
          const bool formula = record.variant->library.empty() && !record.variant->takes_threads &&
                               record.variant->has(DType::float64);
          if (formula && (!plain || preferred(records, record, *plain))) plain = &record;
        }
        if (!worst || preferred(records, *worst, record)) worst = &record;
      }
      if (!best) continue;
      const auto pair = [&](const Record* record) {
        if (!record) return std::string(" | ");
        named.insert(record->variant);
        return fmt::format("{} | {}", record->variant->algorithm, described(*record));
      };
      page += fmt::format("| {} | {} | {} | {} | {} |\n", name(op), name(dtype), pair(best),
                          plain == best ? "the same | " : pair(plain), pair(worst));
    }
}

void append_formulas(std::string& page, const std::set<const Variant*>& named) {
  page += "\nThe formulas of these variants:\n\n";
  for (const Variant& variant : ops::variants())
    if (named.contains(&variant))
      page += fmt::format("- {} `{}`: {}\n", name(variant.op), variant.algorithm, variant.summary);
}

// Appends the lead of the largest logit from which x - max is good enough in float32: a line for
// each criterion, a column for each number of classes.
void append_x_minus_max(std::string& page, const std::filesystem::path& folder) {
  const CommittedTable table(folder, "x_minus_max");
  std::vector<std::string> classes, criteria;
  std::map<std::string, std::string> gaps;  // cells by criterion
  std::map<std::string, std::string> meanings;
  for (const table::Row& row : table.rows()) {
    if (table.cell(row, "dtype") != "float32") continue;
    const std::string& criterion = table.cell(row, "criterion");
    if (meanings.emplace(criterion, table.cell(row, "meaning")).second)
      criteria.push_back(criterion);
    if (criterion == criteria.front()) classes.push_back(table.cell(row, "classes"));
    gaps[criterion] += ' ' + table.cell(row, "from_gap") + " |";
  }
  page +=
      "\nThe smallest lead of the largest logit at which `x - max` is a good enough "
      "approximation of\nlog-softmax, in float32 and if all other logits are "
      "equal\n([x_minus_max.md](x_minus_max.md)). The approximation is 0 for the leader at "
      "every lead. Do not\nuse it where the log-probability of the leader itself matters, as "
      "in a loss.\n\n";
  page += fmt::format("| criterion, classes: | {} |\n| --- |", fmt::join(classes, " | "));
  for (std::size_t i = 0; i < classes.size(); ++i) page += " --- |";
  page += '\n';
  for (const std::string& criterion : criteria)
    page += fmt::format("| {} |{}\n", criterion, gaps[criterion]);
  page += '\n';
  for (const std::string& criterion : criteria)
    page += fmt::format("- {}: {}\n", criterion, meanings[criterion]);
}

// Appends links to the tables in the folder, with their titles.
void append_links(std::string& page, const std::filesystem::path& folder) {
  std::map<std::string, std::string> titles;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto& path = entry.path();
    if (path.extension() != ".md" || path.filename() == "README.md") continue;
    const std::string name = path.stem().string();
    if (!std::filesystem::exists(folder / (name + ".csv"))) continue;
    table::require_faultless(folder, name);
    std::istringstream text(io::read_file(path));
    std::string heading;
    std::getline(text, heading);
    titles[path.filename().string()] = heading.substr(std::min<std::size_t>(2, heading.size()));
  }
  page += "\nAll tables; each has a CSV file with all rows, and a manifest:\n\n";
  for (const auto& [file, title] : titles)
    page +=
        fmt::format("- [{}]({}) ([CSV]({}.csv))\n", title, file, file.substr(0, file.size() - 3));
}

}  // namespace

int guide(const GuideOptions& options) {
  const CommittedTable accuracy(options.tables, "accuracy");
  std::string page =
      "# Which softmax, log-softmax, log-sum-exp and loss to use\n\n`maxtrick guide` writes "
      "this page from the tables in this folder.\n\n- `use` is the best of the sound variants, "
      "which are those that neither overflow nor underflow\n  on ordinary logits: the one that "
      "is most often correct in [accuracy.md](accuracy.md).\n- `plain formula` is the best of "
      "the sound formulas that anyone can write with exp and log.\n- `avoid` is the variant "
      "that fails most often.\n\nA case is a distribution of the logits and a number of "
      "classes, up to 131072. It is correct if\nevery output is `ok`, that is within the few "
      "ULP (units in the last place) that accuracy.md\nstates. The ULP number is the largest "
      "error of all cases. Cases that failed follow it, with\ntheir outcome; the remaining "
      "cases are less accurate, but not wrong. `accurate` is made for\nfloat32. float16 and "
      "bfloat16 round every operation to 16 bits; the types `_in_float32` store\n16 bits and "
      "compute in float32, as kernels do.\n\n";
  std::set<const Variant*> named;
  append_recommendations(page, read_records(accuracy), named);
  append_formulas(page, named);
  append_x_minus_max(page, options.tables);
  append_losses(page, options.tables);
  append_temperatures(page, options.tables);
  append_remedies(page, options.tables);
  append_links(page, options.tables);
  fmt::print("{}", page);
  return exit_holds;
}

}  // namespace maxtrick::cli
