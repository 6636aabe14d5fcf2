// Softmax by XNNPACK, in float32, on the calling thread. XNNPACK has no log-softmax. The version in
// Debian 12 computes exponentials with SSE2 on every x86 CPU.
//
// XNNPACK flushes subnormal numbers to 0, and computes exp(x - max) as s + s r with |r| < 0.42 and
// s a power of 2. Where s r is below the smallest normal number, it is lost. From a gap of 75 on
// this costs more than the rounding of x - max; at 79.7 the error reaches 8000 ULP. All results
// below 1.2e-38 are 0.
#include <cstdint>

#include "ops/softmax.hpp"
#include "variants/of_rows.hpp"
#include "variants/peer.hpp"
#include "variants/recent.hpp"

#ifdef MAXTRICK_XNNPACK
#include <unistd.h>
#include <xnnpack.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <vector>
#endif

namespace maxtrick::variants {
namespace {

using ops::Register;

#ifdef MAXTRICK_XNNPACK

using numerics::Rows;

void expect(xnn_status status, const char* what) {
  if (status != xnn_status_success)
    throw std::runtime_error(std::string("XNNPACK cannot ") + what + ": status " +
                             std::to_string(status));
}

using Operator = std::unique_ptr<xnn_operator, decltype(&xnn_delete_operator)>;

Operator make_operator(std::size_t classes, std::size_t stride_in, std::size_t stride_out) {
  // XNNPACK itself makes sure that this initialises it only once in a process.
  expect(xnn_initialize(nullptr), "start");
  xnn_operator_t made = nullptr;
  expect(xnn_create_softmax_nc_f32(classes, stride_in, stride_out, 0, &made), "make a softmax");
  return {made, xnn_delete_operator};
}

void run(Rows<const float> x, Rows<float> y) {
  using Shape = std::tuple<std::size_t, std::size_t, std::size_t>;
  thread_local Recent<Shape, Operator> operators;
  const auto& softmax = operators.get(Shape{x.columns, x.stride, y.stride},
                                      [&] { return make_operator(x.columns, x.stride, y.stride); });
  expect(xnn_setup_softmax_nc_f32(softmax.get(), x.rows, x.data, y.data, nullptr), "set up");
  expect(xnn_run_operator(softmax.get(), nullptr), "run");
}

// XNNPACK reads, but never writes, XNN_EXTRA_BYTES beyond the end of either array. The values there
// do not matter, but the memory must be readable. It is if it is in the same page as the last
// number.
bool may_read_beyond(const float* end) {
  static const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto last = reinterpret_cast<std::uintptr_t>(end) - 1;
  return last / page == (last + XNN_EXTRA_BYTES) / page;
}

void run_in_copy(Rows<const float> x, Rows<float> y) {
  constexpr std::size_t extra = XNN_EXTRA_BYTES / sizeof(float);
  thread_local std::vector<float> from, to;
  from.resize(x.columns + extra);
  to.resize(x.columns + extra);
  for (std::size_t i = 0; i < x.rows; ++i) {
    std::copy_n(x.row(i).data(), x.columns, from.data());
    run({from.data(), 1, x.columns}, {to.data(), 1, x.columns});
    std::copy_n(to.data(), x.columns, y.row(i).data());
  }
}

void softmax(Rows<const float> x, Rows<float> y) {
  std::size_t direct = x.rows;
  while (direct > 0 && !(may_read_beyond(x.row(direct - 1).data() + x.columns) &&
                         may_read_beyond(y.row(direct - 1).data() + y.columns)))
    --direct;
  if (direct > 0) run({x.data, direct, x.columns, x.stride}, {y.data, direct, y.columns, y.stride});
  run_in_copy({x.data + direct * x.stride, x.rows - direct, x.columns, x.stride},
              {y.data + direct * y.stride, x.rows - direct, y.columns, y.stride});
}

std::string library() { return "XNNPACK " MAXTRICK_XNNPACK; }
std::string why_unavailable() { return {}; }

#else

constexpr auto softmax = not_built<float>;
std::string library() { return {}; }
std::string why_unavailable() { return built_without("XNNPACK", "libxnnpack-dev"); }

#endif

// XNNPACK documents no error bound. Our claim is twice the worst error that we found.
const Register softmax_variant{
    {.op = ops::softmax,
     .algorithm = "xnnpack",
     .summary = "the library's operator",
     .source = "XNNPACK",
     .special_values = "NaN, +inf and a row of -inf give -inf in the whole row (as measured)",
     .float32_claim = {.max_ulp = 16250, .witness = {40, -39.71241}, .witness_ulp = 8121.7},
     .float32 = of_rows<float>(softmax),
     .library = library(),
     .unavailable = why_unavailable(),
     .optional = true}};

}  // namespace
}  // namespace maxtrick::variants
