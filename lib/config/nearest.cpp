// Suggests the intended word. It uses the optimal string alignment distance (Damerau 1964), with
// rules of our own for what is near enough. It counts bytes, because the words of configs are
// ASCII.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "config/config_state.hpp"
#include "text/quoted.hpp"

namespace maxtrick::config {
namespace {

constexpr std::size_t most_listed = 12;
// A shorter word is a beginning or a part of too many other words by chance.
constexpr std::size_t shortest_part = 3;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// The distances from `word` to every prefix of `other`, from the empty prefix to the whole word.
std::vector<std::size_t> prefix_distances(std::string_view word, std::string_view other) {
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last;
  std::vector<std::size_t> row(other.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= word.size(); ++i) {
    before_last = std::move(last);
    last = std::move(row);
    row.assign(other.size() + 1, i);
    for (std::size_t j = 1; j < row.size(); ++j) {
      const std::size_t differs = word[i - 1] == other[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + differs});
      if (i > 1 && j > 1 && word[i - 1] == other[j - 2] && word[i - 2] == other[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row;
}

// How near two words are; smaller is nearer. First the number of errors, where an omission counts
// once at the end of the word and twice elsewhere. Then the kind of match: the whole word (0), a
// beginning (1), or a part (2). Last the number of errors when case counts.
using Nearness = std::tuple<std::size_t, int, std::size_t>;

std::optional<Nearness> nearness(std::string_view word, std::string_view other) {
  const std::string typed = lower(word);
  const std::string known = lower(other);
  const std::size_t longer = std::max(typed.size(), known.size());
  // A word that is much longer than the known one is not a misspelling of it; comparing them would
  // also take time.
  if (typed.size() > 2 * known.size() + 1) return std::nullopt;

  const std::vector<std::size_t> distances = prefix_distances(typed, known);
  std::optional<Nearness> best;
  const auto consider = [&](const Nearness& way) {
    if (!best || way < *best) best = way;
  };
  const std::size_t distance = distances.back();
  if (distance <= std::max<std::size_t>(1, longer / 3) && distance < longer) {
    consider({distance, 0, prefix_distances(word, other).back()});
  }
  if (typed.size() < shortest_part) return best;
  const std::size_t beginning = *std::min_element(distances.begin(), distances.end());
  if (beginning <= typed.size() / 6) consider({beginning + 1, 1, 0});
  if (known.find(typed) != std::string::npos) consider({2, 2, 0});
  return best;
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> words) {
  std::optional<Nearness> best;
  std::string result;
  for (const std::string& other : words) {
    const std::optional<Nearness> near = nearness(word, other);
    if (near && (!best || *near < *best)) {
      best = near;
      result = other;
    }
  }
  return result;
}

std::string listed(std::span<const std::string> words, std::string_view kind) {
  if (words.empty()) return fmt::format("no {} here", kind);
  if (words.size() > most_listed) return fmt::format("one of {} {}s", words.size(), kind);
  std::vector<std::string> shown;
  for (const std::string& word : words) shown.push_back(text::shown(word));
  return fmt::format("one of: {}", fmt::join(shown, ", "));
}

std::string did_you_mean(std::string_view word) {
  return word.empty() ? "" : fmt::format("; did you mean {}?", text::quoted(word));
}

std::string expected_one_of(std::string_view word, std::span<const std::string> words) {
  return listed(words, "name") + did_you_mean(nearest(word, words));
}

}  // namespace maxtrick::config
