// Softmax with a scale, a temperature, a soft cap or a sink, as programs often compute it. Sound or not,
// each takes the whole transform; where it does nothing special, it does what lower.hpp does.
//   scaled_after_max   e^((x - max) / T): the maximum is subtracted before the division. Without a soft
//                      cap and a bias, x - max is computed first; otherwise this is max_trick.
//   sink_one           adds 1 to the sum after the shift, as if the sink were the largest logit (softmax1,
//                      E. Miller, "Attention Is Off By One", 2023). Wrong unless it is.
//   cap_without_factor x tanh(x / cap) instead of cap tanh(x / cap), so that nothing is capped
//                      (unslothai/unsloth-zoo#593).
#include "ops/lower.hpp"
#include "variants/by_call.hpp"
#include "variants/scalar.hpp"

namespace maxtrick::variants {
namespace {

using std::tanh;

template <class T>
using Row = std::vector<T>;

// e^z_k / (sum e^z + extra e^-m) for z that are relative to their maximum m.
template <class T>
void normalise(const Row<T>& z, T extra, std::span<T> y) {
  T sum = extra;
  for (std::size_t k = 0; k < z.size(); ++k) sum += y[k] = exp(z[k]);
  for (T& yk : y) yk /= sum;
}

template <class T>
Row<T> transformed_row(const ops::Call<T>& call, std::size_t i) {
  const ops::RowTransform<T> by = call.row_transform(i);
  Row<T> z;
  T slope;
  for (std::size_t k = 0; k < call.logits.columns; ++k)
    z.push_back(ops::transformed(call.logits.at(i, k), by, k, slope));
  return z;
}

// Subtracts the maximum, sink included. Returns it.
template <class T>
T shift(Row<T>& z, const std::optional<T>& sink) {
  T m = maximum(std::span<const T>(z));
  if (sink && *sink > m) m = *sink;
  for (T& zk : z) zk = zk - m;
  return m;
}

template <class T>
void with_sink(Row<T> z, const std::optional<T>& sink, std::span<T> y) {
  const T m = shift(z, sink);
  normalise(z, sink ? exp(*sink - m) : T(0), y);
}

// Completes the entry for all types. row(call, i) computes row i.
template <class RowFunction>
Variant taking_transform(Variant entry, RowFunction row) {
  entry.takes_transform = true;
  entry.optional = true;
  return of_rows_of_calls(std::move(entry), std::move(row));
}

const Register scaled_after_max{taking_transform(
    {.op = ops::softmax,
     .algorithm = "scaled_after_max",
     .summary = "e^(scale (x - max) / T) / sum: the maximum before the temperature",
     .source = "SciPy and PyTorch users; lower.hpp divides first",
     .nature = Nature::unguarded},
    []<class T>(const ops::Call<T>& call, std::size_t i) {
      ops::RowTransform<T> by = call.row_transform(i);
      const bool positive = (by.scale > T(0)) == (by.temperature > T(0));
      if (by.soft_cap != T(0) || !by.bias.empty() || by.sink || !positive)
        return with_sink(transformed_row(call, i), by.sink, call.result.row(i));
      Row<T> z;
      for (std::size_t k = 0; k < call.logits.columns; ++k)
        z.push_back(by.masked(k) ? -std::numeric_limits<T>::infinity() : call.logits.at(i, k));
      shift(z, std::optional<T>());
      for (T& zk : z) zk = by.scale * zk / by.temperature;
      normalise(z, T(0), call.result.row(i));
    })};

const Register sink_one{
    taking_transform({.op = ops::softmax,
                      .algorithm = "sink_one",
                      .summary = "adds 1 to the sum after the shift, whatever the sink is",
                      .source = "softmax1 (Miller 2023) without e^-max",
                      .nature = Nature::approximation},
                     []<class T>(const ops::Call<T>& call, std::size_t i) {
                       Row<T> z = transformed_row(call, i);
                       shift(z, std::optional<T>());
                       normalise(z, call.transform.sink.empty() ? T(0) : T(1), call.result.row(i));
                     })};

const Register cap_without_factor{
    taking_transform({.op = ops::softmax,
                      .algorithm = "cap_without_factor",
                      .summary = "x tanh(x / cap) in place of cap tanh(x / cap)",
                      .source = "unslothai/unsloth-zoo#593",
                      .nature = Nature::approximation},
                     []<class T>(const ops::Call<T>& call, std::size_t i) {
                       ops::Call<T> uncapped = call.part(i, 1);
                       uncapped.transform.soft_cap = T(0);
                       uncapped.transform.bias = {};
                       Row<T> z = transformed_row(uncapped, 0);
                       const ops::RowTransform<T> by = call.row_transform(i);
                       for (std::size_t k = 0; k < z.size(); ++k) {
                         if (by.masked(k)) continue;
                         if (by.soft_cap != T(0)) z[k] = z[k] * tanh(z[k] / by.soft_cap);
                         if (!by.bias.empty()) z[k] = z[k] + by.bias[k];
                       }
                       with_sink(std::move(z), by.sink, call.result.row(i));
                     })};

}  // namespace
}  // namespace maxtrick::variants
