// The algorithm `accurate` in float64, for rows of any number of classes. Its results are within 1
// ULP of float64 (results.hpp has the proof), with the same bits from every instruction set.
//
// It is the algorithm of the kernels for float32 with 53 bits instead of 24, and simpler: one row or
// one group of rows after the other, without passes that share a loop. It computes in
// V::Doubles, and sums and quotients are pairs of doubles.
#pragma once

#include "kernels/float64/long_rows.hpp"
#include "kernels/float64/short_rows.hpp"

namespace maxtrick::kernels::float64 {

template <class V, Task task>
void rows(const StoredWork<double>& work) {
  work.classes <= short_classes ? short_rows<V, task>(work) : long_rows<V, task>(work);
}

}  // namespace maxtrick::kernels::float64
