// The committed drawings, as they are seen.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "io/files.hpp"

BOOST_AUTO_TEST_SUITE(report_drawing_test)

namespace {

using namespace maxtrick;

namespace fs = std::filesystem;

std::vector<fs::path> drawings() {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator("results/pictures")) all.push_back(entry.path());
  return all;
}

struct Text {
  std::string words;
  double left = 0, right = 0, y = 0;
  bool shown = true;
};

std::size_t letters(const std::string& text) {
  const std::string plain = std::regex_replace(text, std::regex("&[a-z]+;"), "x");
  return static_cast<std::size_t>(
      std::count_if(plain.begin(), plain.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// The labels of each axis that has horizontal ones.
std::vector<std::vector<Text>> axes(const std::string& svg) {
  static const std::regex text(
      "<text text-anchor=\"(start|middle|end)\" "
      "transform=\"translate\\(([-0-9.e]+),([-0-9.e]+)\\)\"([^>]*)>"
      "([^<]*)</text>");
  const std::string begin = "role-axis-label\"";
  std::vector<std::vector<Text>> all;
  for (auto at = svg.find(begin); at != std::string::npos; at = svg.find(begin, at + 1)) {
    const std::string group = svg.substr(at, svg.find("</g>", at) - at);
    all.emplace_back();
    for (auto one = std::sregex_iterator(group.begin(), group.end(), text);
         one != std::sregex_iterator(); ++one) {
      const double width = 0.56 * 11 * static_cast<double>(letters((*one)[5])),
                   x = std::stod((*one)[2]);
      const double left = (*one)[1] == "start"    ? x
                          : (*one)[1] == "middle" ? x - width / 2
                                                  : x - width;
      all.back().push_back({(*one)[5], left, left + width, std::stod((*one)[3]),
                            (*one)[4].str().find("opacity=\"0\"") == std::string::npos});
    }
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_label_of_an_axis_is_shown_and_none_covers_another) {
  std::size_t labels = 0;
  for (const fs::path& path : drawings())
    for (const auto& axis : axes(io::read_file(path)))
      for (std::size_t i = 0; i < axis.size(); ++i) {
        ++labels;
        BOOST_TEST(axis[i].shown, path.string() << ": " << axis[i].words << " is hidden");
        for (std::size_t j = 0; j < i; ++j)
          BOOST_TEST((std::abs(axis[i].y - axis[j].y) >= 11 || axis[i].right <= axis[j].left ||
                      axis[j].right <= axis[i].left),
                     path.string() << ": " << axis[j].words << " and " << axis[i].words);
      }
  BOOST_TEST(labels > 500U);
}

BOOST_AUTO_TEST_CASE(every_symbol_of_a_legend_can_be_seen) {
  static const std::regex symbol("role-legend-symbol\"[^>]*>(<path [^>]*>)");
  std::size_t symbols = 0;
  for (const fs::path& path : drawings()) {
    const std::string svg = io::read_file(path);
    for (auto at = std::sregex_iterator(svg.begin(), svg.end(), symbol);
         at != std::sregex_iterator(); ++at) {
      ++symbols;
      const std::string drawn = (*at)[1];
      const bool filled = drawn.find("fill=\"#") != std::string::npos &&
                          drawn.find("fill=\"#ffffff\"") == std::string::npos;
      BOOST_TEST((filled || drawn.find("stroke=\"#") != std::string::npos), path.string()
                                                                                << ": " << drawn);
    }
  }
  BOOST_TEST(symbols > 20U);
}

BOOST_AUTO_TEST_SUITE_END()
