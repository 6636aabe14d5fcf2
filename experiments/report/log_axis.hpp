// A logarithmic axis on which every number has a place.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "report/picture.hpp"

namespace maxtrick::report {

// How long an axis is, and which way it goes: labels need room.
struct Along {
  std::string direction;  // "x" or "y"
  double pixels = 0;
};

// Vega-Lite leaves out what is NaN or infinite, and 0 where the scale is logarithmic: the failures
// that a picture of errors is for. Here they lie in strips of their own beyond the powers of ten
// that hold the finite values, named at the axis. There are so few ticks that no label
// covers another one and none is left out, where the axis has room for three.
class LogAxis {
 public:
  // That of these values, none of which is negative. The next two name the strips of what is
  // infinite and of what is NaN. What is above `most` has a strip too, and what is below `least`
  // shares that of 0: that it is so is all that matters.
  LogAxis(const std::vector<double>& values, Along along, const std::string& infinite = "inf",
          const std::string& nan = "NaN", double least = 0, double most = INFINITY);

  // Where a value is drawn: the value itself, where it is finite and not 0.
  [[nodiscard]] double place(double value) const;
  // "finite", "0", "inf" or "NaN"
  [[nodiscard]] static std::string kind(double value);
  // The same, or "beyond" for what is finite and above `most`, and "0" for what is below `least`.
  [[nodiscard]] std::string place_kind(double value) const;
  // Where that is, from 0 at the axis' begin to 1 at its end.
  [[nodiscard]] double share(double value) const;
  // The members of a channel: type, scale, axis, title.
  [[nodiscard]] Json channel(const std::string& title) const;
  // A layer that tints the strips.
  [[nodiscard]] Json strips(const std::string& title) const;

 private:
  struct Label {
    double at;  // power of ten, as all here
    std::string name;
  };
  struct Strip {
    std::string kind, name;
    double at = 0;
  };
  void lay_out(double low, double high);
  // With the strips; false where the labels of these ticks would cover each other.
  [[nodiscard]] bool try_out(const std::vector<Label>& ticks, double low, double high);

  Along along_;
  double from_ = 0, to_ = 0;  // with the strips
  double step_ = 0;           // between strips
  double least_, most_;       // no powers
  std::vector<Label> ticks_;
  std::vector<Strip> strips_;
};

}  // namespace maxtrick::report
