#include "cli/session.hpp"

#include <fmt/format.h>
#include <re2/re2.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cli/checkpoint.hpp"
#include "config/config.hpp"
#include "inputs/selection.hpp"
#include "io/files.hpp"
#include "table/check.hpp"
#include "table/table_files.hpp"
#include "text/quoted.hpp"

namespace maxtrick::cli {
namespace {

using Clock = std::chrono::steady_clock;

run::Plan lay_out(config::ConfigFile& file, bool& by_name_only) {
  config::Section root = file.root();
  const std::string title = root.text("title"), description = root.text("description");
  const run::Experiment* experiment = inputs::read_one(root, "experiment", run::experiments());
  by_name_only = root.has("by_name_only") && root.flag("by_name_only");
  // The other keys that are allowed depend on the experiment.
  if (experiment == nullptr) root.ignore_rest();
  run::Plan plan;
  if (experiment != nullptr) plan = experiment->plan(root);
  file.finish();
  plan.table.title = title;
  plan.table.description = description;
  return plan;
}

Prepared prepare_one(const std::filesystem::path& path, const TableOptions& options) {
  if (!io::is_there(path)) {
    std::vector<std::string> known;
    if (std::filesystem::is_directory("configs"))
      for (const auto& config : default_configs()) known.push_back(config.string());
    const std::string meant = config::nearest(path.string(), known);
    throw UsageError(fmt::format("{}: no such config{}", text::shown_path(path.string()),
                                 meant.empty() ? "" : "; did you mean " + meant + "?"));
  }
  if (std::filesystem::is_directory(path))
    throw UsageError(fmt::format("{}: this is a folder; name the configs in it",
                                 text::shown_path(path.string())));
  constexpr std::uint64_t longest_config = 16 << 20;
  Prepared one{
      .path = path, .name = path.stem().string(), .text = io::read_file(path, longest_config)};
  config::ConfigFile file(one.text, path.string(), options.overrides);
  one.plan = lay_out(file, one.by_name_only);
  for (const auto& single : one.plan.cases) {
    one.all_keys.push_back(single.key.text());
    if (single.foreign) one.foreign_keys.insert(single.key.text());
  }
  for (const std::string& input : file.files())
    if (const auto bytes = io::read_file_if_there(input)) one.inputs[input] = io::sha256(*bytes);
  one.libraries = one.plan.libraries;
  one.isas = one.plan.isas;
  one.folder = one.plan.folder;
  one.kept_in = one.name;
  return one;
}

void select(Prepared& one, const re2::RE2& filter) {
  std::erase_if(one.plan.cases, [&](const run::Case& single) {
    return !re2::RE2::PartialMatch(single.key.text(), filter);
  });
}

// RE2 searches a key in a time that is linear in its length, whatever the expression.
std::unique_ptr<const re2::RE2> parse_filter(const std::string& text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto filter = std::make_unique<const re2::RE2>(text, options);
  if (filter->ok()) return filter;
  // The message of RE2 ends with the part of the expression that is wrong.
  std::string what = filter->error();
  const std::string& part = filter->error_arg();
  if (!part.empty() && what.ends_with(": " + part)) {
    what.resize(what.size() - part.size());
    what += text::quoted(part);
  }
  throw UsageError(fmt::format(
      "--filter: {} is no regular expression: {}; expected the syntax of RE2, which has "
      "neither lookahead nor backreferences",
      text::quoted(text), what));
}

// Prints the keys of cases that failed, so that the user can find them.
void name_cases(const std::vector<const run::Skipped*>& rows) {
  constexpr std::size_t most = 10;
  for (std::size_t i = 0; i < std::min(rows.size(), most); ++i)
    fmt::print(stderr, "    {}\n", rows[i]->key);
  if (rows.size() > most) fmt::print(stderr, "    and {} more\n", rows.size() - most);
}

// A progress line that is redrawn. It is shown only on a terminal, and not in the first second.
class ProgressBar {
 public:
  ProgressBar(std::string name, std::string counted, bool quiet)
      : name_(std::move(name)),
        counted_(std::move(counted)),
        shown_(!quiet && ::isatty(STDERR_FILENO)) {}
  ~ProgressBar() {
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
  }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void operator()(std::size_t done, std::size_t all) {
    using namespace std::chrono_literals;
    const auto now = Clock::now();
    if (!shown_ || now - start_ < 1s || now - last_ < 100ms) return;
    last_ = now;
    drawn_ = true;
    constexpr std::size_t width = 30;
    const std::size_t full = width * done / all;
    const double spent = std::chrono::duration<double>(now - start_).count();
    const double left = spent * static_cast<double>(all - done) / static_cast<double>(done);
    fmt::print(stderr, "\r\x1b[K{} [{:#<{}}{:.<{}}] {}/{} {}, {:.0f} s left", name_, "", full, "",
               width - full, done, all, counted_, left);
  }

