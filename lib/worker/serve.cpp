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
ops::Call<T> call_of(const Request& request) {
  const Mapping& memory = mapping();
  return {
      .logits = {memory.at<const T>(Place::logits), request.rows, request.classes,
                 request.logits_stride},
      .result = {memory.at<T>(Place::result), request.rows, request.columns, request.result_stride},
      .targets = {.index = {memory.at<const std::int32_t>(Place::targets), request.targets}},
      .losses = {memory.at<T>(Place::losses), request.losses},
      .gradient_scale = static_cast<T>(request.scale)};
}

// Every row of the result, and the losses.
template <class T>
std::vector<std::span<T>> results_of(const ops::Call<T>& call) {
  std::vector<std::span<T>> all{call.losses};
  if (call.result.columns > 0)
    for (std::size_t i = 0; i < call.result.rows; ++i) all.push_back(call.result.row(i));
  return all;
}

template <class T>
std::vector<T> copy_of(const std::vector<std::span<T>>& results) {
  std::vector<T> all;
  for (const std::span<T> one : results) all.insert(all.end(), one.begin(), one.end());
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
  const auto results = results_of(call);
  const std::vector<T> first = copy_of(results);
  // The second call must write its results too.
  for (const std::span<T> one : results)
    std::fill_n(reinterpret_cast<std::uint32_t*>(one.data()), one.size_bytes() / sizeof pattern,
                pattern);
  variant.compute<T>()(call);
  if (std::memcmp(first.data(), copy_of(results).data(), first.size() * sizeof(T)) != 0)
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
    if (request.element == sizeof(double))
      call<double>(variant, request);
    else
      call<float>(variant, request);
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
