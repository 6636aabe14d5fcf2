// Any bytes as a .npy file. A matrix that was read is the same after it was written and read again.
#include <algorithm>
#include <cmath>

#include "fuzz.hpp"
#include "io/matrix.hpp"

using namespace maxtrick;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const io::Matrix read = io::parse_npy(fuzz::text_of(data, size), "fuzz.npy");
    const io::Matrix again = io::parse_npy(io::to_npy(read, *read.type), "again.npy");
    fuzz::require(read.rows == again.rows && read.columns == again.columns &&
                      read.one_dimensional == again.one_dimensional && read.type == again.type,
                  "the shape and the type are kept");
    fuzz::require(std::ranges::equal(read.values, again.values,
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
