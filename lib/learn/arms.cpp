// The arms, one function of a row each, written once for all types.
//
// t is the target, p a row of probabilities, z one of logits, v the row that is given; g takes the
// derivative by v. Those of probabilities are as a user writes them, literally: nothing is guarded
// that the formula does not guard, so that 0 * log 0 is NaN. In those of logits a class of weight 0
// takes no part, or a masked one (-inf) would make NaN (optax PR#898).
#include <cmath>

#include "learn/loss.hpp"

namespace maxtrick::learn {
namespace {

using numerics::Rows;
using std::exp;
using std::log;
using std::log1p;

template <class T>
T clip(T x, T low, T high) {
  return x < low ? low : x > high ? high : x;  // NaN stays
}

// sum_c t_c (m - z_c), and in g_k = e^(z_k - m) with sum s, m the maximum: what the fused arms
// share.
template <class T>
struct Shifted {
  T m, s = 0;

  Shifted(std::span<const T> z, std::span<T> g) : m(z[0]) {
    for (const T zk : z)
      if (zk > m) m = zk;
    for (std::size_t k = 0; k < z.size(); ++k) s += g[k] = exp(z[k] - m);
  }
};

// softmax - t in place of e^(z - m).
template <class T>
void difference(const Shifted<T>& shifted, Target<T> t, std::span<T> g) {
  for (T& gk : g) gk /= shifted.s;
  t.each([&](std::size_t c, T weight) { g[c] -= weight; });
}

struct LogOfSoftmax {
  template <class T>
  static T row(std::span<const T> p, Target<T> t, T, std::span<T> g) {
    T loss = 0;
    for (T& gk : g) gk = 0;
    t.each([&](std::size_t c, T weight) {
      loss -= weight * log(p[c]);
      g[c] = -(weight / p[c]);
    });
    return loss;
  }
};

struct Eps {
  template <class T>
  static T row(std::span<const T> p, Target<T> t, T eps, std::span<T> g) {
    T loss = 0;
    for (T& gk : g) gk = 0;
    t.each([&](std::size_t c, T weight) {
      loss -= weight * log(p[c] + eps);
      g[c] = -(weight / (p[c] + eps));
    });
    return loss;
  }
};

// Keras has two formulas. Sparse: c = clip(p), then softmax cross-entropy of log c, which subtracts
// the maximum. One-hot: q = p / sum p, then -sum t log clip(q). The derivative of the clip is 0
// outside its range.
struct Clip {
  template <class T>
  static T row(std::span<const T> p, Target<T> t, T eps, std::span<T> g) {
    const T low = eps, high = T(1) - eps;
    return t.sparse() ? sparse(p, t, low, high, g) : one_hot(p, t, low, high, g);
  }

 private:
  template <class T>
  static T sparse(std::span<const T> p, Target<T> t, T low, T high, std::span<T> g) {
    T m = log(clip(p[0], low, high));
    for (std::size_t k = 0; k < p.size(); ++k) {
      g[k] = log(clip(p[k], low, high));
      if (g[k] > m) m = g[k];
    }
    T loss = 0;
    t.each([&](std::size_t c, T) { loss = m - g[c]; });
    T s = 0;
    for (T& gk : g) s += gk = exp(gk - m);
    loss += log(s);
    for (std::size_t k = 0; k < p.size(); ++k) {
      const bool outside = p[k] < low || p[k] > high;
      g[k] = outside ? T(0) : (g[k] / s - t.weight(k)) / p[k];
    }
    return loss;
  }

  template <class T>
  static T one_hot(std::span<const T> p, Target<T> t, T low, T high, std::span<T> g) {
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
};

struct Fused {
  template <class T>
  static T row(std::span<const T> z, Target<T> t, T, std::span<T> g) {
    const Shifted<T> shifted(z, g);
    const T log_s = log(shifted.s);
    T loss = 0;
    t.each([&](std::size_t c, T weight) {
      if (weight != T(0)) loss += weight * ((shifted.m - z[c]) + log_s);
    });
    difference(shifted, t, g);
    return loss;
  }
};

struct FusedLse {
  template <class T>
  static T row(std::span<const T> z, Target<T> t, T, std::span<T> g) {
    const Shifted<T> shifted(z, g);
    const T lse = shifted.m + log(shifted.s);
    T loss = 0;
    t.each([&](std::size_t c, T weight) {
      if (weight != T(0)) loss += weight * (lse - z[c]);
    });
    difference(shifted, t, g);
    return loss;
  }
};

// Near 0 the loss of the leader is log1p of the others' sum, and its p - 1 is minus theirs: neither
// cancels.
struct FusedLog1p {
  template <class T>
  static T row(std::span<const T> z, Target<T> t, T, std::span<T> g) {
    const Shifted<T> shifted(z, g);
    T rest = 0;
    bool left_out = false;
    for (std::size_t k = 0; k < z.size(); ++k) {
      if (z[k] == shifted.m && !left_out)
        left_out = true;
      else
        rest += g[k];
    }
    const T log_s = log1p(rest);
    T loss = 0;
    t.each([&](std::size_t c, T weight) {
      if (weight != T(0)) loss += weight * ((shifted.m - z[c]) + log_s);
    });
    for (T& gk : g) gk /= shifted.s;
    t.each([&](std::size_t c, T weight) { g[c] = weight == T(1) ? -others(g, c) : g[c] - weight; });
    return loss;
  }

