// Which ops, types and variants a config asks for, and by which names.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "numerics/registry.hpp"
#include "suite/config.hpp"

namespace maxtrick::inputs {

// Which of `names` array `key` chooses, each once, in the config's order.
[[nodiscard]] std::vector<std::size_t> read_choices(suite::Section& section, std::string_view key,
                                                    std::span<const std::string> names);

// ops = ["softmax", ...], in the config's order.
[[nodiscard]] std::vector<numerics::Op> read_ops(suite::Section& section);

// dtypes = ["float32", ...]
[[nodiscard]] std::vector<numerics::DType> read_dtypes(suite::Section& section);

// variants = ["softmax.*", ...]: names or globs, as numerics::chooses has it; each must match.
// Those of plug-ins besides, of the ops that these have. In the registry's order, once each.
[[nodiscard]] std::vector<const numerics::Variant*> read_variants(suite::Section& section);

// Notes an error where a variant computes another op.
void require_op(suite::Section& section, const std::vector<const numerics::Variant*>& variants,
                numerics::Op op);

// An op or a type that no chosen variant has would be left out without a word: they are errors.
void require_ops(suite::Section& section, const std::vector<numerics::Op>& ops,
                 const std::vector<const numerics::Variant*>& variants);
void require_dtypes(suite::Section& section, const std::vector<numerics::DType>& dtypes,
                    const std::vector<const numerics::Variant*>& variants);

// The type that a view shows where it shows one: float32, or the first where that is not asked for.
[[nodiscard]] numerics::DType shown_dtype(const std::vector<numerics::DType>& dtypes);

// A text out of [A-Za-z0-9._+-], which keys of rows are made of: they must survive a shell and a
// regular expression.
[[nodiscard]] std::string read_name(suite::Section& section, std::string_view key);

// The names of an array of tables, each of which may stand there once.
class Names {
 public:
  explicit Names(std::string what) : what_(std::move(what)) {}  // "case": for the message
  // Notes an error at `key` where `name` is taken.
  void add(suite::Section& section, const std::string& name, std::string_view key = "name");

 private:
  std::string what_;
  std::map<std::string, std::string> first_place_;
};

}  // namespace maxtrick::inputs
