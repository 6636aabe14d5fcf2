// The house: who may include whom, and what the library never does.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "suite/files.hpp"

namespace {

namespace fs = std::filesystem;
using namespace maxtrick;

// Folder -> the folders whose headers it may include, besides its own.
const std::map<std::string, std::set<std::string>> arrows{
    {"lib/numerics", {}},
    {"lib/variants", {"numerics", "kernels"}},
    {"lib/learn", {"numerics"}},
    {"lib/kernels", {"numerics"}},
    {"lib/suite", {}},
    {"lib/process", {}},
    {"lib/plugin", {"numerics", "process", "suite", "maxtrick"}},
    {"lib/api", {"numerics", "kernels", "maxtrick"}},
    {"lib/api/maxtrick", {"maxtrick"}},  // what is installed
    {"experiments",
     {"numerics", "variants", "learn", "kernels", "suite", "process", "plugin", "inputs",
      "measures", "timing", "figures", "report", "commands", "slider"}},
    // Compiled for a browser too: no suite, no files.
    {"experiments/slider", {"numerics", "variants", "kernels", "slider"}},
    {"experiments/report", {"numerics", "suite", "inputs", "report"}},
};

template <class Visit>
void each_line(const fs::path& folder, Visit visit) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::istringstream lines(suite::read_file(entry.path()));
    std::string line;
    for (int n = 1; std::getline(lines, line); ++n)
      visit(entry.path().string() + ':' + std::to_string(n), line);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(arrows_run_one_way) {
  const std::regex include("^#include \"([a-z_]+)/.*");
  std::size_t seen = 0;
  for (const auto& arrow : arrows) {
    const std::string& folder = arrow.first;
    const std::set<std::string>& allowed = arrow.second;
    each_line(fs::path(MAXTRICK_SOURCE_DIR) / folder,
              [&](const std::string& place, const std::string& line) {
                std::smatch match;
                if (!std::regex_match(line, match, include)) return;
                ++seen;
                const std::string target = match[1];
                const bool own = folder == "lib/" + target;
                BOOST_TEST((own || allowed.contains(target)), place << " includes " << target);
              });
  }
  BOOST_TEST(seen > 50U);  // the pattern still finds them
}

BOOST_AUTO_TEST_CASE(the_library_never_prints_and_never_exits) {
  const std::regex forbidden(
      "\\b(std::cout|std::cerr|std::clog|printf|fmt::print|puts|std::exit|_exit|abort|quick_exit)"
      "\\b");
  each_line(fs::path(MAXTRICK_SOURCE_DIR) / "lib",
            [&](const std::string& place, const std::string& line) {
              const std::string code = line.substr(0, line.find("//"));
              BOOST_TEST(!std::regex_search(code, forbidden), place << ": " << line);
            });
}

// Each warns of what it holds in the field's words: a file name that says nothing is a room for
// everything.
BOOST_AUTO_TEST_CASE(no_room_for_everything) {
  const std::regex empty_name("(.*/)?(utils?|common|helpers?|misc)(\\..*)?");
  for (const char* folder : {"lib", "experiments", "tests", "scripts"})
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(MAXTRICK_SOURCE_DIR) / folder))
      BOOST_TEST(!std::regex_match(entry.path().filename().string(), empty_name), entry.path());
}

// Two classes of one name in one namespace, each in a file of its own: the linker takes the
// functions of either for both (the one definition rule), and no compiler sees it.
BOOST_AUTO_TEST_CASE(a_class_is_defined_once) {
  const std::regex opens(R"(^namespace ?([\w:]*) ?\{.*)"), closes("^\\}  // namespace.*");
  const std::regex defines(R"(^(?:enum )?(?:struct|class) (\w+)(?: final)?(?: :.*| \{.*|)$)");
  std::map<std::string, std::string> places;
  for (const std::string folder : {"lib", "experiments"}) {
    std::vector<std::string> spaces;
    each_line(fs::path(MAXTRICK_SOURCE_DIR) / folder,
              [&](const std::string& place, const std::string& line) {
                if (place.ends_with(":1")) {
                  // It would hide what follows.
                  BOOST_TEST(std::ranges::count(spaces, "") == 0, "not closed before " << place);
                  spaces.clear();
                }
                std::smatch match;
                if (std::regex_match(line, match, opens)) spaces.push_back(match[1]);
                if (std::regex_match(line, closes) && !spaces.empty()) spaces.pop_back();
                if (!std::regex_match(line, match, defines)) return;
                std::string name;
                for (const std::string& space : spaces) {
                  if (space.empty()) return;  // the file keeps it to itself
                  name += space + "::";
                }
                if (name.empty()) return;  // of a page or a script
                name += match[1];
                const auto [other, first] = places.emplace(name, place);
                BOOST_TEST(first, place << " defines " << name << ", as " << other->second);
              });
  }
  BOOST_TEST(places.size() > 150U);
}
