// Kinds of rows, each of which tests one hazard.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

#include "random_rows.hpp"

namespace maxtrick::tests {

struct Kind {
  const char* what;
  std::function<float(numerics::Random&, std::size_t i, double base, double gap)> logit;
};
inline const std::vector<Kind> kinds{
    {"ordinary", [](numerics::Random& r, std::size_t, double, double) { return pick(r, -8, 8); }},
    {"wide: subnormal and vanishing probabilities",
     [](numerics::Random& r, std::size_t, double, double) { return pick(r, -100, 100); }},
    {"one leads by a gap",
     [](numerics::Random& r, std::size_t i, double base, double gap) {
       return static_cast<float>(i == 0 ? base : base - gap - r.uniform());
     }},
    {"two lead",
     [](numerics::Random& r, std::size_t i, double base, double gap) {
       return static_cast<float>(i < 2 ? base : base - gap - r.uniform());
     }},
    {"one leads, all others equal",
     [](numerics::Random&, std::size_t i, double base, double gap) {
       return static_cast<float>(i == 0 ? base : base - gap);
     }},
    {"all equal",
     [](numerics::Random&, std::size_t, double base, double) { return static_cast<float>(base); }},
    {"near each other", [](numerics::Random& r, std::size_t, double base,
                           double) { return static_cast<float>(base + 1e-4 * r.normal()); }},
    {"a third masked",
     [](numerics::Random& r, std::size_t i, double, double) {
       return i > 0 && r.below(3) == 0 ? -INFINITY : pick(r, -20, 20);
     }},
    {"round 256, where the reduction changes",
     [](numerics::Random& r, std::size_t, double, double gap) {
       return static_cast<float>(256 + (gap - 55) / 55 + 1e-5 * r.normal());
     }},
    {"far from 0",
     [](numerics::Random& r, std::size_t, double base, double gap) {
       return static_cast<float>((base < 0 ? -1 : 1) * std::exp(gap / 1.6) + 10 * r.normal());
     }},
    {"log-sum-exp near 0",
     [](numerics::Random& r, std::size_t i, double, double gap) {
       return static_cast<float>(i == 0 ? -0.01 * gap : -3 + r.normal());
     }},
};

}  // namespace maxtrick::tests
