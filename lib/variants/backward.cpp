// The derivatives of softmax and log-softmax as frameworks compute them, from y.
#include <vector>

#include "ops/log_softmax_backward.hpp"
#include "ops/softmax_backward.hpp"
#include "variants/by_call.hpp"

namespace maxtrick::variants {
namespace {

// The difference cancels where dy_i is near the mean of dy.
const Register softmax_backward{by_call({.op = ops::softmax_backward,
                                         .algorithm = "of_y",
                                         .summary = "y_i (dy_i - sum y dy), y = softmax(x)",
                                         .source = "PyTorch, ONNX Runtime, oneDNN",
                                         .nature = Nature::unguarded},
                                        []<class T>(const Call<T>& call, std::size_t i) {
                                          const std::span<T> y = call.result.row(i);
                                          const auto dy = call.factors.row(i);
                                          T m, product = 0;
                                          const T sum =
                                              shifted_exponentials(call.logits.row(i), m, y);
                                          for (T& yk : y) yk /= sum;
                                          for (std::size_t k = 0; k < y.size(); ++k)
                                            product += y[k] * dy[k];
                                          for (std::size_t k = 0; k < y.size(); ++k)
                                            y[k] = y[k] * (dy[k] - product);
                                        })};

// The difference cancels where y_i is near 1.
const Register log_softmax_backward{by_call({.op = ops::log_softmax_backward,
                                             .algorithm = "of_y",
                                             .summary = "dy_i - e^y_i sum dy, y = log_softmax(x)",
                                             .source = "PyTorch, ONNX Runtime, oneDNN",
                                             .nature = Nature::unguarded},
                                            []<class T>(const Call<T>& call, std::size_t i) {
                                              const std::span<T> y = call.result.row(i);
                                              const auto x = call.logits.row(i);
                                              const auto dy = call.factors.row(i);
                                              T m, total = 0;
                                              const T logarithm =
                                                  log(shifted_exponentials(x, m, y));
                                              for (const T one : dy) total += one;
                                              for (std::size_t k = 0; k < y.size(); ++k)
                                                y[k] = dy[k] - exp((x[k] - m) - logarithm) * total;
                                            })};

}  // namespace
}  // namespace maxtrick::variants
