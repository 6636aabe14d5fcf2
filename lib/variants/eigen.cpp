// Softmax and log-softmax as a user of Eigen writes them: array expressions, row by row, on the
// calling thread.
//
// This file is compiled like the rest of the project, for the x86-64 baseline. Eigen chooses its
// vector width at compile time, so it uses SSE2 here. With -march=native it would use wider
// vectors.
//
// Eigen has its own vectorised exp. It clamps its argument, so its result is never below e^-88.7
// (float32) or e^-709.8 (float64). A class far below the maximum, or one masked by -inf, therefore
// keeps a probability of up to 3e-39 or 6e-309. The last few classes of a row, which do not fill a
// vector, are computed by another exp; there such a class becomes 0. A vectorised sum starts at an
// aligned address, so the last bits depend on where a row begins.
#include "ops/log_softmax.hpp"
#include "ops/softmax.hpp"
#include "variants/of_rows.hpp"
#include "variants/peer.hpp"

#ifdef MAXTRICK_EIGEN
#include <Eigen/Core>
#endif

namespace maxtrick::variants {
namespace {

using ops::Claim;
using ops::Op;
using ops::Register;
using ops::Variant;

#ifdef MAXTRICK_EIGEN

using numerics::Rows;

template <class T>
using Array = Eigen::Array<T, Eigen::Dynamic, 1>;

// Calls row(x, y) for each pair of rows, as Eigen arrays.
template <class T, class RowFunction>
void by_rows(Rows<const T> logits, Rows<T> result, RowFunction row) {
  const auto n = static_cast<Eigen::Index>(logits.columns);
  for (std::size_t i = 0; i < logits.rows; ++i) {
    const Eigen::Map<const Array<T>> x(logits.row(i).data(), n);
    Eigen::Map<Array<T>> y(result.row(i).data(), n);
    row(x, y);
  }
}

template <class T>
void softmax(Rows<const T> logits, Rows<T> result) {
  by_rows(logits, result, [](const auto& x, auto& y) {
    y = (x - x.maxCoeff()).exp();
    y /= y.sum();
  });
}

template <class T>
void log_softmax(Rows<const T> logits, Rows<T> result) {
  by_rows(logits, result, [](const auto& x, auto& y) {
    y = x - x.maxCoeff();
    y -= std::log(y.exp().sum());
  });
}

std::string library() {
  return "Eigen " + std::to_string(EIGEN_WORLD_VERSION) + '.' +
         std::to_string(EIGEN_MAJOR_VERSION) + '.' + std::to_string(EIGEN_MINOR_VERSION) +
         ", built for " + Eigen::SimdInstructionSetsInUse();
}

std::string why_unavailable() { return {}; }

#else

template <class T>
constexpr auto softmax = not_built<T>;
template <class T>
constexpr auto log_softmax = not_built<T>;
std::string library() { return {}; }
std::string why_unavailable() { return built_without("Eigen", "libeigen3-dev"); }

#endif

// Eigen documents no error bound for these expressions. Our claims are twice the worst error that
// we found. The witnesses of log-softmax are the worst rows of at most 12 classes. On longer rows,
// where the error of the sum matters, the worst errors found were 4.3 ULP (float32) and 8.5 ULP
// (float64).
Variant entry(Op op, std::string summary, std::string special_values, Claim float32_claim,
              Claim float64_claim, RowsFunction<float> float32, RowsFunction<double> float64) {
  return {.op = op,
          .algorithm = "eigen",
          .summary = std::move(summary),
          .source = "Eigen",
          .special_values = std::move(special_values),
          .float32_claim = std::move(float32_claim),
          .float64_claim = std::move(float64_claim),
          .float32 = of_rows<float>(float32),
          .float64 = of_rows<double>(float64),
          .library = library(),
          .unavailable = why_unavailable(),
          .optional = true};
}

const Register softmax_variant{entry(
    ops::softmax, "y = (x - x.maxCoeff()).exp(); y /= y.sum()",
    "-inf gives up to 3e-39 in float32, 6e-309 in float64 (as measured)",
    {.max_ulp = 144,
     .witness = {39.0247765, -13.4206409, 26.281065, 23.5966587, 24.3351555, 24.6567383,
                 -13.6746016, -33.7554169, 30.554039, 30.6840439, 25.4337673},
     .witness_ulp = 71.7},
    {.max_ulp = 138,
     .witness = {-3.1324223427336606, 39.163503788252626, 3.8289412783237822, 22.1379181717456,
                 -9.9406522973453644, 2.4267029796236099, 25.486756729854172, 15.261583889389186,
                 -3.5579817019183619, 27.691425874484477, -6.113233518617613, -32.232105221553873},
     .witness_ulp = 68.9},
    softmax<float>, softmax<double>)};
const Register log_softmax_variant{entry(
    ops::log_softmax, "y = x - x.maxCoeff(); y -= log(y.exp().sum())", {},
    {.max_ulp = 9,
     .floor = 1,
     .witness = {-0.303123415, 0.312066615, -0.163256347, 0.234130904, 0.442732155, 0.846405864,
                 -0.333774984, -0.10473159, -1.89695489, -1.90693355, -5.07089329},
     .witness_ulp = 3.7},
    {.max_ulp = 17,
     .floor = 1,
     .witness = {-0.10317780127169965, -0.12058505730067579, -7.0039263936261902,
                 -0.26928797378456931, 0.29828796889321851, -17.667004015345366,
                 -0.60221748261367514, -0.2549494921142304, -1.3833420837699328,
                 -6.1518934632470108, -22.643559827959741},
     .witness_ulp = 3.3},
    log_softmax<float>, log_softmax<double>)};

}  // namespace
}  // namespace maxtrick::variants
