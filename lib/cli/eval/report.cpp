#include "cli/eval/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <span>

#include "table/table.hpp"

namespace maxtrick::cli {
namespace {

using table::Cell;
using Json = nlohmann::ordered_json;

// A line of the table format with more numbers than this shows the first and the last ones only.
constexpr std::size_t shown_numbers = 12;
// Output of more rows ends with a summary.
constexpr std::size_t rows_without_summary = 10;

std::span<const double> part(const std::vector<double>& all, std::size_t i, std::size_t count) {
  return all.empty() ? std::span<const double>() : std::span(all).subspan(i * count, count);
}

std::string joined(std::span<const double> values, ops::DType dtype, bool whole) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!whole && values.size() > shown_numbers && i == shown_numbers / 2) {
      text += " ...";
      i = values.size() - shown_numbers / 2;
    }
    text += (text.empty() ? "" : " ") + number_text(values[i], dtype);
  }
  return text;
}

Json numbers(std::span<const double> values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(json_number(value));
  return array;
}

// One line of the output. Members that a line does not have are empty.
struct Line {
  std::string row, label = {}, variant = {};
  bool exact = false;
  std::optional<oracle::Verdict> values = {}, gradient = {};
  std::vector<double> result = {}, derivative = {};
  std::optional<double> sign = {};
};

std::vector<Line> lines_of(const Problem& problem, const Exact& exact,
                           const std::vector<Results>& all) {
  std::vector<Line> lines;
  const bool losses = problem.has_losses();
  const auto add = [&](Line line, const Results& results, std::size_t i) {
    const auto values =
        losses ? part(results.losses, i, 1) : part(results.result, i, problem.outputs());
    line.result.assign(values.begin(), values.end());
    const auto gradient = part(results.gradient, i, problem.layout.classes());
    line.derivative.assign(gradient.begin(), gradient.end());
    if (!results.signs.empty()) line.sign = results.signs[i];
    if (!line.exact) {
      const RowVerdict verdict = exact.judge(results, i);
      line.values = verdict.values;
      if (!results.gradient.empty()) line.gradient = verdict.gradient;
    }
    lines.push_back(std::move(line));
  };
  for (std::size_t i = 0; i < problem.layout.rows(); ++i) {
    Line line{.row = fmt::format("{}", i)};
    if (!problem.labels.empty())
      line.label =
          problem.labels[i] == ops::ignored ? "ignored" : fmt::format("{}", problem.labels[i]);
    line.variant = "exact";
    line.exact = true;
    add(line, exact.rounded(), i);
    line.exact = false;
    for (const Results& results : all) {
      if (!results.failed.empty() && !results.failed[i].empty()) continue;
      line.variant = results.name;
      add(line, results, i);
    }
  }
  for (std::size_t r = 0; losses && r < problem.reductions.size(); ++r) {
    Line line{.row = problem.reductions[r].name, .variant = "exact", .exact = true};
    line.result = {exact.rounded().reduced[r]};
    lines.push_back(line);
    line.exact = false;
    for (const Results& results : all) {
      if (results.reduced.size() <= r) continue;
      line.variant = results.name;
      line.result = {results.reduced[r]};
      line.values = exact.judge_reduced(results, r);
      lines.push_back(line);
    }
  }
  return lines;
}

struct Summary {
  std::string variant;
  std::map<oracle::Outcome, std::size_t> outcomes = {};
  double worst = 0, sum = 0;
  std::size_t worst_row = 0, rows = 0, numbers = 0;
};

