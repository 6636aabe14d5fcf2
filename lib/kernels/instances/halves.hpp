// The kernels of `accurate` for logits and results of 16 bits.
#pragma once

#include "kernels/instances/rows.hpp"
#ifdef MAXTRICK_HALVES_HEADER
#include MAXTRICK_HALVES_HEADER
#endif
#include "kernels/stored.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {

// S is the type of the logits and results.
template <class S, template <class, class> class Short, template <class, class> class Long>
inline constexpr Kernel<S> accurate_rows =
    run_rows<Stored<Vector, Halves, S>, AccurateTerms, Short, Long>;

}  // namespace maxtrick::kernels::MAXTRICK_VECTOR
