// Replays rows of a fixed seed and compares the bits of `accurate` and `correct` with digests that were recorded on x86:
//   replay DIGESTS [ISA...]    compares the instruction sets, each of which must be available; without ISA,
//                              those that are
//   replay --record            prints the digests of the scalar kernels
// `fast`, whose bits are not promised, is compared with `accurate`. Results of 16 bits are compared with those of
// float32, rounded to 16 bits. The program needs only the library of the
// kernels and the standard library, so that it also runs where nothing else is installed.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

#include "guarded.hpp"
#include "kernels/kernels.hpp"
#include "rows.hpp"

namespace maxtrick::replay {
namespace {

using kernels::Algorithm;
using kernels::Isa;
using kernels::Method;
using kernels::Strided;

constexpr std::string_view ops[] = {"softmax", "log_softmax",   "log_sum_exp",
                                    "log_sum", "cross_entropy", "cross_entropy_gradient"};
enum Op { softmax, log_softmax, log_sum_exp, log_sum, cross_entropy, cross_entropy_gradient };

// Groups of sixteen rows and what remains of them, rows of up to four classes in registers, tails of every
// size, and rows whose exponentials are kept (up to 2048 classes), kept in the results, or recomputed.
constexpr std::size_t lengths[] = {1,   2,   3,    4,    5,    8,    15,    16,
                                   17,  31,  32,   33,   64,   100,  160,   161,
                                   176, 300, 1000, 2047, 2048, 2049, 33000, 70000};

std::size_t rows_of(std::size_t classes) {
  return classes > 2100 ? 1 : classes > 160 ? 5 : classes > 4 ? 37 : 149;
}

// The algorithms whose bits are promised.
constexpr Algorithm promised[] = {Algorithm::accurate, Algorithm::correct};

// How the rows lie in memory.
struct Layout {
  const char* name;
  bool in_place;
  std::size_t gap;  // floats between two rows
  bool transposed;  // the classes are apart, the rows are adjacent
  unsigned threads;
};
constexpr Layout layouts[] = {{"dense", false, 0, false, 1},
                              {"in place", true, 0, false, 1},
                              {"in place, with gaps between the rows", true, 3, false, 1},
                              {"with gaps between the rows", false, 1, false, 1},
                              {"transposed", false, 0, true, 1},
                              {"with three threads", false, 0, false, 3}};

// The results of an op for each class and for each row.
template <class T>
struct Results {
  std::vector<T> of_classes, of_rows;
  std::vector<double> above;
};

template <class T>
Results<T> compute(Op op, Method method, const Matrix& m, const Layout& layout) {
  const std::size_t n = m.classes, row_stride = layout.transposed ? 1 : n + layout.gap,
                    class_stride = layout.transposed ? m.rows : 1,
                    size = (m.rows - 1) * row_stride + (n - 1) * class_stride + 1;
  method.threads = layout.threads;
  const T untouched(7);
  Guarded<T> logits(size), results(size), of_rows(m.rows);
  Guarded<double> above(m.rows);
  Guarded<std::int32_t> targets(m.targets);
  std::vector<bool> used(size);
  for (T& x : logits.all()) x = untouched;
  for (T& y : results.all()) y = untouched;
  for (std::size_t r = 0; r < m.rows; ++r)
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t at = r * row_stride + i * class_stride;
      logits.data()[at] = T(m.logits[r * n + i]);
      used[at] = true;
    }
  const Strided<const T> x(logits.data(), m.rows, n, row_stride, class_stride);
  Guarded<T>& written = layout.in_place ? logits : results;
  const Strided<T> y(written.data(), m.rows, n, row_stride, class_stride);
  Results<T> found;
  switch (op) {
    case softmax: kernels::softmax<T>(method, x, y); break;
    case log_softmax: kernels::log_softmax<T>(method, x, y); break;
    case log_sum_exp: kernels::log_sum_exp<T>(method, x, of_rows.all()); break;
    case log_sum:
      kernels::log_sum<T>(method, x, of_rows.all(), above.all());
      found.above.assign(above.all().begin(), above.all().end());
      break;
    case cross_entropy: kernels::cross_entropy<T>(method, x, targets.all(), of_rows.all()); break;
    case cross_entropy_gradient:
      kernels::cross_entropy_gradient<T>(method, x, targets.all(), 0.25F, of_rows.all(), y);
      break;
  }
  if (op == softmax || op == log_softmax || op == cross_entropy_gradient) {
    for (std::size_t at = 0; at < size; ++at)
      if (!used[at] && written.data()[at] != untouched)
        throw std::runtime_error("a number between the rows has changed");
    for (std::size_t r = 0; r < m.rows; ++r)
      for (std::size_t i = 0; i < n; ++i)
        found.of_classes.push_back(written.data()[r * row_stride + i * class_stride]);
  }
  if (op != softmax && op != log_softmax)
    found.of_rows.assign(of_rows.all().begin(), of_rows.all().end());
  return found;
}

// FNV-1a of the bytes (little endian), folded to 32 bits.
class Digest {
 public:
  template <class T>
  void add(const std::vector<T>& values) {
    for (const T value : values) {
      unsigned char bytes[sizeof(T)];
      std::memcpy(bytes, &value, sizeof(T));
      for (const unsigned char byte : bytes) hash_ = (hash_ ^ byte) * 0x100000001b3;
    }
  }
  [[nodiscard]] std::string text() const {
    char text[9];
    std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(hash_ ^ (hash_ >> 32)));
    return text;
  }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

std::string digest(const Results<float>& results) {
  Digest digest;
  digest.add(results.of_classes);
  digest.add(results.of_rows);
  digest.add(results.above);
  return digest.text();
}

// The distance of a result of `fast` from that of `accurate`, in ULP of the latter. Infinite if only one of
// them is NaN.
double distance(float fast, float accurate) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (std::isnan(accurate) && std::isnan(fast)) return 0;
  if (fast == accurate) return 0;
  if (!std::isfinite(accurate) || !std::isfinite(fast)) return infinity;
  const float size = std::fabs(accurate);
  return std::fabs(double{fast} - double{accurate}) /
         (double{std::nextafter(size, infinity)} - size);
}

