// Any text as the manifest of a table. `check` compares it with the table; `run` replaces it where it is not
// true, and nothing is wrong after that.

#include "fuzz.hpp"
#include "run/store.hpp"
#include "schema.hpp"
#include "table/table_files.hpp"

using namespace maxtrick;

namespace {

const run::Provenance provenance{.config_name = "t.toml",
                                 .config_text = "experiment = \"t\"\n",
                                 .overrides = {"seed=2"},
                                 .inputs = {{"x.npy", std::string(64, '0')}},
                                 .libraries = {"MPFR 4.2.0"},
                                 .isa = "scalar"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Scratch folder;
  static const table::ResultTable table = [] {
    table::ResultTable made = fuzz::schema();
    made.rows = {table::read_row({"k", "g", "ok", "1", "2", "3", "1 [1, 1]", ""})};
    return made;
  }();
  static const bool stored =
      run::store(table, provenance, folder.path(), "t") == run::Stored::written;
  static const table::Baseline baseline(table::to_csv(table));
  fuzz::require(stored, "a table is stored");
  const auto wrong = [] {
    const auto faults = table::manifest_faults(folder.path(), "t");
    const auto stale = run::stale_companions(table, baseline, folder.path(), "t", provenance);
    return faults.sentences.size() + stale.size();
  };
  folder.write("t.manifest.json", fuzz::text_of(data, size));
  (void)wrong();
  (void)run::store(table, provenance, folder.path(), "t");
  fuzz::require(wrong() == 0, "the manifest is true after the table was stored");
  return 0;
}
