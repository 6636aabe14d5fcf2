// Any text as a checkpoint: as the whole file, after a valid first line, and line by line as the results of
// parts with valid digests.
#include "exhaustive/tally.hpp"
#include "fuzz.hpp"
#include "io/files.hpp"
#include "run/journal.hpp"
#include "run/resume.hpp"
#include "run/schedule.hpp"
#include "run/store.hpp"

using namespace maxtrick;

namespace {

constexpr std::size_t parts = 4;

const fuzz::Scratch& scratch() {
  static const fuzz::Scratch folder;
  return folder;
}

// What is found in the file, which is repaired where necessary, is found again.
void open(std::string_view bytes) {
  const auto path = scratch().write("file.parts", bytes);
  const run::Journal first(path, "fuzz", parts);
  const std::string repaired = io::read_file(path);
  const run::Journal second(path, "fuzz", parts);
  fuzz::require(first.found() == second.found(), "a repaired checkpoint has the same results");
  fuzz::require(io::read_file(path) == repaired, "a repaired checkpoint needs no repair");
}

std::string first_line() {
  std::filesystem::remove(scratch().path() / "file.parts");
  (void)run::Journal(scratch().path() / "file.parts", "fuzz", parts);
  return io::read_file(scratch().path() / "file.parts");
}

// A row is made of the key, which the plan knows, and of two cells.
run::Plan plan() {
  run::Plan plan;
  plan.table.columns = {
      {"key", table::Rule::key, ""}, {"a", table::Rule::exact, ""}, {"b", table::Rule::exact, ""}};
  for (std::size_t i = 0; i < parts; ++i)
    plan.cases.push_back({{table::Cell(i)}, [] { return table::Row{"computed", "b"}; }});
  return plan;
}

// Gives the lines to `resume` as the results of all parts but the first, whose result is valid.
void resume(std::string_view text) {
  static const auto folder = scratch().path() / "rows";
  std::filesystem::remove_all(folder);
  std::string identity = run::program_digest() + "\nfuzz";
  run::Plan resumed = plan();
  for (const run::Case& one : resumed.cases) identity += '\n' + one.key.text();
  {
    run::Plan other = plan();
    (void)run::resume(other, {folder, "fuzz"});  // makes the file
  }
  run::Journal journal(std::filesystem::directory_iterator(folder)->path(), identity, parts);
  journal.add(0, R"(["kept","b"])");
  for (std::size_t part = 1; part < parts; ++part) journal.add(part, fuzz::take_until(text, '\n'));
  const run::Resumed state = run::resume(resumed, {folder, "fuzz", true});
  const run::Run run = run::run_cases(std::move(resumed), 1, {});
  std::size_t kept = 0;
  for (const table::Row& row : run.table.rows) {
    fuzz::require(row.size() == 3, "each row is complete");
    kept += row[1] != table::Cell("computed");
  }
  fuzz::require(state.had >= 1 && run.table.rows.front()[1] == table::Cell("kept"),
                "a valid result is taken");
  fuzz::require(kept <= state.had, "what is not counted is computed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string head = first_line();
  const std::string_view text = fuzz::text_of(data, size);
  open(text);
  open(head + std::string(text));
  resume(text);
  if (const auto tally = exhaustive::parse_tally(text))
    fuzz::require(exhaustive::to_text(*tally) == text, "a tally has one text");
  return 0;
}
