#include "worker/call_memory.hpp"

#include <unistd.h>

namespace maxtrick::worker {
namespace {

// The number of elements up to the last one of the last row. It excludes the gap after the last
// row, which is out of bounds.
std::size_t reach(std::uint64_t rows, std::uint64_t columns, std::uint64_t stride) {
  return rows == 0 || columns == 0 ? 0 : (rows - 1) * stride + columns;
}

}  // namespace

Layout layout_of(const Request& request) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t element = request.element;
  Layout layout{
      Area{.bytes = element * reach(request.rows, request.classes, request.logits_stride)},
      Area{.bytes = sizeof(std::int32_t) * request.targets},
      Area{.bytes = element * request.losses, .writable = true},
      Area{.bytes = element * reach(request.rows, request.columns, request.result_stride),
           .writable = true}};
  std::size_t offset = 0;
  for (Area& one : layout) {
    one.offset = offset;
    one.size = (one.bytes + page - 1) / page * page;
    offset += one.size;
  }
  return layout;
}

}  // namespace maxtrick::worker
