// What the pictures' colours leave legible, on a light ground and on a dark one: WCAG 2.1, 1.4.3
// and 1.4.11.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <regex>
#include <set>

#include "io/files.hpp"
#include "report/look.hpp"
#include "report_pictures.hpp"

BOOST_AUTO_TEST_SUITE(report_contrast_test)

namespace {

using namespace maxtrick;
using report::Json;
using report::Picture;
using tests::drawn;
using tests::each_object;
using tests::tables;

constexpr double of_marks = 3, of_text = 4.5;
const char* const paper = "#ffffff";
const char* const dark_paper = "#0d1117";

// Of "#rrggbb": WCAG 2.1, relative luminance.
double luminance(const std::string& colour) {
  const auto linear = [&](std::size_t at) {
    const double c = std::stoi(colour.substr(at, 2), nullptr, 16) / 255.;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5);
}

double contrast(const std::string& a, const std::string& b) {
  const auto [low, high] = std::minmax({luminance(a), luminance(b)});
  return (high + 0.05) / (low + 0.05);
}

// What scripts/pictures/dark.css makes of a colour, as a fill and as a stroke.
std::vector<std::string> on_dark(const std::string& colour) {
  static const std::string style = io::read_file("scripts/pictures/dark.css");
  std::vector<std::string> all;
  for (const std::string property : {"fill", "stroke"}) {
    std::smatch found;
    const std::regex rule("svg \\[" + property + "=\"" + colour + "\"\\] \\{ " + property +
                          ": (#[0-9a-f]{6}) \\}");
    all.push_back(std::regex_search(style, found, rule) ? found[1].str() : colour);
  }
  return all;
}

// What has lines, dots or letters in it, which stand out instead.
bool is_area(const Json& part) {
  static const std::set<std::string> areas{"area", "rect", "geoshape"};
  if (!part.contains("mark")) return false;
  const Json& mark = part["mark"];
  return areas.contains(mark.is_string() ? mark.get<std::string>() : mark.value("type", ""));
}

// The colours of all lines and dots that are told apart by them.
std::set<std::string> mark_colours() {
  std::set<std::string> all;
  for (const Picture& picture : report::pictures(tables()))
    each_object(drawn(picture.name).specification, [&](const Json& part) {
      if (!part.contains("encoding") || !part["encoding"].contains("color") || is_area(part))
        return;
      const Json& colour = part["encoding"]["color"];
      if (colour["field"] == "outcome" || !colour["scale"].contains("range")) return;
      for (const Json& one : colour["scale"]["range"]) all.insert(one.get<std::string>());
    });
  return all;
}

}  // namespace

// WCAG's own: black on white, and the grey that just passes.
BOOST_AUTO_TEST_CASE(contrast_of_the_standard) {
  BOOST_TEST(contrast("#000000", "#ffffff") == 21, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(contrast("#767676", "#ffffff") >= 4.5);
  BOOST_TEST(contrast("#777777", "#ffffff") < 4.5);
}

BOOST_AUTO_TEST_CASE(marks_stand_out_from_the_ground) {
  const auto colours = mark_colours();
  BOOST_TEST(colours.size() > 15U);
  for (const std::string& colour : colours) {
    BOOST_TEST(contrast(colour, paper) >= of_marks, colour);
    for (const std::string& dark : on_dark(colour))
      BOOST_TEST(contrast(dark, dark_paper) >= of_marks, colour << " in the dark: " << dark);
  }
  for (const char* words : {"#24292f", "#57606a"}) {
    BOOST_TEST(contrast(words, paper) >= of_text, words);
    for (const std::string& dark : on_dark(words))
      BOOST_TEST(contrast(dark, dark_paper) >= of_text, words);
  }
}

// Half through, a mark has half its contrast: areas alone are.
BOOST_AUTO_TEST_CASE(marks_let_nothing_through) {
  for (const Picture& picture : report::pictures(tables())) {
    const Json& specification = drawn(picture.name).specification;
    BOOST_TEST(specification["config"]["point"]["opacity"] == 1);
    each_object(specification, [&](const Json& part) {
      if (!part.contains("mark") || !part.contains("encoding") || is_area(part)) return;
      if (part["encoding"].contains("color") && part["mark"].is_object())
        BOOST_TEST(part["mark"].value("opacity", 1.) == 1.);
    });
  }
}

BOOST_AUTO_TEST_CASE(letters_stand_out_from_their_cells) {
  std::size_t pairs = 0;
  for (const Picture& picture : report::pictures(tables()))
    each_object(drawn(picture.name).specification, [&](const Json& part) {
      if (!part.contains("layer")) return;
      for (const Json& cells : part["layer"])
        for (const Json& letters : part["layer"]) {
          if (!cells.contains("encoding") || !cells["encoding"].contains("color") ||
              cells["encoding"]["color"]["field"] != "outcome" || letters["mark"]["type"] != "text")
            continue;
          for (const Json& ground : cells["encoding"]["color"]["scale"]["range"]) {
            ++pairs;
            BOOST_TEST(contrast(letters["mark"]["color"], ground) >= of_text, ground);
          }
        }
    });
  BOOST_TEST(pairs > 15U);
  const std::string style = io::read_file("scripts/pictures/page.css");
  static const std::regex cell(
      "td\\.([a-z]+) \\{ background: (#[0-9a-f]{6}); color: (#[0-9a-f]{6}) \\}");
  std::set<std::string> outcomes;
  for (auto at = std::sregex_iterator(style.begin(), style.end(), cell);
       at != std::sregex_iterator(); ++at) {
    outcomes.insert((*at)[1]);
    BOOST_TEST(contrast((*at)[2], (*at)[3]) >= of_text, at->str());
    BOOST_TEST(report::colours({(*at)[1]})["range"][0] == (*at)[2].str(), at->str());
  }
  BOOST_TEST(outcomes.size() == report::outcome_names().size());
}

BOOST_AUTO_TEST_SUITE_END()
