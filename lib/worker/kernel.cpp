#include "worker/kernel.hpp"

#include <fmt/format.h>

#include "io/files.hpp"

namespace maxtrick::worker {

std::string_view name(Op op) {
  switch (op) {
    case Op::softmax: return "softmax";
    case Op::log_softmax: return "log_softmax";
    case Op::log_sum_exp: return "log_sum_exp";
    case Op::cross_entropy: return "cross_entropy";
    case Op::cross_entropy_gradient: return "cross_entropy_gradient";
  }
  return {};
}

std::optional<Op> parse_op(std::string_view text) {
  for (const Op op : all_ops)
    if (name(op) == text) return op;
  return std::nullopt;
}

std::string Kernel::name() const {
  return fmt::format("{}.{}{}{}", worker::name(op), algorithm, isa.empty() ? "" : ".", isa);
}

std::string Plugin::library() const {
  return fmt::format("{}{}{} (plug-in, SHA-256 {})", name, version.empty() ? "" : " ", version,
                     digest);
}

void Plugin::require_unchanged() const {
  const auto bytes = io::read_file_if_there(file);
  if (bytes && io::sha256(*bytes) == digest) return;
  throw Changed(fmt::format(
      "{}: {} since the run began, whose results are not to be of two plug-ins: begin it anew",
      file.string(), bytes ? "changed" : "gone"));
}

}  // namespace maxtrick::worker
