// Stored tables: which files are written when, and the contents of the manifest.
#include "run/store.hpp"

#include <nlohmann/json.hpp>

#include "folder.hpp"
#include "io/files.hpp"

BOOST_AUTO_TEST_SUITE(store_test)

namespace {

using namespace maxtrick::io;
using namespace maxtrick::run;
using namespace maxtrick::table;
using maxtrick::tests::Folder;
using Json = nlohmann::json;

const std::vector<std::string> names = {"t.csv", "t.manifest.json", "t.md"};

ResultTable table_of(std::string x) {
  return {.title = "T",
          .description = "D",
          .columns = {{"case", Rule::key, "c"}, {"x", Rule::exact, "d"}},
          .rows = {{"a", std::move(x)}}};
}

Provenance provenance() {
  return {.config_name = "t.toml",
          .config_text = "x = \"1\"\n",
          .overrides = {"x=2"},
          .inputs = {},
          .libraries = {"MPFR 4.2.0"},
          .isa = "scalar",
          .jobs = 2};
}

// A table that was stored long ago.
class Results {
 public:
  Results() {
    stored_ = store(table_of("1"), provenance(), folder_.path(), "t");
    age();
  }

  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::string text(const std::string& name) const { return read_file(path(name)); }
  [[nodiscard]] Json manifest() const { return Json::parse(text("t.manifest.json")); }
  [[nodiscard]] Stored first_stored() const { return stored_; }

  Stored store_again(const ResultTable& table, const Provenance& from = provenance()) {
    return store(table, from, folder_.path(), "t");
  }
  void age() {
    for (const auto& name : names) std::filesystem::last_write_time(path(name), long_ago);
  }
  // Returns the names of the files that were written since age().
  [[nodiscard]] std::vector<std::string> written() const {
    std::vector<std::string> result;
    for (const auto& name : names)
      if (std::filesystem::last_write_time(path(name)) != long_ago) result.push_back(name);
    return result;
  }
  void overwrite(const std::string& name, std::string_view bytes) {
    write_file(path(name), bytes);
    age();
  }

