#include "worst/search.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "numerics/error.hpp"
#include "numerics/random.hpp"
#include "worst/kinds.hpp"

namespace maxtrick::worst {
namespace {

using numerics::Random;

// Rows that the variant computes in one call.
constexpr std::size_t batch = 16;
// A climb ends after this many batches without a larger error.
constexpr int patience = 6;

class Search {
 public:
  Search(const Problem& problem, std::uint64_t seed)
      : problem_(problem),
        largest_(bound_of(*problem.variant, problem.dtype).largest_logit),
        random_(seed) {
    found_.seed = seed;
  }

  Found run() {
    while (found_.rows < problem_.rows && std::isfinite(found_.error)) {
      const bool anew = found_.error < 0 || random_.below(2) == 0;
      Found best = found_;
      if (anew) {
        const Kind& kind = kinds()[random_.below(kinds().size())];
        best = {};
        best.rows_of = kind.name;
        take_best(best, [&] { return drawn(kind); });
      }
      for (int idle = 0; idle < patience && found_.rows < problem_.rows; ++idle)
        if (take_best(best, [&, from = best.input] { return moved(from); })) idle = -1;
      if (best.error > found_.error) {
        found_.error = best.error;
        found_.input = best.input;
        found_.rows_of = best.rows_of;
      }
    }
    found_.error =
        errors(*problem_.variant, problem_.dtype, {found_.input}, oracle::Stages::mpfr_only)[0];
    return found_;
  }

 private:
  // Judges a batch of rows, and keeps the worst if it is worse than `best`.
  template <class Make>
  bool take_best(Found& best, Make make) {
    std::vector<Input> inputs;
    for (std::size_t i = 0; i < batch; ++i) inputs.push_back(make());
    found_.rows += batch;
    const auto all = errors(*problem_.variant, problem_.dtype, inputs, oracle::Stages::pairs_first);
    const auto worst = std::max_element(all.begin(), all.end());
    if (*worst <= best.error) return false;
    best.error = *worst;
    best.input = inputs[static_cast<std::size_t>(worst - all.begin())];
    return true;
  }

  // The nearest number of the type in the domain of the claim.
  double rounded(double x) const {
    x = std::clamp(x, -largest_, largest_);
    return ops::with_storage(problem_.dtype, [x]<class S>(std::type_identity<S>) {
      return static_cast<double>(static_cast<S>(x));
    });
  }
  double ulp_of(double x) const {
    return ops::with_storage(problem_.dtype,
                             [x]<class S>(std::type_identity<S>) { return numerics::ulp<S>(x); });
  }

  Input drawn(const Kind& kind) {
    Input input{std::vector<double>(problem_.classes)};
    kind.fill(random_, input.logits);
    std::swap(input.logits[0], input.logits[random_.below(problem_.classes)]);
    for (double& x : input.logits) x = rounded(x);
    if (ops::takes_targets(problem_.variant->op)) input.target = random_.below(problem_.classes);
    return input;
  }

  // By up to 2^8 ULP, or by a step of up to about 1.
  double step(double x) {
    if (random_.below(2) == 0) {
      const double most = std::ldexp(1, static_cast<int>(random_.below(9)));
      return ulp_of(x) * std::ceil(most * random_.uniform(-1, 1));
    }
    const double size = std::ldexp(1, -static_cast<int>(random_.below(16)));
    return size * random_.normal();
  }

  Input moved(Input input) {
    auto& x = input.logits;
    const std::size_t at = random_.below(x.size());
    switch (random_.below(8)) {
      case 0: {  // all by the same step
        const double by = step(x[at]);
        for (double& each : x) each += by;
        break;
      }
      case 1:  // each by a step of its own
        for (double& each : x) each += step(each);
        break;
      case 2:  // two become equal
        x[at] = x[random_.below(x.size())];
        break;
      case 3:  // two by a step
        x[at] += step(x[at]);
        [[fallthrough]];
      default: {
        const std::size_t other = random_.below(x.size());
        x[other] += step(x[other]);
      }
    }
    for (double& each : x) each = rounded(each);
    if (ops::takes_targets(problem_.variant->op) && random_.below(16) == 0)
      input.target = random_.below(x.size());
    return input;
  }

  const Problem& problem_;
  double largest_;
  Random random_;
  Found found_;
};

}  // namespace

Found search(const Problem& problem, std::uint64_t seed) { return Search(problem, seed).run(); }

}  // namespace maxtrick::worst
