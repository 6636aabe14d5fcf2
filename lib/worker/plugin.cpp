#include "worker/plugin.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

#include "io/files.hpp"

namespace maxtrick::worker {

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

ops::Variant offered(ops::Op op, std::string algorithm, std::string isa, double claimed_ulp) {
  return {.op = op,
          .algorithm = std::move(algorithm),
          .isa = std::move(isa),
          .nature = std::isfinite(claimed_ulp) ? ops::Nature::sound : ops::Nature::unstated,
          .float32_claim = {.max_ulp = claimed_ulp,
                            .max_abs_logit = std::numeric_limits<double>::infinity(),
                            .max_classes = std::numeric_limits<std::size_t>::max()},
          .claimed_ulp = claimed_ulp};
}

}  // namespace maxtrick::worker