 private:
  // Whole seconds, which every file system preserves.
  static inline const std::filesystem::file_time_type long_ago =
      std::chrono::file_clock::from_sys(std::chrono::sys_seconds{
          std::chrono::sys_days{std::chrono::year{2001} / std::chrono::January / 1}});
  Folder folder_;
  Stored stored_ = Stored::unchanged;
};

using Names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(a_new_table_is_written_with_its_twin_and_manifest) {
  const Results results;
  BOOST_CHECK(results.first_stored() == Stored::written);
  const Json manifest = results.manifest();
  BOOST_TEST(manifest["sha256"]["t.csv"] == sha256(results.text("t.csv")));
  BOOST_TEST(manifest["sha256"]["t.md"] == sha256(results.text("t.md")));
  BOOST_TEST(manifest["sha256"].size() == 2U);
  BOOST_TEST(manifest["maxtrick"] == build().version);
  BOOST_TEST(manifest["commit"] == build().commit);
  BOOST_TEST(manifest["dirty"] == build().dirty);
  BOOST_TEST(manifest["config"] == (Json{{"name", "t.toml"},
                                         {"sha256", sha256("x = \"1\"\n")},
                                         {"set", {"x=2"}},
                                         {"text", "x = \"1\"\n"}}));
  BOOST_TEST(manifest["libraries"][0] == "MPFR 4.2.0");
  BOOST_TEST(manifest["isa"] == "scalar");
  BOOST_TEST(manifest["jobs"] == 2);
  for (const auto& key : {"compiler", "flags", "cpu"})
    BOOST_TEST(!manifest[key].get<std::string>().empty());
}

BOOST_AUTO_TEST_CASE(an_unchanged_run_touches_nothing) {
  Results results;
  std::map<std::string, std::string> before;
  for (const auto& name : names) before[name] = results.text(name);
  // Data that differ between machines do not cause a new manifest.
  Provenance elsewhere = provenance();
  elsewhere.isa = "avx512";
  elsewhere.jobs = 7;
  elsewhere.libraries = {"MPFR 9"};
  for (const Provenance& from : {provenance(), elsewhere}) {
    BOOST_CHECK(results.store_again(table_of("1"), from) == Stored::unchanged);
    BOOST_TEST(results.written().empty());
    for (const auto& name : names) BOOST_TEST(results.text(name) == before[name]);
  }
}

BOOST_AUTO_TEST_CASE(a_changed_table_is_written_whole) {
  Results results;
  BOOST_CHECK(results.store_again(table_of("2")) == Stored::written);
  BOOST_TEST(results.written() == names);
  BOOST_TEST(results.manifest()["sha256"]["t.csv"] == sha256(to_csv(table_of("2"))));
}

BOOST_AUTO_TEST_CASE(a_changed_description_leaves_the_csv_alone) {
  Results results;
  ResultTable table = table_of("1");
  table.description = "E";
  BOOST_CHECK(results.store_again(table) == Stored::written);
  BOOST_TEST(results.written() == (Names{"t.manifest.json", "t.md"}));
}

BOOST_AUTO_TEST_CASE(a_changed_config_alone_makes_a_new_manifest_only) {
  Results results;
  Provenance from = provenance();
  from.config_text = "x = \"1\"  # why\n";
  BOOST_CHECK(results.store_again(table_of("1"), from) == Stored::unchanged);
  BOOST_TEST(results.written() == Names{"t.manifest.json"});
  BOOST_TEST(results.manifest()["config"]["sha256"] == sha256(from.config_text));

  results.age();
  from.overrides.clear();
  BOOST_CHECK(results.store_again(table_of("1"), from) == Stored::unchanged);
  BOOST_TEST(results.written() == Names{"t.manifest.json"});
  BOOST_TEST(results.manifest()["config"]["set"] == Json::array());

  // A different input file gives the same table.
  results.age();
  BOOST_TEST(!results.manifest().contains("inputs"));
  from.inputs = {{"x.npy", "0123"}};
  BOOST_CHECK(results.store_again(table_of("1"), from) == Stored::unchanged);
  BOOST_TEST(results.written() == Names{"t.manifest.json"});
  BOOST_TEST(results.manifest()["inputs"]["x.npy"] == "0123");
}

BOOST_AUTO_TEST_CASE(what_a_killed_run_left_is_mended) {
  // The run was killed after writing the CSV, so the other two files belong to the old table.
  Results results;
  const std::string old_md = results.text("t.md"), old_manifest = results.text("t.manifest.json");
  results.overwrite("t.csv", to_csv(table_of("2")));
  BOOST_CHECK(results.store_again(table_of("2")) == Stored::written);
  BOOST_TEST(results.written() == (Names{"t.manifest.json", "t.md"}));
  BOOST_TEST(results.text("t.md") != old_md);

  // The run was killed before writing the manifest, which is stale.
  results.overwrite("t.manifest.json", old_manifest);
  BOOST_CHECK(results.store_again(table_of("2")) == Stored::unchanged);
  BOOST_TEST(results.written() == Names{"t.manifest.json"});
  BOOST_TEST(results.manifest()["sha256"]["t.md"] == sha256(results.text("t.md")));

  // A manifest that is missing, that is not JSON, or that has other contents.
  const std::string good = results.text("t.manifest.json");
  std::filesystem::remove(results.path("t.manifest.json"));
  (void)results.store_again(table_of("2"));
  BOOST_TEST(results.text("t.manifest.json") == good);
  for (const auto* bad :
       {"", "{", "[]", "{}", R"({"config": 1})", R"({"config": {"sha256": 5, "set": {}}})"}) {
    results.overwrite("t.manifest.json", bad);
    (void)results.store_again(table_of("2"));
    BOOST_TEST(results.text("t.manifest.json") == good, bad);
  }
}

// The digest of the config is right, but the text is not.
BOOST_AUTO_TEST_CASE(an_edited_text_of_the_config_is_mended) {
  Results results;
  const std::string good = results.text("t.manifest.json");
  results.overwrite("t.manifest.json",
                    maxtrick::tests::replaced(good, R"(x = \"1\")", R"(x = \"2\")"));
  BOOST_CHECK(results.store_again(table_of("1")) == Stored::unchanged);
  BOOST_TEST(results.text("t.manifest.json") == good);
}

// The keys of an object in JSON have no order.
BOOST_AUTO_TEST_CASE(the_order_of_inputs_in_a_manifest_means_nothing) {
  Results results;
  Provenance from = provenance();
  from.inputs = {{"a.npy", "01"}, {"b.npy", "23"}};
  (void)results.store_again(table_of("1"), from);
  results.age();
  using Ordered = nlohmann::ordered_json;
  Ordered manifest = Ordered::parse(results.text("t.manifest.json"));
  manifest["inputs"] = Ordered{{"b.npy", "23"}, {"a.npy", "01"}};
  results.overwrite("t.manifest.json", manifest.dump(2) + "\n");
  const auto folder = results.path("t.csv").parent_path();
  BOOST_TEST(answers(folder, "t", from));
  BOOST_CHECK(results.store_again(table_of("1"), from) == Stored::unchanged);
  BOOST_TEST(results.written().empty());
  for (const std::map<std::string, std::string>& others :
       {std::map<std::string, std::string>{{"a.npy", "01"}},
        {{"a.npy", "01"}, {"b.npy", "24"}},
        {{"a.npy", "01"}, {"b.npy", "23"}, {"c.npy", "45"}}}) {
    from.inputs = others;
    BOOST_TEST(!answers(folder, "t", from));
  }
}

// Compares the whole text of the files: they contain no date, host name or path.
BOOST_AUTO_TEST_CASE(tables_hold_what_was_found_and_nothing_else) {
  const Results results;
  BOOST_TEST(results.text("t.csv") == "case,x\na,1\n");
  BOOST_TEST(results.text("t.md") == R"(# T

D

| case | x |
| --- | --- |
| a | 1 |

## The columns

| column | compared | what it is |
| --- | --- | --- |
| case | key | c |
| x | exact | d |
)");
}

BOOST_AUTO_TEST_CASE(a_config_name_that_is_no_utf8_is_no_failure) {
  Results results;
  Provenance from = provenance();
  from.config_name = "\xE9.toml";
  BOOST_CHECK(results.store_again(table_of("2"), from) == Stored::written);
  BOOST_TEST(results.manifest()["config"]["name"] == "\uFFFD.toml");
}

BOOST_AUTO_TEST_SUITE_END()
