// The gradient of cross-entropy in float32, rounded once, for results that must be the nearest float.
#pragma once

#include <cstddef>
#include <span>

namespace maxtrick::oracle {

// The float nearest to scale (y_i - [i = target]), where y is the softmax of the row. Logits are
// finite or -inf, and at least one is finite. MPFR computes it with 400 bits. Where exponentials are
// equal, products and sums are exact, so that ties are too.
[[nodiscard]] float nearest_gradient(std::span<const float> row, std::size_t i, std::size_t target,
                                     float scale);

}  // namespace maxtrick::oracle
