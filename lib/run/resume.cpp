#include "run/resume.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "io/files.hpp"
#include "run/store.hpp"

namespace maxtrick::run {
namespace {

using Journals = std::map<std::shared_ptr<const KeptParts>, std::shared_ptr<Journal>>;

// Each identity has its own file, so that a short run does not overwrite the results of a long one.
// The name does not depend on the build of the program, so that the files of old builds do not
// accumulate.
std::shared_ptr<Journal> open(const Keeping& keeping, const std::string& name, std::size_t size,
                              const std::string& identity, Resumed& resumed) {
  const std::string digest = io::sha256(fmt::format("{} parts of {}", size, identity));
  auto journal = std::make_shared<Journal>(
      keeping.folder / fmt::format("{}.{}.parts", name, digest.substr(0, 16)),
      program_digest() + '\n' + identity, size);
  resumed.had += journal->found().size();
  resumed.all += size;
  if (!keeping.take) journal->forget();
  resumed.journals.push_back(journal);
  return journal;
}

Parts remaining(const std::shared_ptr<const KeptParts>& kept,
                const std::shared_ptr<Journal>& journal, Resumed& resumed) {
  std::vector<std::size_t> left;
  for (std::size_t part = 0; part < kept->size; ++part) {
    if (const auto found = journal->found().find(part); found != journal->found().end()) {
      if (kept->take(part, found->second)) continue;
      --resumed.had;
    }
    left.push_back(part);
  }
  const std::size_t size = left.size();
  return std::make_shared<const PartList>(
      PartList{size, [kept, journal, left = std::move(left)](std::size_t i) {
                 const std::size_t part = left[i];
                 const std::string text = kept->compute(part);
                 journal->add(part, text);
                 if (!kept->take(part, text))
                   throw std::logic_error("a part rejects its own result");
               }});
}

void resume_parts(Plan& plan, const Journals& journals, Resumed& resumed) {
  std::map<std::shared_ptr<const KeptParts>, Parts> parts;
  for (const auto& [kept, journal] : journals) parts[kept] = remaining(kept, journal, resumed);
  for (Case& one : plan.cases)
    if (one.kept) {
      one.parts = parts[one.kept];
      one.kept = nullptr;
    }
}

// Parses the kept cells of a row, which are those of its columns that are no keys.
std::optional<table::Row> parse_cells(const std::string& text) {
  try {
    return table::read_row(nlohmann::json::parse(text).get<std::vector<std::string>>());
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

// The cases of a batch share their parts. The parts are skipped only if all rows of the batch are
// there already.
void drop_parts_of_whole_batches(std::vector<Case>& cases, const std::vector<bool>& there) {
  for (std::size_t i = 0, end = 0; i < cases.size(); i = end) {
    for (end = i + 1;
         end < cases.size() && cases[i].batch != 0 && cases[end].batch == cases[i].batch;)
      ++end;
    const auto begin = there.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::all_of(begin, there.begin() + static_cast<std::ptrdiff_t>(end),
                    [](bool b) { return b; }))
      for (std::size_t k = i; k < end; ++k) cases[k].parts = nullptr;
  }
}

// Converting to JSON calls localeconv(), which must not run on two threads at a time.
std::string cells_to_json(const table::Row& cells) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  return nlohmann::json(table::texts(cells)).dump();
}

// Skips are not kept: the reason for a skip may not hold any more at the next run.
void resume_rows(Plan& plan, const std::shared_ptr<Journal>& journal, Resumed& resumed) {
  std::vector<bool> there(plan.cases.size());
  for (std::size_t i = 0; i < plan.cases.size(); ++i) {
    Case& one = plan.cases[i];
    if (one.foreign) continue;  // its plug-in may change without notice
    if (const auto found = journal->found().find(i); found != journal->found().end()) {
      const auto cells = parse_cells(found->second);
      if (cells && one.key.cells().size() + cells->size() == plan.table.columns.size()) {
        there[i] = true;
        one.run = [cells = *cells] { return cells; };
        continue;
      }
      --resumed.had;
    }
    one.run = [run = std::move(one.run), journal, i] {
      auto result = run();
      if (const auto* cells = std::get_if<table::Row>(&result))
        journal->add(i, cells_to_json(*cells));
      return result;
    };
  }
  drop_parts_of_whole_batches(plan.cases, there);
}

std::string identity_of_rows(const Plan& plan, const Keeping& keeping) {
  std::string identity = keeping.identity;
  for (const Case& one : plan.cases) identity += '\n' + one.key.text();
  return identity;
}

}  // namespace

void Resumed::remove() {
  for (const auto& journal : journals) journal->remove();
}

bool can_resume(const Plan& plan) { return plan.table.judged.empty() && !plan.table.has_times(); }

Resumed resume(Plan& plan, const Keeping& keeping) {
  // Opens all files first: if one cannot be opened, the plan stays unchanged.
  Resumed resumed;
  Journals journals;
  for (const Case& one : plan.cases)
    if (one.kept && !journals.contains(one.kept))
      journals[one.kept] =
          open(keeping, one.kept->name, one.kept->size, one.kept->identity(), resumed);
  if (journals.empty()) {
    const auto journal =
        open(keeping, "rows", plan.cases.size(), identity_of_rows(plan, keeping), resumed);
    resume_rows(plan, journal, resumed);
  } else {
    resumed.counted = plan.part;
    resume_parts(plan, journals, resumed);
  }
  return resumed;
}

}  // namespace maxtrick::run
