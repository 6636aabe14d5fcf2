// Members of NumPy's .npz: a zip file of .npy files, stored or compressed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "io/array.hpp"

namespace maxtrick::io {

[[nodiscard]] bool starts_npz(std::string_view bytes);

// The array of the member, whose name may omit .npy; without a name, that of the only member. Throws
// InputError, which starts with `name`, among others if the member inflates to more than `most` bytes.
[[nodiscard]] Array parse_npz(std::string_view bytes, std::string_view name,
                              const std::optional<std::string>& member,
                              std::uint64_t most = longest_file);

}  // namespace maxtrick::io
