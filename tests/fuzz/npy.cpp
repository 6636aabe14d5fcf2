// Any bytes as a .npy file, or as a .npz file with any number of members. An array that was read is the same after
// it was written and read again.
#include <algorithm>
#include <cmath>

#include "fuzz.hpp"
#include "io/npz.hpp"

using namespace maxtrick;

namespace {

io::Array read(std::string_view bytes) {
  if (!io::starts_npz(bytes)) return io::parse_npy(bytes, "fuzz.npy");
  try {
    return io::parse_npz(bytes, "fuzz.npz", "z");
  } catch (const io::InputError&) {
    return io::parse_npz(bytes, "fuzz.npz", std::nullopt);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const io::Array array = read(fuzz::text_of(data, size));
    const io::Array again = io::parse_npy(io::to_npy(array, *array.type), "again.npy");
    fuzz::require(array.shape == again.shape && array.type == again.type,
                  "the shape and the type are kept");
    fuzz::require(std::ranges::equal(array.values, again.values,
                                     [](double a, double b) {
                                       return std::isnan(a)
                                                  ? std::isnan(b)
                                                  : a == b && std::signbit(a) == std::signbit(b);
                                     }),
                  "the numbers are kept");
  } catch (const io::InputError&) {
  }
  return 0;
}
