// lib/kernels/scalar.cpp for the page: of the same algorithms the two ops that it shows, for rows
// as short as its are. All ops and long rows would be ten times the bytes. What is left out is
// null, and a call of it a trap: slider.cpp offers no log-sum-exp.
#include "kernels/short_rows.hpp"
#include "kernels/vector_scalar.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels {

using scalar::Vector;

const Implementation scalar_implementation = {
    {{short_rows<Vector, FastTerms, SoftmaxGroup>, short_rows<Vector, FastTerms, LogSoftmaxGroup>},
     {short_rows<Vector, AccurateTerms, SoftmaxGroup>,
      short_rows<Vector, AccurateTerms, LogSoftmaxGroup>}},
    {}};

}  // namespace maxtrick::kernels
