// Data sets as a config describes them: generated, or read from a file of points and a file of
// labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "io/array.hpp"
#include "learn/data_set.hpp"
#include "run/experiment.hpp"

namespace maxtrick::inputs {

// A data set of a config, which is generated on demand or has been read.
struct NamedData {
  std::string name;
  // Known before the data set is generated, because networks are sized by them. All are 1 after an
  // error, or if files are missing.
  std::size_t rows = 1, features = 1, classes = 1;
  // Whether rows, features and classes are those of the data. (A network learns nothing from a
  // single row anyway.)
  [[nodiscard]] bool is_known() const { return rows > 1; }
  // Says which file does not exist, and how to get it; else empty.
  std::string missing = {};
  std::shared_future<learn::DataSet> made = {};  // the value of data()
  // Data drawn as these are, with the seed increased by n, so that n = 0 gives data(). Empty function
  // for data that are read.
  std::function<learn::DataSet(std::uint32_t n)> redrawn = {};
  // The logits of the best possible classifier for these data, rows x classes; empty function if it
  // is not known.
  std::function<std::vector<double>()> bayes = {};
  // The class that this classifier gives to each row of X, for any points; empty function if it is
  // not known.
  std::function<std::vector<std::int32_t>(const learn::DataSet& points)> best = {};

  // The data. The first thread that asks generates them, once for all copies of this object. Throws
  // std::runtime_error if files are missing.
  [[nodiscard]] const learn::DataSet& data() const { return made.get(); }
};

// Reads a section with a name, which may become the name of a folder, and one of
//   generate = "blobs", samples = n, seed = k, centres = [[-5, 2], ...]
//     scikit-learn's make_blobs, bit for bit (learn/blobs.hpp), with one class for each centre; or
//     with centres = 4, features = 2, box = [-10, 10] for drawn centres. Optional: spread = 1 or
//     [1, 2, ...], one number for each centre; box. counts = [2000, 200, 20], the number of samples
//     of each centre, takes the place of samples.
//   generate = "circles", samples = n, seed = k, radii = [1, 2], half_width = 3
//     three classes: inside both circles, between them, outside both (learn/circles.hpp)
//   path = "X.npy", labels = "y.npy"
//     one point for each row, and its class, an integer from 0; files of io::read_array(). This call reads the
//     files, whereas generated data are computed when they are first used. Optional: classes, by
//     default the largest label + 1; obtain = "how to get it", without which a file that does not
//     exist is an error.
// Errors are noted in the config, among them a coordinate that is not finite, a label that is not a
// class, and a row without a label.
[[nodiscard]] NamedData read_data_set(config::Section& section);

// The data set as two files: X.npy, rows x features in float64, and y.npy in int64.
[[nodiscard]] run::Export exported(const NamedData& data);

// A .npy file. Its summary, which users read, has the shape and the digest of the numbers alone,
// like hashlib.sha256(X.tobytes()).
[[nodiscard]] run::ExportedFile npy_file(std::string name, const io::Array& array,
                                         io::NumberType type);

}  // namespace maxtrick::inputs
