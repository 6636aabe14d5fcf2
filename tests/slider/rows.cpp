// Writes random and special rows with the native results of the slider's functions, which
// slider_test compares with those in WebAssembly. The file has a line with the names of the
// variants, followed by doubles:
//   precision, classes, logits; softmax, then log-softmax: exact, nearest;
//   of each variant: results, outcome, error in ULP, sum - 1
//   slider_rows FILE
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <vector>

#include "../random_rows.hpp"
#include "slider/slider.hpp"

namespace {

using maxtrick::numerics::Random;
using Row = std::vector<double>;

constexpr double inf = INFINITY, tolerance_ulp = 8;

// Rows at the thresholds of the three precisions, and rows with special values.
const std::vector<Row> special{{100, 0, 0, 0},
                               {88.72283, 88.72284, 0},
                               {-87.33654, -103.97, -104},
                               {1e4, 1e4},
                               {1e8, 1e8, 1e8},
                               {3e38, -3e38},
                               {3.4028234663852886e38, 1e38, -1},
                               {65504, 65520, 1},
                               {11.09, 11.1, -9.7, -16.6, -17.4},
                               {1, 2, 3, -inf},
                               {-inf, -inf, -inf},
                               {1, inf, 2},
                               {inf, NAN, 0},
                               {NAN, 1},
                               {1e-40, -1e-40, 0},
                               {0.0, -0.0},
                               {0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                               {17, 0},
                               {50, 0},
                               {90, 0},
                               {105, 0},
                               {700, 0},
                               {-1047, -981, 1891},
                               {3.5},
                               {-2, 0, 1},
                               {1, -1}};

class Output {
 public:
  explicit Output(const char* file) : out_(file, std::ios::binary) {}
  void names() {
    for (int i = 0; i < slider_variants(); ++i) out_ << slider_name(i) << ' ';
    // The doubles start at a multiple of 8 bytes.
    while ((static_cast<long>(out_.tellp()) + 1) % 8 != 0) out_ << ' ';
    out_ << '\n';
  }
  void row(int precision, const Row& logits) {
    const int n = static_cast<int>(logits.size());
    put({static_cast<double>(precision), static_cast<double>(n)});
    put(logits);
    Row first(logits.size()), second(logits.size());
    for (const int is_softmax : {1, 0}) {
      slider_exact(is_softmax, precision, logits.data(), n, first.data(), second.data());
      put(first);
      put(second);
    }
    for (int i = 0; i < slider_variants(); ++i) {
      double measures[2];
      slider_compute(i, precision, logits.data(), n, first.data());
      const int outcome = slider_judge(i, precision, logits.data(), n, first.data(), tolerance_ulp,
                                       static_cast<double*>(measures));
      put(first);
      put({static_cast<double>(outcome), measures[0], measures[1]});
    }
  }
  bool flush() { return bool(out_.flush()); }

 private:
  void put(const Row& numbers) {
    out_.write(reinterpret_cast<const char*>(numbers.data()),
               static_cast<std::streamsize>(numbers.size() * sizeof(double)));
  }
  std::ofstream out_;
};

}  // namespace

int main(int arguments, char** argument) {
  if (arguments != 2) return 2;
  Output output(argument[1]);
  output.names();
  Random random(20);
  for (int precision = 0; slider_precision(precision) != nullptr; ++precision) {
    for (const Row& row : special) output.row(precision, row);
    // Rows within the range of the claims, beyond every overflow threshold, and near 0.
    for (const double limit : {40.0, 200.0, 2.0})
      for (std::size_t i = 0; i < 1000; ++i)
        output.row(precision, maxtrick::tests::random_row<double>(random, i, limit, 10));
  }
  if (output.flush()) return 0;
  std::cerr << "slider_rows: " << argument[1] << " could not be written\n";
  return 6;
}