std::vector<Summary> summaries(const Problem& problem, const Exact& exact,
                               const std::vector<Results>& all) {
  std::vector<Summary> lines;
  for (const Results& results : all) {
    Summary line{.variant = results.name};
    for (std::size_t i = 0; i < problem.layout.rows(); ++i) {
      if (!results.failed.empty() && !results.failed[i].empty()) continue;
      const RowVerdict verdict = exact.judge(results, i);
      ++line.outcomes[std::max(verdict.values.outcome, verdict.gradient.outcome)];
      const double error = std::max(verdict.values.max_error_ulp, verdict.gradient.max_error_ulp);
      if (line.rows == 0 || error > line.worst) {
        line.worst = error;
        line.worst_row = i;
      }
      ++line.rows;
      line.sum += verdict.values.sum_error_ulp + verdict.gradient.sum_error_ulp;
      line.numbers += (problem.has_losses() ? 1 : problem.outputs()) +
                      (results.gradient.empty() ? 0 : problem.layout.classes());
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string outcomes_text(const Summary& line) {
  std::string text;
  for (const auto& [outcome, count] : line.outcomes)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name(outcome));
  return text;
}

double mean(const Summary& line) {
  return line.numbers == 0 ? 0 : line.sum / static_cast<double>(line.numbers);
}

table::ResultTable with_columns(std::initializer_list<const char*> names) {
  table::ResultTable table;
  for (const char* name : names) table.columns.push_back({name, table::Rule::exact, ""});
  return table;
}

table::ResultTable table_of(const Problem& problem, const std::vector<Line>& lines, bool whole) {
  const bool losses = problem.has_losses();
  table::ResultTable table =
      losses ? with_columns({"row", "label", "variant", "dtype", "outcome", "error_ulp", "loss"})
             : with_columns({"row", "variant", "dtype", "outcome", "max_error_ulp", "result"});
  const auto add_column = [&](const char* name) {
    table.columns.push_back({name, table::Rule::exact, ""});
  };
  if (problem.has_sign()) add_column("sign");
  if (problem.gradient)
    for (const char* name : {"gradient_outcome", "gradient_error_ulp", "gradient"})
      add_column(name);
  for (const Line& line : lines) {
    table::Row row{line.row};
    if (losses) row.push_back(line.label);
    row.insert(row.end(), {line.variant, std::string(name(problem.dtype))});
    const auto add_verdict = [&](const std::optional<oracle::Verdict>& verdict) {
      row.push_back(verdict ? std::string(name(verdict->outcome)) : "");
      row.push_back(verdict ? table::rounded(verdict->max_error_ulp, 4) : Cell{});
    };
    add_verdict(line.values);
    row.push_back(joined(line.result, problem.dtype, whole));
    if (problem.has_sign()) row.push_back(line.sign ? fmt::format("{}", *line.sign) : "");
    if (problem.gradient) {
      add_verdict(line.gradient);
      row.push_back(joined(line.derivative, problem.dtype, whole));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

table::ResultTable table_of(const std::vector<Summary>& lines) {
  table::ResultTable table =
      with_columns({"variant", "rows", "outcomes", "worst_ulp", "worst_row", "mean_ulp"});
  for (const Summary& line : lines)
    table.rows.push_back({line.variant, fmt::format("{}", line.rows), outcomes_text(line),
                          table::rounded(line.worst, 4), fmt::format("{}", line.worst_row),
                          table::rounded(mean(line), 4)});
  return table;
}

void add_verdict(Json& object, const std::string& prefix,
                 const std::optional<oracle::Verdict>& verdict) {
  object[prefix + "outcome"] = verdict ? Json(name(verdict->outcome)) : Json(nullptr);
  object[prefix + "max_error_ulp"] = verdict ? json_number(verdict->max_error_ulp) : Json(nullptr);
}

Json json_of(const Problem& problem, const Line& line) {
  const bool reduced = !line.row.empty() && (line.row[0] < '0' || line.row[0] > '9');
  Json object;
  object["row"] = reduced ? Json(line.row) : Json(std::stoull(line.row));
  if (!problem.labels.empty())
    object["label"] = line.label.empty() || line.label == "ignored" ? Json(nullptr)
                                                                    : Json(std::stoll(line.label));
  object["variant"] = line.variant;
  add_verdict(object, "", line.values);
  if (problem.has_losses())
    object["loss"] = line.result.empty() ? Json(nullptr) : json_number(line.result[0]);
  else
    object["result"] = numbers(line.result);
  if (line.sign) object["sign"] = json_number(*line.sign);
  if (problem.gradient && !reduced) {
    add_verdict(object, "gradient_", line.gradient);
    object["gradient"] = numbers(line.derivative);
  }
  return object;
}

std::string json_text(const Problem& problem, const std::vector<Line>& lines,
                      const std::vector<Summary>& summary) {
  Json object;
  object["format_version"] = 1;
  object["op"] = problem.op->name;
  object["dtype"] = name(problem.dtype);
  object["shape"] = problem.layout.shape();
  object["rows"] = Json::array();
  for (const Line& line : lines) object["rows"].push_back(json_of(problem, line));
  object["summary"] = Json::array();
  for (const Summary& line : summary) {
    Json one;
    one["variant"] = line.variant;
    one["rows"] = line.rows;
    for (const auto& [outcome, count] : line.outcomes)
      one["outcomes"][std::string(name(outcome))] = count;
    one["worst_ulp"] = json_number(line.worst);
    one["worst_row"] = line.worst_row;
    one["mean_ulp"] = json_number(mean(line));
    object["summary"].push_back(std::move(one));
  }
  // The name of a variant of a plug-in need not be UTF-8.
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Json json_number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

std::string summary(const Problem& problem, const Exact& exact, const std::vector<Results>& all) {
  return render(table_of(summaries(problem, exact, all)), table::Format::table);
}

std::string report(const Problem& problem, const Exact& exact, const std::vector<Results>& all,
                   table::Format format) {
  const std::vector<Line> lines = lines_of(problem, exact, all);
  if (format == table::Format::json)
    return json_text(problem, lines, summaries(problem, exact, all));
  std::string text = render(table_of(problem, lines, format == table::Format::csv), format);
  if (format == table::Format::table && problem.layout.rows() > rows_without_summary &&
      !all.empty())
    text += '\n' + summary(problem, exact, all);
  return text;
}

}  // namespace maxtrick::cli
