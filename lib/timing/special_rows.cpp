#include "timing/special_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <variant>

#include "ops/cross_entropy.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "run/experiment.hpp"
#include "timing/matrix.hpp"

namespace maxtrick::timing {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float largest = std::numeric_limits<float>::max();

// The content of a row: the special value at one position, and the value of the other positions if
// they are not ordinary logits.
struct Special {
  const char* row;
  float there;
  bool others_too = false;
  float others = 0;
};
constexpr Special all_special[] = {
    {"a row with NaN", std::numeric_limits<float>::quiet_NaN()},
    {"a row with +inf", inf},
    {"a row with +inf among -inf", inf, true, -inf},
    {"a row of nothing but -inf", -inf, true, -inf},
    {"a row with -inf", -inf},
    {"a row of -inf but for one logit", 0.5F, true, -inf},
    {"a row of the largest floats", largest, true, -largest},
};

// The special value is at the first position, in the middle, and at the last; the target is there
// or next to it. The numbers of classes cover both the body and the tail of vector loops, which are
// different code.
constexpr std::size_t all_classes[] = {1, 2, 5, 37};
std::vector<std::size_t> places(std::size_t classes) { return {0, classes / 2, classes - 1}; }

Checked check(const ops::Variant& kernel, const Special& special, std::size_t classes) {
  const Shape shape{2 * places(classes).size(), classes};
  Matrix<float> logits(shape), result(shape);
  std::vector<std::int32_t> targets;
  for (const std::size_t place : places(classes))
    for (const std::size_t target : {place, (place + 1) % classes}) {
      const std::span<float> row = logits.part(0).row(targets.size());
      for (std::size_t k = 0; k < classes; ++k)
        row[k] = special.others_too ? special.others : 0.375F * static_cast<float>(k % 7);
      row[place] = special.there;
      targets.push_back(static_cast<std::int32_t>(target));
    }
  // Fills the results with a value that no result has, so that a result that was not written is
  // noticed. NaN would not do, since it is one of the expected results.
  constexpr float nothing = -3;
  std::vector<float> losses(shape.rows, nothing);
  std::ranges::fill(result.numbers(), nothing);
  const ops::Call<float> call{.logits = {logits.numbers().data(), shape.rows, classes},
                              .result = result.part(0),
                              .targets = {.index = targets},
                              .losses = losses,
                              .gradient_scale = 0.125F};
  try {
    kernel.float32(call);
  } catch (const run::CaseFailed& failed) {
    throw run::CaseFailed(fmt::format("{}, of {}", failed.what(), special.row));
  }
  return Sample<float>({call}).check(kernel, {call}, kernel.claimed_ulp);
}

using Known = std::variant<OnSpecialRows, run::CaseFailed>;

Known known_of(const ops::Variant& kernel) {
  try {
    return check_special_rows(kernel);
  } catch (const run::CaseFailed& failed) {
    return failed;
  }
}

}  // namespace

OnSpecialRows check_special_rows(const ops::Variant& kernel) {
  OnSpecialRows all;
  const bool is_loss = ops::takes_targets(kernel.op);
  if (!is_loss || !std::isfinite(kernel.claimed_ulp) || !kernel.float32) return all;
  for (const Special& special : all_special)
    for (const std::size_t classes : all_classes) {
      const Checked one = check(kernel, special, classes);
      if (one.outcome != oracle::Outcome::ok) return {.checked = one, .broken = special.row};
      all.checked.max_error_ulp = std::max(all.checked.max_error_ulp, one.max_error_ulp);
    }
  return all;
}

const OnSpecialRows& special_rows_of(const std::string& kernel) {
  static std::mutex asking;
  static std::map<std::string, Known> all;
  const std::lock_guard lock(asking);
  auto known = all.find(kernel);
  if (known == all.end()) known = all.emplace(kernel, known_of(*find_timed(kernel))).first;
  if (const auto* failed = std::get_if<run::CaseFailed>(&known->second)) throw *failed;
  return std::get<OnSpecialRows>(known->second);
}

}  // namespace maxtrick::timing
