#include "inputs/data_generators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "learn/blobs.hpp"
#include "learn/circles.hpp"
#include "learn/training.hpp"

namespace maxtrick::inputs {
namespace {

using config::Section;

// Far enough for any data, and squares are finite and not 0.
constexpr double largest = 1e30, smallest = 1e-30;
constexpr std::int64_t most_samples = 1'000'000, most_numbers = 10'000'000;
// Of centres, and of features.
constexpr std::int64_t most_drawn = 10'000;

std::size_t read_samples(Section& section) { return section.count("samples", 1, most_samples); }

std::uint32_t read_numpy_seed(Section& section) {
  return static_cast<std::uint32_t>(
      section.integer("seed", 0, std::numeric_limits<std::uint32_t>::max()));
}

learn::GivenCentres read_given(Section& section) {
  learn::GivenCentres centres = section.matrix("centres");
  for (std::size_t k = 0; k < centres.size(); ++k)
    for (const double x : centres[k])
      if (!(x >= -largest && x <= largest)) {
        section.reject("centres", k, fmt::format("row {} of 'centres' holds {}", k + 1, x),
                       fmt::format("numbers from {} to {}", -largest, largest));
        break;
      }
  return centres;
}

learn::DrawnCentres read_drawn(Section& section) {
  learn::DrawnCentres centres;
  centres.count = section.count("centres", 1, most_drawn);
  centres.features = section.count("features", 1, most_drawn);
  if (!section.has("box")) return centres;
  const std::vector<double> box = section.numbers("box");
  if (box.size() == 2 && box[0] >= -largest && box[0] < box[1] && box[1] <= largest) {
    centres.low = box[0];
    centres.high = box[1];
  } else {
    section.reject("box", "'box' is no interval",
                   fmt::format("two numbers from {} to {}, rising", -largest, largest));
  }
  return centres;
}

std::vector<double> read_spread(Section& section, std::size_t centres) {
  if (!section.has("spread")) return {1};
  if (!section.is_array("spread")) return {section.number("spread", {0, largest})};
  std::vector<double> spread = section.numbers("spread");
  for (std::size_t k = 0; k < spread.size(); ++k)
    if (!(spread[k] >= 0 && spread[k] <= largest))
      section.reject("spread", k, fmt::format("{} is no spread", spread[k]),
                     fmt::format("numbers from 0 to {}", largest));
  if (spread.size() != centres)
    section.reject("spread", fmt::format("{} spreads for {} centres", spread.size(), centres),
                   "one number, or an array with one for each centre");
  return spread;
}

Generated read_blobs(Section& section) {
  learn::Blobs blobs;
  blobs.samples = read_samples(section);
  blobs.seed = read_numpy_seed(section);
  Generated generated;
  generated.rows = blobs.samples;
  if (section.has("centres") && !section.is_array("centres")) {
    const learn::DrawnCentres drawn = read_drawn(section);
    generated.classes = drawn.count;
    generated.features = drawn.features;
    blobs.centres = drawn;
  } else {
    learn::GivenCentres given = read_given(section);
    generated.classes = given.size();
    generated.features = given[0].size();
    blobs.centres = std::move(given);
  }
  blobs.spread = read_spread(section, generated.classes);
  if (generated.rows < generated.classes)
    section.reject("samples",
                   fmt::format("{} samples for {} centres", generated.rows, generated.classes),
                   "one for each centre at least");
  if (generated.rows * generated.features > static_cast<std::size_t>(most_numbers))
    section.reject("samples", fmt::format("{} numbers", generated.rows * generated.features),
                   fmt::format("samples times features of {} at most", most_numbers));
  const auto& spread = blobs.spread;
  if (std::find(spread.begin(), spread.end(), 0) == spread.end()) {
    generated.bayes = [blobs](const learn::DataSet& data) {
      return learn::bayes_logits(blobs, data);
    };
    generated.best = [blobs, classes = generated.classes](const learn::DataSet& points) {
      const std::vector<double> logits = learn::bayes_logits(blobs, points);
      return learn::predictions({logits.data(), points.rows, classes});
    };
  }
  generated.make = [blobs = std::move(blobs)] { return learn::make_blobs(blobs); };
  return generated;
}

Generated read_circles(Section& section) {
  learn::Circles circles;
  circles.samples = read_samples(section);
  circles.seed = read_numpy_seed(section);
  const std::vector<double> radii = section.numbers("radii");
  if (radii.size() == 2 && radii[0] >= smallest && radii[0] < radii[1] && radii[1] <= largest) {
    circles.inner = radii[0];
    circles.outer = radii[1];
  } else {
    section.reject("radii", "'radii' are not those of two circles",
                   fmt::format("two numbers from {} to {}, rising", smallest, largest));
  }
  circles.half_width = section.number("half_width", {0, largest});
  // The corners are the farthest points of the square.
  if (2 * circles.half_width * circles.half_width <= circles.outer * circles.outer)
    section.reject(
        "half_width",
        fmt::format("the square of half width {} lies within the outer circle", circles.half_width),
        fmt::format("more than {} / sqrt 2: else the third class is empty", circles.outer));
  return {
      circles.samples,
      2,
      3,
      [circles] { return learn::make_circles(circles); },
      {},
      [circles](const learn::DataSet& points) { return learn::circle_classes(circles, points.X); }};
}

}  // namespace

Generated read_generated(Section& section) {
  const std::vector<std::string> generators{"blobs", "circles"};
  const std::string generator = section.choice("generate", generators);
  if (generator == "blobs") return read_blobs(section);
  if (generator == "circles") return read_circles(section);
  section.ignore_rest();  // which keys belong here depends on it
  return {.make = [] { return learn::DataSet{1, 1, 1, {0}, {0}}; }};
}

}  // namespace maxtrick::inputs