 private:
  template <class T>
  static T others(std::span<T> p, std::size_t c) {
    T sum = 0;
    for (std::size_t k = 0; k < p.size(); ++k)
      if (k != c) sum += p[k];
    return sum;
  }
};

struct Bce {
  template <class T>
  static T row(std::span<const T> p, Target<T> t, T, std::span<T> g) {
    const T y = t.label(), q = T(1) - p[0];
    g[0] = (T(1) - y) / q - y / p[0];
    return -(y * log(p[0]) + (T(1) - y) * log(q));
  }
};

// Keras clips, and then adds the same epsilon within the logarithms.
struct BceClip {
  template <class T>
  static T row(std::span<const T> p, Target<T> t, T eps, std::span<T> g) {
    const T low = eps, high = T(1) - eps, y = t.label();
    const T c = clip(p[0], low, high);
    const T yes = c + eps, no = (T(1) - c) + eps;
    g[0] = p[0] < low || p[0] > high ? T(0) : (T(1) - y) / no - y / yes;
    return -(y * log(yes) + (T(1) - y) * log(no));
  }
};

struct BceFused {
  template <class T>
  static T row(std::span<const T> z, Target<T> t, T, std::span<T> g) {
    const T x = z[0], y = t.label();
    const T e = exp(x < T(0) ? x : -x);
    const T large = T(1) / (T(1) + e), small = e / (T(1) + e);
    const T p = x < T(0) ? small : large, q = x < T(0) ? large : small;
    g[0] = y == T(1) ? -q : p - y;
    return ((x > T(0) ? x : T(0)) - x * y) + log1p(e);
  }
};

template <class RowLoss, class T>
void by_rows(Rows<const T> v, const Targets<T>& targets, T guard, std::span<T> losses,
             Rows<T> derivative) {
  for (std::size_t i = 0; i < v.rows; ++i)
    losses[i] = RowLoss::template row<T>(v.row(i), targets[i], guard, derivative.row(i));
}

template <class RowLoss>
Arm arm(std::string name, std::string summary, std::string source, Input input, double guard = 0) {
  using numerics::BFloat16, numerics::Float16;
  return {std::move(name),
          std::move(summary),
          std::move(source),
          input,
          guard,
          by_rows<RowLoss, float>,
          by_rows<RowLoss, double>,
          by_rows<RowLoss, Float16>,
          by_rows<RowLoss, BFloat16>};
}

}  // namespace

const std::vector<Arm>& arms() {
  static const std::vector<Arm> all{
      arm<LogOfSoftmax>("log_of_softmax", "-log p_t", "course lab (L2)", Input::probabilities),
      arm<Eps>("eps", "-log(p_t + eps)", "tensorflow#12002; the epsilon of keras#377",
               Input::probabilities, 1e-9),
      arm<Clip>("clip",
                "sparse: softmax cross-entropy of log clip(p); one-hot: -log clip(p_t / sum p)",
                "Keras 2 on probabilities", Input::probabilities, 1e-7),
      arm<Fused>("fused", "(max - z_t) + log sum e^(z - max)", "course lab (L6)", Input::logits),
      arm<FusedLse>("fused_lse", "(max + log sum e^(z - max)) - z_t", "pytorch#11752",
                    Input::logits),
      arm<FusedLog1p>("fused_log1p",
                      "(max - z_t) + log1p of the sum without the maximum; p_t - 1 as minus the "
                      "others",
                      "pytorch#113708; Blanchard, Higham & Higham 2021", Input::logits),
      arm<Bce>("bce", "-t log p - (1 - t) log(1 - p), p the sigmoid", "tutorial (R4)",
               Input::sigmoid),
      arm<BceClip>("bce_clip", "the same of clip(p), + eps within the logarithms",
                   "Keras 2 on probabilities", Input::sigmoid, 1e-7),
      arm<BceFused>("bce_fused", "max(z, 0) - z t + log1p(e^-|z|)", "study notes (L11)",
                    Input::logit),
  };
  return all;
}

const Arm* find_arm(std::string_view name) {
  for (const Arm& arm : arms())
    if (arm.name == name) return &arm;
  return nullptr;
}

}  // namespace maxtrick::learn