// The largest distance. Log-sum-exp and its parts are left out: `fast` claims no relative error where they
// cancel.
double distance(const Results<float>& fast, const Results<float>& accurate) {
  double largest = 0;
  for (std::size_t i = 0; i < accurate.of_classes.size(); ++i)
    largest = std::max(largest, distance(fast.of_classes[i], accurate.of_classes[i]));
  for (std::size_t i = 0; i < accurate.of_rows.size(); ++i)
    largest = std::max(largest, distance(fast.of_rows[i], accurate.of_rows[i]));
  return largest;
}

// The digests of one op and length, one for each kind of rows. This is a line of the file.
std::string recorded(Op op, Algorithm algorithm, std::size_t classes, Isa isa) {
  std::string line =
      std::string(ops[op]) + ' ' + std::string(name(algorithm)) + ' ' + std::to_string(classes);
  for (std::size_t kind = 0; kind < std::size(kinds); ++kind)
    line += ' ' + digest(compute<float>(op, {algorithm, isa},
                                        matrix(rows_of(classes), classes, kind), layouts[0]));
  return line;
}

std::string header() {
  std::string line = "op algorithm classes";
  for (const std::string_view kind : kinds) (line += ' ') += kind;
  return line;
}

void record() {
  std::printf("%s\n", header().c_str());
  for (std::size_t op = 0; op < std::size(ops); ++op)
    for (const Algorithm algorithm : promised)
      for (const std::size_t classes : lengths)
        std::printf("%s\n", recorded(static_cast<Op>(op), algorithm, classes, Isa::scalar).c_str());
}

// Throws std::runtime_error unless the results of type T are those of float32, rounded to T, where -0 becomes +0.
template <class T>
void check_stored(Op op, Method method, Matrix m, const char* type) {
  for (float& x : m.logits) x = static_cast<float>(double{T(x)});
  const Results<float> wide = compute<float>(op, method, m, layouts[0]);
  const auto same = [](const std::vector<T>& stored, const std::vector<float>& due) {
    return std::ranges::equal(stored, due, [](T y, float x) {
      return y.bits() == (std::isnan(x) ? T::nan_bits : (T(x) + T(0)).bits());
    });
  };
  for (const Layout* layout : {&layouts[0], &layouts[2]}) {
    const Results<T> stored = compute<T>(op, method, m, *layout);
    if (!same(stored.of_classes, wide.of_classes) || !same(stored.of_rows, wide.of_rows))
      throw std::runtime_error(std::string(type) + ", " + layout->name +
                               ": other bits than those of float32, rounded");
  }
}

