// Data sets to learn from, as a config describes them: generated, or a file of points and one of
// labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "io/matrix.hpp"
#include "learn/data_set.hpp"
#include "run/experiment.hpp"

namespace maxtrick::inputs {

struct NamedData {
  std::string name;
  // Known before anything is generated, so that a network can be sized; 1 after an error, or where
  // files are missing.
  std::size_t rows = 1, features = 1, classes = 1;
  // Whether they are those of the data. (Of a single row nothing is learned anyway.)
  [[nodiscard]] bool is_known() const { return rows > 1; }
  std::string missing = {};                      // where a file is not there: which, how to get it
  std::shared_future<learn::DataSet> made = {};  // for data(), which says more
  // The logits of the best classifier there is, rows x classes; empty where none is known.
  std::function<std::vector<double>()> bayes = {};
  // The class that it gives to each row of X, of any points; empty where none is known.
  std::function<std::vector<std::int32_t>(const learn::DataSet& points)> best = {};

  // Generated when first asked for, by whichever thread, once for all copies of this. Throws
  // std::runtime_error where files are missing.
  [[nodiscard]] const learn::DataSet& data() const { return made.get(); }
};

// Reads a section with a name, which may become that of a folder, and one of
//   generate = "blobs", samples = n, seed = k, centres = [[-5, 2], ...]
//     scikit-learn's make_blobs, bit for bit (learn/blobs.hpp), a class for each centre; or with
//     centres = 4, features = 2, box = [-10, 10] drawn ones. Optional: spread = 1 or [1, 2, ...],
//     one for each centre; box.
//   generate = "circles", samples = n, seed = k, radii = [1, 2], half_width = 3
//     three classes: inside two circles, between them, outside both (learn/circles.hpp)
//   path = "X.npy", labels = "y.npy"
//     a point a row and its class, a whole number from 0; .npy or CSV, read now. Optional: classes,
//     else the largest label and one; obtain = "how to get it", without which it is an error where
//     a file is not there.
// Errors are noted in the config: a coordinate that is not finite, a label that is no class, a row
// without a label.
[[nodiscard]] NamedData read_data_set(config::Section& section);

// X.npy, rows x features float64, and y.npy, int64.
[[nodiscard]] run::Export exported(const NamedData& data);

// A .npy file. The line that a user reads has the shape, and the digest of the numbers alone, as
// hashlib.sha256(X.tobytes()) has it.
[[nodiscard]] run::ExportedFile npy_file(std::string name, const io::Matrix& matrix,
                                         io::NumberType type);

}  // namespace maxtrick::inputs
