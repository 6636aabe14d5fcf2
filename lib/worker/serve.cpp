#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "worker/call_memory.hpp"
#include "worker/floating_point.hpp"
#include "worker/library.hpp"
#include "worker/mapping.hpp"
#include "worker/process.hpp"

namespace maxtrick::worker {
namespace {

void say(Word word, const std::string& text) {
  const std::string whole = static_cast<char>(word) + text;
  if (::send(talk_descriptor, whole.data(), whole.size(), MSG_NOSIGNAL) < 0)
    fail(errno, "cannot send what a plug-in says");
}

template <class T>
numerics::Rows<T> rows_at(Place place, const Grid& grid) {
  return {mapping().at<T>(place), grid.rows, grid.columns, grid.row_stride, grid.class_stride};
}

template <class T>
ops::Call<T> call_of(const Request& request) {
  const Mapping& memory = mapping();
  return {.logits = rows_at<const T>(Place::logits, request.logits),
          .result = rows_at<T>(Place::result, request.result),
          .targets = {.index = {memory.at<const std::int32_t>(Place::targets), request.targets},
                      .weights = rows_at<const T>(Place::coefficients, request.coefficients)},
          .losses = {memory.at<T>(Place::losses), request.losses},
          .scale = static_cast<T>(request.scale),
          .gradient_scale = static_cast<T>(request.gradient_scale),
          .factors = rows_at<const T>(Place::factors, request.factors),
          .parameter = static_cast<T>(request.parameter)};
}

// The losses, and every number of the result.
template <class T>
std::vector<T> results_of(const ops::Call<T>& call) {
  std::vector<T> all(call.losses.begin(), call.losses.end());
  for_each(call.result, [&](T number) { all.push_back(number); });
  return all;
}

// Calls the kernel twice with the same arguments in the same memory. A slow kernel is called once,
// so that the second call exceeds no time limit.
template <class T>
void call(const ops::Variant& variant, const Request& request) {
  const ops::Call<T> call = call_of<T>(request);
  const auto begin = Clock::now();
  variant.compute<T>()(call);
  if (4 * (Clock::now() - begin) > std::chrono::milliseconds(request.limit_ms)) return;
  const std::vector<T> first = results_of(call);
  // The second call must write its results too.
  for_each(numerics::one_row(call.losses), set_pattern<T>);
  for_each(call.result, set_pattern<T>);
  variant.compute<T>()(call);
  if (std::memcmp(first.data(), results_of(call).data(), first.size() * sizeof(T)) != 0)
    throw Violation("gives other results when it is called again");
}

struct Answer {
  Word word;
  std::string text;
};

Answer answer(const Plugin& plugin, const Request& request) {
  const ops::Variant& variant = plugin.variants.at(request.kernel);
  mapping().lay_out(layout_of(request));
  const FloatingPoint environment;
  Answer said{Word::answer, {}};
  try {
    ops::with_storage(request.type,
                      [&]<class T>(std::type_identity<T>) { call<T>(variant, request); });
  } catch (const Violation& violation) {
    said = {Word::violation, violation.what()};
  } catch (const run::CaseFailed& failed) {
    said = {Word::answer, failed.what()};
  }
  if (std::string changed = environment.violation(); !changed.empty())
    said = {Word::violation, std::move(changed)};
  return said;
}

}  // namespace

void serve(const std::string& file) {
  Plugin plugin;
  try {
    plugin = open(file);
  } catch (const Refused& refused) {
    return say(Word::refusal, refused.what());
  }
  say(Word::description, to_json(plugin));
  watch_faults();
  Request request;
  for (;;) {
    const ssize_t n = ::recv(talk_descriptor, &request, sizeof request, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n != sizeof request) return;
    const Answer said = answer(plugin, request);
    say(said.word, said.text);
  }
}

}  // namespace maxtrick::worker
