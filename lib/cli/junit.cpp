#include "cli/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <pugixml.hpp>
#include <sstream>

namespace maxtrick::cli {
namespace {

using table::Mismatch;

// XML 1.0 cannot represent most control characters. They are replaced, so that the file is valid
// XML whatever a key contains.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t'; }, '?');
  return text;
}

void set(pugi::xml_node node, const char* attribute, const std::string& text) {
  node.append_attribute(attribute).set_value(printable(text).c_str());
}

const char* type(Mismatch::Kind kind) {
  switch (kind) {
    case Mismatch::Kind::differs: return "differs";
    case Mismatch::Kind::slower: return "slower";
    case Mismatch::Kind::noisy: return "noisy";
    case Mismatch::Kind::unjudged: return "unjudged";
  }
  return "";
}

void add_failure(pugi::xml_node test, const std::string& kind, const std::string& message) {
  pugi::xml_node failure = test.append_child("failure");
  set(failure, "type", kind);
  set(failure, "message", message);
}

class Suite {
 public:
  Suite(pugi::xml_node suite, const Checked& table) : suite_(suite), name_(table.name) {
    set(suite_, "name", table.name);
    for (const std::string& key : table.keys) (void)test(key);
    for (const Mismatch& one : table.mismatches)
      add_failure(test(one.row.empty() ? whole : one.row), type(one.kind), in_words(one));
    for (const std::string& complaint : table.complaints)
      add_failure(test(whole), "table", complaint);
    if (!table.error.empty()) set(test(whole).append_child("error"), "message", table.error);
    std::size_t failed = 0, skipped = 0;
    for (const run::Skipped& one : table.skipped) {
      if (one.failed) {
        add_failure(test(one.key), "failed", one.reason);
      } else {
        set(test(one.key).append_child("skipped"), "message", one.reason);
        ++skipped;
      }
    }
    for (const auto& [key, node] : tests_) failed += !node.child("failure").empty();
    set(suite_, "tests", std::to_string(tests_.size()));
    set(suite_, "failures", std::to_string(failed));
    set(suite_, "errors", table.error.empty() ? "0" : "1");
    set(suite_, "skipped", std::to_string(skipped));
  }

 private:
  static constexpr const char* whole = "(table)";

  // A row that only the baseline has is a test case too.
  pugi::xml_node test(const std::string& key) {
    const auto [found, is_new] = tests_.try_emplace(key);
    if (is_new) {
      found->second = suite_.append_child("testcase");
      set(found->second, "classname", name_);
      set(found->second, "name", key);
    }
    return found->second;
  }

  pugi::xml_node suite_;
  const std::string& name_;
  std::map<std::string, pugi::xml_node> tests_;
};

}  // namespace

std::string to_junit(const std::vector<Checked>& tables) {
  pugi::xml_document document;
  pugi::xml_node suites = document.append_child("testsuites");
  for (const Checked& table : tables) Suite(suites.append_child("testsuite"), table);
  std::ostringstream text;
  document.save(text, "  ");
  return text.str();
}

}  // namespace maxtrick::cli
