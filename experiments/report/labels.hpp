// Labels beside points, so that none lies on another.
#pragma once

#include <string>
#include <vector>

namespace maxtrick::report {

// In pixels of the picture, y downwards.
struct Point {
  double x = 0, y = 0;
  std::string label;
};

struct Label {
  double x = 0, y = 0;  // of the text's anchor, which is half way up
  std::string align;    // "left", "right" or "center": where the anchor is in the text
  bool away = false;    // so far off that a line must lead to it
};

// A place for the label of each (what has none is only not to be covered), in the order given: the
// first come has the first choice. All of a label is inside width x height; where there is no free
// place, it is where it covers least.
[[nodiscard]] std::vector<Label> place_labels(const std::vector<Point>& points, double width,
                                              double height);

}  // namespace maxtrick::report
