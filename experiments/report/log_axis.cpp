#include "report/log_axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace maxtrick::report {
namespace {

std::string tick_name(double power) {
  static const std::array<const char*, 10> digits{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  if (power > -3.1 && power < 3.9) return fmt::format("{:.4g}", std::pow(10, power));
  const int n = static_cast<int>(std::lround(power));
  std::string text = n < 0 ? "10⁻" : "10";
  for (const char c : fmt::format("{}", std::abs(n)))
    text += digits.at(static_cast<std::size_t>(c - '0'));
  return text;
}

// 1, 2 and 5 times the powers of ten that hold `low` and `high` between the first and the last.
std::vector<double> steps(double low, double high) {
  std::vector<double> all;
  for (double n = std::floor(low); n <= std::ceil(high); ++n)
    for (const double digit : {1., 2., 5.}) all.push_back(n + std::log10(digit));
  constexpr double rounding = 1e-9;
  while (all.size() > 2 && all[1] <= low + rounding) all.erase(all.begin());
  while (all.size() > 2 && all[all.size() - 2] >= high - rounding) all.pop_back();
  return all;
}

// What a label of 11 pixels, sans-serif, takes of its axis, with the gap to the next one.
double room(const std::string& name, const std::string& direction) {
  if (direction == "y") return 13;
  const auto letters =
      std::count_if(name.begin(), name.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return 6.2 * static_cast<double>(letters) + 8;
}

}  // namespace

LogAxis::LogAxis(const std::vector<double>& values, Along along, const std::string& infinite,
                 const std::string& nan, double least, double most)
    : along_(std::move(along)), least_(least), most_(most) {
  std::set<std::string> kinds;
  std::vector<double> powers;
  for (const double value : values) {
    kinds.insert(place_kind(value));
    if (place_kind(value) == "finite") powers.push_back(std::log10(value));
  }
  if (powers.empty()) powers.push_back(0);
  const std::string none = least > 0 ? "< " + tick_name(std::log10(least)) : "0",
                    beyond = std::isinf(most) ? "" : "> " + tick_name(std::log10(most));
  for (const Strip& strip :
       {Strip{"0", none}, Strip{"beyond", beyond}, Strip{"inf", infinite}, Strip{"NaN", nan}})
    if (kinds.contains(strip.kind)) strips_.push_back(strip);
  const auto [low, high] = std::minmax_element(powers.begin(), powers.end());
  lay_out(*low, std::max(*high, *low + 0.3));
}

// The finest ticks that leave each label its room.
void LogAxis::lay_out(double low, double high) {
  constexpr double whole = 1e-9;
  const std::vector<double> all = steps(low, high);
  for (int every = 0;; ++every) {  // 0: also 2 and 5 times the powers
    std::vector<Label> ticks;
    for (const double power : all)
      if (every == 0 || std::abs(std::remainder(power, every)) < whole)
        ticks.push_back({power, tick_name(power)});
    if (try_out(ticks, all.front(), all.back()) || ticks.size() < 3) {
      ticks_ = std::move(ticks);
      return;
    }
  }
}

bool LogAxis::try_out(const std::vector<Label>& ticks, double low, double high) {
  constexpr std::size_t most_ticks = 12;
  double widest = 0.08 * along_.pixels;
  for (const Label& tick : ticks) widest = std::max(widest, room(tick.name, along_.direction));
  for (const Strip& strip : strips_) widest = std::max(widest, room(strip.name, along_.direction));
  const bool below = !strips_.empty() && strips_.front().kind == "0";
  const std::size_t above = strips_.size() - (below ? 1 : 0);
  // Marks at the ends are not cut in half.
  const double before = below ? 1.5 : 1. / 3,
               after = above > 0 ? static_cast<double>(above) + 0.5 : 1. / 3;
  // The finite ones keep a third of the axis.
  widest = std::min(widest, along_.pixels / 1.5 / (before + after));
  const double pixels = along_.pixels - widest * (before + after),
               per_pixel = (high - low) / pixels;
  step_ = widest * per_pixel;
  from_ = low - before * step_;
  to_ = high + after * step_;
  double at = high;
  for (Strip& strip : strips_) strip.at = strip.kind == "0" ? low - step_ : (at += step_);
  for (std::size_t i = 1; i < ticks.size(); ++i) {
    const double wanted =
        (room(ticks[i - 1].name, along_.direction) + room(ticks[i].name, along_.direction)) / 2;
    if (ticks[i].at - ticks[i - 1].at < wanted * per_pixel) return false;
  }
  return ticks.size() <= most_ticks;
}

std::string LogAxis::kind(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return "inf";
  return value == 0 ? "0" : "finite";
}

std::string LogAxis::place_kind(double value) const {
  const std::string simple = kind(value);
  if (simple == "finite" && value < least_) return "0";
  return simple == "finite" && value > most_ ? "beyond" : simple;
}

double LogAxis::place(double value) const {
  const std::string kind_of_value = place_kind(value);
  for (const Strip& strip : strips_)
    if (strip.kind == kind_of_value) return std::pow(10, strip.at);
  return value;
}

double LogAxis::share(double value) const {
  return (std::log10(place(value)) - from_) / (to_ - from_);
}

Json LogAxis::channel(const std::string& title) const {
  Json values = Json::array();
  std::string names;
  const auto mark = [&](double power, const std::string& name) {
    values.push_back(std::pow(10, power));
    names += fmt::format("abs(log(datum.value)/LN10-({:.6f}))<1e-5?'{}':", power, name);
  };
  for (const Label& tick : ticks_) mark(tick.at, tick.name);
  for (const Strip& strip : strips_) mark(strip.at, strip.name);
  return {
      {"type", "quantitative"},
      {"title", title},
      {"scale",
       {{"type", "log"}, {"domain", {std::pow(10, from_), std::pow(10, to_)}}, {"nice", false}}},
      {"axis", {{"values", values}, {"labelExpr", names + "''"}, {"labelOverlap", false}}}};
}

Json LogAxis::strips(const std::string& title) const {
  Json layer{{"data", {{"values", Json::array()}}},
             {"mark", {{"type", "rect"}, {"color", "#eef0f2"}}},
             {"encoding", Json::object()}};
  for (const Strip& strip : strips_)
    layer["data"]["values"].push_back(
        {{"from", std::pow(10, strip.at - step_ / 2)}, {"to", std::pow(10, strip.at + step_ / 2)}});
  layer["encoding"][along_.direction] = channel(title);
  layer["encoding"][along_.direction]["field"] = "from";
  layer["encoding"][along_.direction + "2"] = {{"field", "to"}};
  return layer;
}

}  // namespace maxtrick::report
