#include "worker/call_memory.hpp"

#include <unistd.h>

namespace maxtrick::worker {
namespace {

std::size_t size_of(ops::DType type) {
  return ops::with_storage(type, []<class T>(std::type_identity<T>) { return sizeof(T); });
}

// The number of elements from the first to the last one. It excludes the gap after the last row,
// which is out of bounds.
std::size_t reach_of(const Grid& grid) {
  if (grid.rows == 0 || grid.columns == 0) return 0;
  return (grid.rows - 1) * grid.row_stride + (grid.columns - 1) * grid.class_stride + 1;
}

}  // namespace

Layout layout_of(const Request& request) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t element = size_of(request.type);
  Layout layout{Area{.bytes = element * reach_of(request.logits)},
                Area{.bytes = sizeof(std::int32_t) * request.targets},
                Area{.bytes = element * request.losses, .writable = true},
                Area{.bytes = element * reach_of(request.result), .writable = true},
                Area{.bytes = element * reach_of(request.coefficients)},
                Area{.bytes = element * reach_of(request.factors)}};
  std::size_t offset = 0;
  for (Area& one : layout) {
    one.offset = offset;
    one.size = (one.bytes + page - 1) / page * page;
    offset += one.size;
  }
  return layout;
}

}  // namespace maxtrick::worker
