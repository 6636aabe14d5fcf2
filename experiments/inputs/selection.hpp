// Which ops, types and variants a config asks for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "numerics/registry.hpp"
#include "suite/config.hpp"

namespace maxtrick::inputs {

// ops = ["softmax", ...], in the config's order.
[[nodiscard]] std::vector<numerics::Op> read_ops(suite::Section& section);

// dtypes = ["float32", ...]
[[nodiscard]] std::vector<numerics::DType> read_dtypes(suite::Section& section);

// variants = ["softmax.*", ...]: names or globs; each must match. In the registry's order, once
// each.
[[nodiscard]] std::vector<const numerics::Variant*> read_variants(suite::Section& section);

// classes = [2, 10, 1000]: numbers of classes, rising, up to inputs::max_classes.
[[nodiscard]] std::vector<std::size_t> read_classes(suite::Section& section);

// A text out of [A-Za-z0-9._+-], which keys of rows are made of: they must survive a shell and a
// regular expression.
[[nodiscard]] std::string read_name(suite::Section& section, std::string_view key);

}  // namespace maxtrick::inputs
