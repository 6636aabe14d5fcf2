// Cross-entropy of probabilities that are clipped to [eps, 1 - eps].
#include "variants/row_loss.hpp"

namespace maxtrick::variants {
namespace {

// Keras has two formulas.
// - Sparse labels: c = clip(p), then the softmax cross-entropy of log c, which subtracts the
//   maximum.
// - One-hot labels: q = p / sum p, then -sum t log clip(q).
// The derivative of the clip is 0 outside its range.
template <class T>
T sparse(std::span<const T> p, Target<T> t, T low, T high, std::span<T> g) {
  T m = log(clip(p[0], low, high));
  for (std::size_t k = 0; k < p.size(); ++k) {
    g[k] = log(clip(p[k], low, high));
    if (g[k] > m) m = g[k];
  }
  T loss = 0, weight = 0;
  t.each([&](std::size_t c, T w) { loss = m - g[c], weight = w; });
  T s = 0;
  for (T& gk : g) s += gk = exp(gk - m);
  loss = (loss + log(s)) * weight;
  for (std::size_t k = 0; k < p.size(); ++k) {
    const bool outside = p[k] < low || p[k] > high;
    g[k] = outside ? T(0) : (g[k] / s * weight - t.weight(k)) / p[k];
  }
  return loss;
}

template <class T>
T one_hot(std::span<const T> p, Target<T> t, T low, T high, std::span<T> g) {
  T sum = 0, loss = 0, product = 0;
  for (const T pk : p) sum += pk;
  for (std::size_t k = 0; k < p.size(); ++k) {
    const T q = p[k] / sum, c = clip(q, low, high), weight = t.weight(k);
    loss -= weight * log(c);
    g[k] = q < low || q > high ? T(0) : -(weight / c);
    product += g[k] * q;
  }
  for (T& gk : g) gk = (gk - product) / sum;
  return loss;
}

const RegisterFormulation registered{row_loss(
    {.name = "clip",
     .summary = "sparse: softmax cross-entropy of log clip(p); one-hot: -log clip(p_t / sum p)",
     .source = "Keras 2 on probabilities",
     .place = 3,
     .input = LossInput::probabilities,
     .guard = 1e-07},
    []<class T>(std::span<const T> p, Target<T> t, T eps, std::span<T> g) -> T {
      const T low = eps, high = T(1) - eps;
      return t.sparse() ? sparse(p, t, low, high, g) : one_hot(p, t, low, high, g);
    })};

}  // namespace
}  // namespace maxtrick::variants
