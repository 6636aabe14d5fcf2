// Small configs of the experiments that train.
#pragma once

#include "config_runs.hpp"

namespace maxtrick::tests {

inline const std::string lab = R"([[data]]
name = "lab"
generate = "blobs"
samples = 2000
centres = [[-5, 2], [-2, -2], [1, 2], [5, -2]]
seed = 30
)";
// Two overlapping blobs: the accuracy of the best classifier is 0.92.
inline const std::string two_blobs = R"([[data]]
name = "two"
generate = "blobs"
samples = 300
centres = [[-1, -1], [1, 1]]
seed = 2
)";
inline std::string circles(int samples, const std::string& half_width, int seed) {
  return fmt::format(
      "[[data]]\nname = \"circles\"\ngenerate = \"circles\"\nsamples = {}\nradii = [1, 2]\n"
      "half_width = {}\nseed = {}\n",
      samples, half_width, seed);
}
// A data set whose file is missing and must be obtained by the reader.
inline const std::string absent = R"([[data]]
name = "absent"
path = "absent.npy"
labels = "labels.npy"
obtain = "Ask for it."
)";

inline std::string arm(const std::string& name, const std::string& loss,
                       const std::string& softmax = "") {
  return "[[arm]]\nname = \"" + name + "\"\nloss = \"" + loss + "\"\n" +
         (softmax.empty() ? "" : "softmax = \"" + softmax + "\"\n");
}
inline const std::string naive = arm("naive", "log_of_softmax", "softmax.naive.scalar"),
                         clip = arm("clip", "clip", "softmax.max_trick.scalar"),
                         fused = arm("fused", "fused"), bce = arm("bce", "bce_fused");

// The contents of [task] and of each [[task]].
inline std::string task(const std::string& data, int epochs, const std::string& rest = "") {
  return "name = \"" + data + "\"\ndata = \"" + data +
         "\"\nhidden = [25, 15]\nepochs = " + std::to_string(epochs) +
         "\nbatch = 32\noptimiser = \"adam\"\nlearning_rate = 0.01\n" + rest;
}

// Returns "line:column" of the position `skip` characters after the start of the first `part` in `text`.
inline std::string place_of(const std::string& text, const std::string& part,
                            std::size_t skip = 0) {
  const auto at = text.find(part);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, part);
  const auto line_start = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  const auto lines = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  return std::to_string(lines + 1) + ':' + std::to_string(at - line_start + 1 + skip);
}

// Checks that the program reports exactly one error in `config`, at the position `skip` characters after the
// start of the first `part`. `message` and `expected` are the beginnings of its two texts.
inline void check_rejected(const std::string& config, const std::string& part, std::size_t skip,
                           const std::string& message, const std::string& expected) {
  const std::string said = check_rejected(
      config,
      {"t.toml:" + place_of(config, part, skip) + ": error: " + message, "expected " + expected});
  BOOST_TEST(said.find("error") == said.rfind("error"), said);
}

}  // namespace maxtrick::tests
