// The architecture: which directory may include which, and what the library must never do.
#include <regex>

#include "io/files.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(architecture_test)

namespace {

namespace fs = std::filesystem;
using namespace maxtrick;

// Maps every directory of lib and experiments to the directories whose headers it may include, besides its
// own. There are no cycles; a test below checks this.
const std::map<std::string, std::set<std::string>> dependencies{
    {"lib/numerics", {}},
    {"lib/text", {}},
    {"lib/io", {"numerics", "text"}},
    {"lib/config", {"text"}},
    {"lib/table", {"io", "text"}},
    {"lib/ops", {"numerics"}},
    {"lib/oracle", {"numerics", "ops"}},
    {"lib/kernels", {"numerics"}},
    {"lib/variants", {"numerics", "ops", "kernels"}},
    {"lib/learn", {"numerics", "ops"}},
    {"lib/run", {"text", "io", "config", "table"}},
    {"lib/inputs", {"numerics", "ops", "oracle", "text", "io", "config", "table", "learn", "run"}},
    {"lib/worker", {"numerics", "ops", "io", "run", "maxtrick"}},
    {"lib/timing", {"numerics", "ops", "oracle", "kernels", "io", "table", "run", "worker"}},
    {"lib/cli",
     {"numerics", "ops", "oracle", "kernels", "text", "io", "config", "table", "learn", "run",
      "inputs", "worker", "timing"}},
    {"lib/api", {"numerics", "kernels", "maxtrick"}},
    {"lib/api/maxtrick", {"maxtrick"}},  // the installed headers
    // These are also compiled for a browser, where neither MPFR nor files exist.
    {"experiments/slider", {"numerics", "ops", "oracle", "kernels"}},
};
// An experiment may include its own directory and those of lib except the command line.
const std::set<std::string> of_experiments{"numerics", "ops",    "oracle", "kernels", "io",
                                           "config",   "table",  "learn",  "run",     "inputs",
                                           "worker",   "timing", "text"};
// main.cpp may include the commands.
const std::set<std::string> of_main{"cli",   "config", "io",     "kernels", "run",
                                    "table", "text",   "timing", "worker"};

template <class Visit>
void each_line(const fs::path& folder, Visit visit) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::istringstream lines(io::read_file(entry.path()));
    std::string line;
    for (int n = 1; std::getline(lines, line); ++n)
      visit(entry.path().string() + ':' + std::to_string(n), line);
  }
}

// Returns the directories of lib and experiments that contain C++ files.
std::set<std::string> directories() {
  std::set<std::string> found;
  for (const std::string root : {"lib", "experiments"})
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(MAXTRICK_SOURCE_DIR) / root)) {
      const auto extension = entry.path().extension();
      if (extension == ".cpp" || extension == ".hpp" || extension == ".h")
        found.insert(fs::relative(entry.path().parent_path(), MAXTRICK_SOURCE_DIR).string());
    }
  return found;
}

std::set<std::string> allowed_in(const std::string& directory) {
  if (directory == "experiments") return {};  // checked file by file, below
  for (std::string listed = directory; !listed.empty();
       listed = fs::path(listed).parent_path().string())
    if (const auto found = dependencies.find(listed); found != dependencies.end())
      return found->second;
  return of_experiments;
}

}  // namespace

BOOST_AUTO_TEST_CASE(includes_follow_the_dependencies) {
  const std::regex include("^#include \"([a-z_]+)/.*");
  std::size_t seen = 0;
  for (const std::string& directory : directories()) {
    const std::set<std::string> allowed = allowed_in(directory);
    for (const auto& entry : fs::directory_iterator(fs::path(MAXTRICK_SOURCE_DIR) / directory)) {
      if (!entry.is_regular_file()) continue;
      const bool is_main = directory == "experiments" && entry.path().filename() == "main.cpp";
      std::istringstream lines(io::read_file(entry.path()));
      for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (!std::regex_match(line, match, include)) continue;
        ++seen;
        const std::string target = match[1];
        const bool own = ('/' + directory + '/').find('/' + target + '/') != std::string::npos;
        const std::set<std::string>& set = is_main                      ? of_main
                                           : directory == "experiments" ? of_experiments
                                                                        : allowed;
        BOOST_TEST((own || set.contains(target)), entry.path() << " includes " << target);
      }
    }
  }
  BOOST_TEST(seen > 500U);  // so that a pattern that no longer matches is noticed
}

