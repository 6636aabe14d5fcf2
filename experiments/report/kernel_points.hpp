// Kernels as points: accuracy against speed.
#pragma once

#include <string>
#include <vector>

#include "report/log_axis.hpp"
#include "report/timed.hpp"

namespace maxtrick::report {

// On the axes that hold them all, of panels of that many pixels.
class KernelPoints {
 public:
  KernelPoints(std::vector<Timed> kernels, double width, double height);
  // A kernel on one matrix each.
  [[nodiscard]] Json values() const;
  // The layers of a panel: strips, memcpy, the points with their intervals, and the worst of all
  // logits.
  [[nodiscard]] Json layers(const std::string& x_title, const std::string& y_title) const;
  // More layers, of one panel that has them all: the kernels' names, each in a free place, with how
  // many times as fast as oneDNN they are.
  [[nodiscard]] Json labels() const;
  [[nodiscard]] const std::vector<Timed>& kernels() const { return kernels_; }

 private:
  std::vector<Timed> kernels_;
  double width_, height_;
  LogAxis speeds_, errors_;
};

}  // namespace maxtrick::report
