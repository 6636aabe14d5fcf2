// Runs a task on rows of any number of classes.
#pragma once

#include "kernels/column_rows.hpp"
#include "kernels/correct/correct.hpp"
#include "kernels/instances/instance.hpp"
#include "kernels/long_rows.hpp"
#include "kernels/short_rows.hpp"

namespace maxtrick::kernels {

template <class V, template <class> class Algorithm, template <class, class> class Short,
          template <class, class> class Long>
void run_rows(const Work<V>& work) {
  if (work.x_class_stride != 1) return column_rows<V, Algorithm, Short>(work);
  work.classes <= short_classes ? short_rows<V, Algorithm, Short>(work)
                                : long_rows<V, Long<V, Algorithm<V>>>(work);
}

// The same for a task that has no kernel for rows of few classes.
template <class V, template <class> class Algorithm, template <class, class> class Short,
          template <class, class> class Long>
void run_long_rows(const Work<V>& work) {
  using A = Algorithm<V>;
  work.x_class_stride == 1
      ? long_rows<V, Long<V, A>>(work)
      : column_tiles<V, A, typename ForLongColumns<Short<V, A>>::type, 16>(work);
}

}  // namespace maxtrick::kernels
