#include "report/labels.hpp"

#include <algorithm>
#include <cmath>

namespace maxtrick::report {
namespace {

struct Box {
  double left, top, right, bottom;
};

double overlap(const Box& a, const Box& b) {
  const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

// Of a text of 11 pixels, sans-serif; bold ones are a little wider than that.
Box box(const Label& label, std::size_t letters) {
  const double width = 6.2 * static_cast<double>(letters), height = 14;
  const double left = label.align == "left"    ? label.x
                      : label.align == "right" ? label.x - width
                                               : label.x - width / 2;
  return {left, label.y - height / 2, left + width, label.y + height / 2};
}

std::vector<Label> choices(const Point& point) {
  constexpr double beside = 9, line = 14;
  std::vector<Label> all{{point.x + beside, point.y, "left"},
                         {point.x - beside, point.y, "right"},
                         {point.x, point.y - line, "center"},
                         {point.x, point.y + line, "center"}};
  for (int ring = 1; ring <= 6; ++ring)
    for (const double side : {-1., 1.}) {
      all.push_back({point.x + beside, point.y + side * line * ring, "left", ring > 1});
      all.push_back({point.x - beside, point.y + side * line * ring, "right", ring > 1});
    }
  return all;
}

}  // namespace

std::vector<Label> place_labels(const std::vector<Point>& points, double width, double height) {
  std::vector<Box> taken;
  for (const Point& point : points)
    taken.push_back({point.x - 6, point.y - 6, point.x + 6, point.y + 6});
  std::vector<Label> labels;
  for (const Point& point : points) {
    if (point.label.empty()) {
      labels.emplace_back();
      continue;
    }
    Label best;
    double least = INFINITY;
    for (const Label& choice : choices(point)) {
      const Box own = box(choice, point.label.size());
      const double outside =
          std::max({0., -own.left, -own.top, own.right - width, own.bottom - height});
      double covered = 1000 * outside;
      for (const Box& other : taken) covered += overlap(own, other);
      if (covered < least) {
        least = covered;
        best = choice;
      }
    }
    taken.push_back(box(best, point.label.size()));
    labels.push_back(best);
  }
  return labels;
}

}  // namespace maxtrick::report
