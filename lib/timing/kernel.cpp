#include "timing/kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "kernels/kernels.hpp"
#include "ops/registry.hpp"
#include "worker/plugins.hpp"

namespace maxtrick::timing {
namespace {

constexpr Op own_ops[] = {Op::softmax, Op::log_softmax, Op::cross_entropy,
                          Op::cross_entropy_gradient};

void run_own(Op op, kernels::Method method, const Call& call) {
  method.threads = call.threads;
  switch (op) {
    case Op::copy: break;
    case Op::softmax: return kernels::softmax(method, call.x, call.y);
    case Op::log_softmax: return kernels::log_softmax(method, call.x, call.y);
    case Op::cross_entropy:
      return kernels::cross_entropy(method, call.x, call.targets, call.losses);
    case Op::cross_entropy_gradient:
      return kernels::cross_entropy_gradient(method, call.x, call.targets, call.scale, call.losses,
                                             call.y);
  }
}

Kernel own(Op op, kernels::Algorithm algorithm, kernels::Isa isa) {
  return {.name = fmt::format("{}.{}.{}", name(op), name(algorithm), name(isa)),
          .op = op,
          .run =
              [=](const Call& call) {
                run_own(op, {algorithm, isa, 1}, call);
              },
          .unavailable = std::string(why_unavailable(isa)),
          .claimed_ulp = max_ulp(algorithm),
          .takes_threads = true};
}

std::optional<Op> op_of(const ops::Variant& variant) {
  if (!variant.float32) return std::nullopt;
  switch (variant.op) {
    case ops::Op::softmax: return Op::softmax;
    case ops::Op::log_softmax: return Op::log_softmax;
    case ops::Op::log_sum_exp: break;
  }
  return std::nullopt;
}

Kernel of_registry(const ops::Variant& variant, Op op) {
  return {.name = variant.name(),
          .op = op,
          .run = [&variant](const Call& call) { variant.float32(call.x, call.y); },
          .unavailable = variant.unavailable,
          .optional = variant.optional,
          .own_special_values = !variant.special_values.empty(),
          .implementation = variant.implementation};
}

std::optional<Op> op_of(worker::Op op) {
  for (const Op known : own_ops)
    if (name(known) == worker::name(op)) return known;
  return std::nullopt;
}

Kernel of_plugin(const worker::Plugin& plugin, const worker::Kernel& offered, Op op) {
  return {.name = offered.name(),
          .op = op,
          .run =
              [op, function = offered.float32](const Call& call) {
                worker::Arguments<float> arguments{.x = call.x};
                if (op != Op::cross_entropy) arguments.y = call.y;
                if (op == Op::cross_entropy || op == Op::cross_entropy_gradient) {
                  arguments.targets = call.targets;
                  arguments.losses = call.losses;
                  arguments.scale = call.scale;
                }
                function(arguments);
              },
          .claimed_ulp = offered.claimed_ulp,
          .plugin = plugin.file.string()};
}

std::map<std::string, Kernel, std::less<>> all_kernels() {
  std::map<std::string, Kernel, std::less<>> all;
  const auto add = [&](Kernel kernel) { all.emplace(kernel.name, std::move(kernel)); };
  add({.name = "memcpy", .op = Op::copy, .run = [](const Call& call) {
         std::memcpy(call.y.data, call.x.data, call.x.rows * call.x.columns * sizeof(float));
       }});
  for (const Op op : own_ops)
    for (const auto algorithm : kernels::all_algorithms)
      for (const auto isa : kernels::all_isas) add(own(op, algorithm, isa));
  for (const auto& variant : ops::variants())
    if (const auto op = op_of(variant); op && variant.plugin.empty())
      add(of_registry(variant, *op));
  for (Kernel& loop : loss_loops()) add(std::move(loop));
  for (const Op op : own_ops)
    if (const auto found = all.find(fmt::format("{}.onednn", name(op))); found != all.end()) {
      Kernel held = found->second;
      held.name += ".avx2";
      add(std::move(held));
    }
  for (const worker::Plugin& plugin : worker::plugins())
    for (const worker::Kernel& offered : plugin.kernels)
      if (const auto op = op_of(offered.op);
          op && !all.emplace(offered.name(), of_plugin(plugin, offered, *op)).second)
        throw worker::Refused(fmt::format("{}: it offers {}, and there is one of that name",
                                          plugin.file.string(), offered.name()));
  return all;
}

}  // namespace

std::string_view name(Op op) {
  switch (op) {
    case Op::copy: return "copy";
    case Op::softmax: return "softmax";
    case Op::log_softmax: return "log_softmax";
    case Op::cross_entropy: return "cross_entropy";
    case Op::cross_entropy_gradient: return "cross_entropy_gradient";
  }
  return {};
}

std::string name(Shape shape) { return fmt::format("{}x{}", shape.rows, shape.classes); }

double bytes(Op op, Shape shape) {
  const double matrix = 4 * static_cast<double>(shape.elements());
  const double column = 4 * static_cast<double>(shape.rows);
  switch (op) {
    case Op::copy:
    case Op::softmax:
    case Op::log_softmax: break;
    case Op::cross_entropy: return matrix + 2 * column;
    case Op::cross_entropy_gradient: return 2 * matrix + 2 * column;
  }
  return 2 * matrix;
}

const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> sorted = [] {
    std::vector<Kernel> list;
    for (auto& [name, kernel] : all_kernels()) list.push_back(kernel);
    return list;
  }();
  return sorted;
}

const Kernel* find_kernel(std::string_view name) {
  const auto& all = kernels();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Kernel& kernel) { return kernel.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool held_to_avx2(std::string_view kernel) { return kernel.ends_with(".avx2"); }

}  // namespace maxtrick::timing
