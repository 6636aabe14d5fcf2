// The stages of softmax (softmax_stages.hpp): the algorithm `accurate` and its tasks with operations
// left out. What is left out is no branch at run time. The loops of short_rows.hpp and long_rows.hpp,
// and what they load and store, are the same for all stages.
#pragma once

#include <cstddef>
#include <type_traits>

#include "kernels/long_rows.hpp"
#include "kernels/short_rows.hpp"
#include "kernels/stage.hpp"

namespace maxtrick::kernels {

// A sum that ignores its terms. It is 1.
template <class V>
struct NoSum {
  using Term = Pair<V>;
  [[gnu::always_inline]] void add(const Term&, const Term&, const Term&, const Term&) {}
  [[gnu::always_inline]] typename V::Doubles lanes() const { return V::all(1.0); }
};

// Before `exp`, a term is x (1 + 0). Before 1 / sum is known, a result is t (1 + p).
template <class V, Stage stage>
struct StageTerms : AccurateTerms<V> {
  using Floats = typename V::Floats;
  using Term = Pair<V>;
  using Sum = std::conditional_t<stage >= Stage::sum, AccurateSum<V>, NoSum<V>>;
  static constexpr Stage last = stage;

  template <bool Clamped>
  [[gnu::always_inline]] static Term term(const Exponentials<V, Clamped>& e, Floats x) {
    if constexpr (stage >= Stage::exp)
      return e(x);
    else
      return {x, V::all(0.0F)};
  }
  template <bool Clamped>
  [[gnu::always_inline]] static Term term_from(const Exponentials<V, Clamped>& e, Floats x,
                                               Floats p) {
    if constexpr (stage >= Stage::exp)
      return {e.power(x), p};
    else
      return {x, p};
  }
  [[gnu::always_inline]] static Floats times(const Term& e, const Factor<V>& k) {
    if constexpr (stage == Stage::reciprocal) return AccurateTerms<V>::times(e, k);
    const Floats y = fma(e.t, e.p, e.t);
    if constexpr (stage == Stage::division)
      return y / k.high;
    else
      return y;
  }
};

// Rows of few classes.
template <class V>
struct NoExtremes {
  using Floats = typename V::Floats;
  [[gnu::always_inline]] void see(Floats, Floats, std::size_t) {}
};

template <class V, class A>
struct StageGroup : SoftmaxGroup<V, A> {
  static constexpr bool has_maximum = A::last >= Stage::maximum;
  using Found = std::conditional_t<has_maximum, GroupExtremes<V>, NoExtremes<V>>;

  [[gnu::always_inline]] bool scanned(const Found& found) {
    if constexpr (has_maximum) return SoftmaxGroup<V, A>::scanned(found);
    this->m = this->origin_of_m = V::all(0.0F);
    return true;
  }
  [[gnu::always_inline]] void summed(const Work<V>& rows, typename V::Doubles sum) {
    if constexpr (A::last >= Stage::sum)
      V::store(rows.losses, V::narrow(sum));
    else
      V::store(rows.losses, this->m);
    if constexpr (A::last == Stage::reciprocal) return SoftmaxGroup<V, A>::summed(rows, sum);
    this->k.high = V::narrow(sum);
    this->k.low = V::all(0.0F);
    this->invalid = V::all(0.0F) < V::all(0.0F);
  }
  template <bool Clamped>
  [[gnu::always_inline]] auto results() const {
    return [factor = this->k](std::size_t, const typename A::Term& e)
        __attribute__((always_inline)) {
      const auto y = A::times(e, factor);
      if constexpr (A::last == Stage::reciprocal)
        return unscaled<V, Clamped>(y);
      else
        return y;
    };
  }
};

// Rows of many classes.
template <class V>
struct NoScan {
  using Storage = typename V::Storage;
  [[gnu::always_inline]] NoScan(const Storage*, std::size_t) {}
  [[gnu::always_inline]] static std::size_t ahead() { return 0; }
  [[gnu::always_inline]] void block(std::size_t) {}
  [[gnu::always_inline]] void rest(std::size_t) {}
};

template <class V, class A>
struct StageRows : Softmax<V, A> {
  static constexpr bool has_maximum = A::last >= Stage::maximum;
  using RowScan = std::conditional_t<has_maximum, Scan<V, 2>, NoScan<V>>;
  using Softmax<V, A>::Softmax;

  void scanned(std::size_t b, const RowScan& scan) {
    if constexpr (has_maximum) return Softmax<V, A>::scanned(b, scan);
    this->m[b] = this->a[b] = this->c[b] = 0;
    this->plain[b] = true;
  }
  void all_summed() {
    for (std::size_t b = 0; b < this->rows; ++b)
      this->work.losses[this->first + b] =
          A::last >= Stage::sum ? static_cast<float>(this->sums[b]) : this->m[b];
    if constexpr (A::last == Stage::reciprocal) return Softmax<V, A>::all_summed();
    for (std::size_t b = 0; b < this->rows; ++b) this->k[b] = this->sums[b];
  }
};

template <class V, Stage stage>
struct Staged {
  template <class W>
  using TermsOf = StageTerms<W, stage>;

  static void rows(const Work<V>& work) {
    work.classes <= short_classes ? short_rows<V, TermsOf, StageGroup>(work)
                                  : long_rows<V, StageRows<V, TermsOf<V>>>(work);
  }
};

}  // namespace maxtrick::kernels
