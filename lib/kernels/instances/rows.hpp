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

}  // namespace maxtrick::kernels