 private:
  std::string name_, counted_;
  bool shown_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

}  // namespace

std::vector<std::filesystem::path> default_configs() {
  std::vector<std::filesystem::path> found;
  if (std::filesystem::is_directory("configs"))
    for (const auto& entry : std::filesystem::directory_iterator("configs"))
      if (entry.path().extension() == ".toml") found.push_back(entry.path());
  if (found.empty())
    throw UsageError(
        "there is no configs/*.toml here; name a config, or start in the "
        "project's folder");
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<Prepared> prepare(const TableOptions& options) {
  const auto filter = parse_filter(options.filter);
  std::vector<Prepared> all;
  std::vector<config::Problem> problems;
  std::map<std::string, std::string> tables;
  for (const auto& path : options.configs) {
    try {
      all.push_back(prepare_one(path, options));
    } catch (const config::ConfigError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
      continue;
    }
    const auto [twin, is_new] = tables.emplace(all.back().name, path.string());
    if (!is_new)
      throw UsageError(fmt::format("{} and {} make the same table {}", twin->second, path.string(),
                                   all.back().name));
    select(all.back(), *filter);
  }
  if (!problems.empty()) throw config::ConfigError(std::move(problems));
  return all;
}

std::vector<Prepared> prepare_default_set(TableOptions options) {
  options.configs = default_configs();
  std::vector<Prepared> all = prepare(options);
  std::erase_if(all, [](const Prepared& one) {
    if (one.by_name_only)
      fmt::print(stderr, "{}: left out, because it runs only if it is named\n", one.path.string());
    return one.by_name_only;
  });
  return all;
}

run::Run compute(Prepared& prepared, const TableOptions& options) {
  run::Run run;
  resume(prepared, options);
  const auto highest_load = prepared.plan.highest_load;
  std::optional<timing::LoadMeter> meter;
  if (prepared.plan.table.has_times()) meter.emplace();
  {
    ProgressBar bar(prepared.name, prepared.plan.part, options.quiet);
    run = run::run_cases(std::move(prepared.plan), options.jobs, std::ref(bar));
  }
  if (meter) {
    prepared.load = meter->load();
    prepared.load.highest = highest_load;
  }
  for (const auto& journal : prepared.resumed.journals)
    if (!journal->failure().empty())
      fmt::print(stderr, "{}: some results could not be stored for --resume: {}\n", prepared.name,
                 journal->failure());
  std::map<std::string, std::vector<const run::Skipped*>> reasons;
  for (const auto& skipped : run.skipped) reasons[skipped.reason].push_back(&skipped);
  for (const auto& [reason, rows] : reasons) {
    fmt::print(stderr, "{}: {} of {} rows skipped: {}\n", prepared.path.string(), rows.size(),
               run.keys.size(), reason);
    if (rows.front()->failed) name_cases(rows);
  }
  return run;
}

int exit_code(table::Mismatch::Kind kind) {
  using Kind = table::Mismatch::Kind;
  switch (kind) {
    case Kind::differs: return exit_check_failed;
    case Kind::slower: return exit_slower;
    case Kind::noisy: return exit_noisy;
    case Kind::unjudged: return exit_incomplete;
  }
  return exit_error;
}

std::vector<table::Mismatch> findings(const table::ResultTable& table, const Prepared& prepared) {
  std::vector<table::Mismatch> all = table::beyond_limits(table);
  for (auto& one : table::claims_in_doubt(table, prepared.load.busy()))
    all.push_back(std::move(one));
  return all;
}

void report_load(const table::ResultTable& table, const Prepared& prepared,
                 const std::filesystem::path& csv) {
  const auto [wide, all] = table::count_intervals(table);
  const bool busy = prepared.load.busy();
  if (!table.has_times() || (!busy && wide == 0)) return;
  fmt::print(stderr,
             "{}: the machine was {} while times were measured ({}); {} of {} intervals are wider "
             "than allowed{}{}\n",
             csv.string(), busy ? "busy" : "quiet", describe(prepared.load), wide, all,
             wide > 0 ? " and marked (wide)" : "", busy ? "; measure again when it is quiet" : "");
}

int report_findings(const table::ResultTable& table, const Prepared& prepared,
                    const std::filesystem::path& csv) {
  int code = exit_holds;
  for (const auto& one : findings(table, prepared)) {
    fmt::print("{}", table::describe(one, csv.string(), prepared.path.string()));
    code = worse(code, exit_code(one.kind));
  }
  if (prepared.load.busy() && table::has_claims(table)) code = worse(code, exit_noisy);
  return code;
}

run::Provenance provenance(const Prepared& prepared, const TableOptions& options) {
  return {.config_name = prepared.path.filename().string(),
          .config_text = prepared.text,
          .overrides = options.overrides,
          .inputs = prepared.inputs,
          .libraries = {prepared.libraries.begin(), prepared.libraries.end()},
          .isa = fmt::format("{}", fmt::join(prepared.isas, ", ")),
          .jobs = options.jobs};
}

int worse(int a, int b) {
  constexpr int order[] = {exit_check_failed, exit_slower, exit_noisy, exit_incomplete, exit_holds};
  return *std::find_if(std::begin(order), std::end(order), [&](int c) { return c == a || c == b; });
}

bool in_ci() {
  const char* ci = std::getenv("CI");
  return ci != nullptr && *ci != '\0';
}

void require_table_files(const std::vector<Prepared>& all, const std::filesystem::path& tables) {
  for (const Prepared& one : all)
    if (!one.plan.cases.empty())
      table::require_table_files(one.csv_in(tables).parent_path(), one.name);
}

io::FolderLock lock_folder(const std::filesystem::path& folder) {
  return {folder, [&] {
            fmt::print(stderr, "{}: waiting for another run that writes there\n",
                       text::shown_path(folder.string()));
          }};
}

int nothing_selected(const std::vector<Prepared>& all, const TableOptions& options) {
  fmt::print(stderr, "nothing selected: no key of a row contains a match of --filter {}",
             text::quoted(options.filter));
  for (const auto& one : all)
    if (!one.all_keys.empty()) {
      fmt::print(stderr, "; an example of a key is {}",
                 text::shown(one.all_keys.front(), text::longest_cell));
      break;
    }
  fmt::print(stderr, "\n");
  return exit_incomplete;
}

}  // namespace maxtrick::cli