BOOST_AUTO_TEST_CASE(dependencies_have_no_cycle) {
  std::map<std::string, std::set<std::string>> left;
  for (const auto& [directory, targets] : dependencies) {
    std::set<std::string>& own = left[fs::path(directory).filename().string()];
    own.insert(targets.begin(), targets.end());
    own.erase(fs::path(directory).filename().string());
  }
  // Removes each directory that depends on none of the remaining ones. What is left at the end is a cycle.
  for (bool taken = true; taken && !left.empty();) {
    taken = std::erase_if(left, [&](const auto& one) {
              return std::none_of(one.second.begin(), one.second.end(),
                                  [&](const std::string& target) { return left.contains(target); });
            }) > 0;
  }
  for (const auto& [directory, targets] : left) BOOST_ERROR("in a cycle: " << directory);
}

// Only the commands in lib/cli may do both.
BOOST_AUTO_TEST_CASE(the_library_never_prints_and_never_exits) {
  const std::regex forbidden(
      "\\b(std::cout|std::cerr|std::clog|printf|fmt::print|puts|std::exit|_exit|abort|quick_exit)"
      "\\b");
  each_line(fs::path(MAXTRICK_SOURCE_DIR) / "lib",
            [&](const std::string& place, const std::string& line) {
              if (place.find("/lib/cli/") != std::string::npos) return;
              const std::string code = line.substr(0, line.find("//"));
              BOOST_TEST(!std::regex_search(code, forbidden), place << ": " << line);
            });
}

// Files of experiments are compiled together, and each has names such as `columns` and `plan`.
BOOST_AUTO_TEST_CASE(an_experiment_has_a_namespace_of_its_own) {
  each_line(fs::path(MAXTRICK_SOURCE_DIR) / "experiments",
            [](const std::string& place, const std::string& line) {
              BOOST_TEST(line != "namespace maxtrick {", place);
            });
}

// A file name such as `utils` does not say what the file contains, so that unrelated code collects in it.
BOOST_AUTO_TEST_CASE(no_room_for_everything) {
  const std::regex empty_name("(.*/)?(utils?|common|helpers?|misc)(\\..*)?");
  for (const char* folder : {"lib", "experiments", "tests", "scripts"})
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(MAXTRICK_SOURCE_DIR) / folder))
      BOOST_TEST(!std::regex_match(entry.path().filename().string(), empty_name), entry.path());
}

// If two files define different classes with the same name in the same namespace, the linker uses the
// functions of one class for both (a violation of the one definition rule), and no compiler reports it.
BOOST_AUTO_TEST_CASE(a_class_is_defined_once) {
  const std::regex opens(R"(^namespace ?([\w:]*) ?\{.*)"), closes("^\\}  // namespace.*");
  const std::regex defines(R"(^(?:enum )?(?:struct|class) (\w+)(?: final)?(?: :.*| \{.*|)$)");
  std::map<std::string, std::string> places;
  for (const std::string folder : {"lib", "experiments"}) {
    std::vector<std::string> spaces;
    each_line(fs::path(MAXTRICK_SOURCE_DIR) / folder,
              [&](const std::string& place, const std::string& line) {
                if (place.ends_with(":1")) {
                  // A namespace that was not closed would hide the definitions that follow.
                  BOOST_TEST(std::ranges::count(spaces, "") == 0, "not closed before " << place);
                  spaces.clear();
                }
                std::smatch match;
                if (std::regex_match(line, match, opens)) spaces.push_back(match[1]);
                if (std::regex_match(line, closes) && !spaces.empty()) spaces.pop_back();
                if (!std::regex_match(line, match, defines)) return;
                std::string name;
                for (const std::string& space : spaces) {
                  if (space.empty()) return;  // an unnamed namespace: local to the file
                  name += space + "::";
                }
                if (name.empty()) return;  // a global class of a page or a script
                name += match[1];
                const auto [other, first] = places.emplace(name, place);
                BOOST_TEST(first, place << " defines " << name << ", as " << other->second);
              });
  }
  BOOST_TEST(places.size() > 150U);
}

BOOST_AUTO_TEST_SUITE_END()