// Throws std::runtime_error, which names what differs first.
void replay_case(Op op, Method method, const Matrix& m, const std::string& due) {
  const Results<float> dense = compute<float>(op, method, m, layouts[0]);
  if (const std::string got = digest(dense); got != due)
    throw std::runtime_error("expected the digest " + due + ", got " + got);
  for (const Layout& layout : layouts)
    if (digest(compute<float>(op, method, m, layout)) != due)
      throw std::runtime_error(std::string(layout.name) + ": other bits than dense");
  if (method.algorithm != Algorithm::accurate) return;
  check_stored<kernels::Float16>(op, method, m, "float16");
  check_stored<kernels::BFloat16>(op, method, m, "bfloat16");
  if (op == log_sum_exp || op == log_sum) return;
  const double ulp =
      distance(compute<float>(op, {Algorithm::fast, method.isa}, m, layouts[0]), dense);
  if (!(ulp <= kernels::max_ulp(Algorithm::fast)))
    throw std::runtime_error("fast: " + std::to_string(ulp) + " ULP from accurate");
}

std::vector<std::pair<Algorithm, std::size_t>> algorithms_and_lengths() {
  std::vector<std::pair<Algorithm, std::size_t>> all;
  for (const Algorithm algorithm : promised)
    for (const std::size_t classes : lengths) all.emplace_back(algorithm, classes);
  return all;
}

int replay(std::istream& digests, Isa isa) {
  std::string line, op_name, algorithm_name;
  std::getline(digests, line);
  if (line != header())
    throw std::runtime_error("the file has other kinds of rows: record it again");
  int count = 0;
  for (std::size_t op = 0; op < std::size(ops); ++op)
    for (const auto& [algorithm, classes] : algorithms_and_lengths()) {
      std::getline(digests, line);
      std::istringstream words(line);
      std::size_t recorded_classes = 0;
      words >> op_name >> algorithm_name >> recorded_classes;
      if (op_name != ops[op] || algorithm_name != name(algorithm) || recorded_classes != classes)
        throw std::runtime_error("the file has no line of " + std::string(ops[op]) + " with " +
                                 std::to_string(classes) + " classes there: record it again");
      for (std::size_t kind = 0; kind < std::size(kinds); ++kind, ++count) {
        std::string due;
        words >> due;
        try {
          replay_case(static_cast<Op>(op), {algorithm, isa},
                      matrix(rows_of(classes), classes, kind), due);
        } catch (const std::runtime_error& error) {
          throw std::runtime_error(std::string(name(isa)) + ", " + op_name + ", " + algorithm_name +
                                   ", " + std::to_string(classes) + " classes, " +
                                   std::string(kinds[kind]) + " rows, " + error.what());
        }
      }
    }
  return count;
}

// The instruction sets of these names; all if there are none.
std::vector<Isa> isas_of(std::span<char*> names) {
  if (names.empty()) return {std::begin(kernels::all_isas), std::end(kernels::all_isas)};
  std::vector<Isa> isas;
  for (const std::string_view wanted : names) {
    const auto* const found =
        std::ranges::find(kernels::all_isas, wanted, [](Isa isa) { return name(isa); });
    if (found == std::end(kernels::all_isas))
      throw std::runtime_error(std::string(wanted) + ": no instruction set has this name");
    isas.push_back(*found);
  }
  return isas;
}

int run(std::span<char*> arguments) {
  if (arguments.size() == 1 && std::string_view(arguments[0]) == "--record") {
    record();
    return 0;
  }
  if (arguments.empty())
    throw std::runtime_error("usage: replay DIGESTS [ISA...], or replay --record");
  const std::span<char*> names = arguments.subspan(1);
  for (const Isa isa : isas_of(names)) {
    if (const auto why = why_unavailable(isa); !why.empty()) {
      const std::string text = std::string(name(isa)) + ": " + std::string(why);
      if (!names.empty()) throw std::runtime_error(text);
      std::printf("skipped: %s\n", text.c_str());
      continue;
    }
    std::ifstream digests(arguments[0]);
    if (!digests) throw std::runtime_error(std::string(arguments[0]) + ": cannot be read");
    const int count = replay(digests, isa);
    std::printf("%s: %d cases have the recorded bits\n", std::string(name(isa)).c_str(), count);
  }
  return 0;
}

}  // namespace
}  // namespace maxtrick::replay

int main(int count, char** arguments) {
  try {
    return maxtrick::replay::run({arguments + 1, arguments + count});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replay: %s\n", error.what());
    return 1;
  }
}
