// The scratch memory of the kernels of columns (column_rows.hpp).
#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include "kernels/work.hpp"

namespace maxtrick::kernels {

// One part for each thread. It is not initialised. With 0 threads nothing is allocated.
class ColumnScratch {
 public:
  ColumnScratch(std::size_t threads, std::size_t classes)
      : floats_(threads == 0 ? 0 : (column_scratch_floats(classes) + 15) / 16 * 16),
        all_(threads == 0 ? nullptr
                          : static_cast<float*>(
                                ::operator new(threads* floats_ * sizeof(float), alignment))) {}
  [[nodiscard]] float* of(std::size_t thread) const { return all_.get() + thread * floats_; }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Delete {
    void operator()(float* p) const { ::operator delete(p, alignment); }
  };

  std::size_t floats_;
  std::unique_ptr<float, Delete> all_;
};

}  // namespace maxtrick::kernels
