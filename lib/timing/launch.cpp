#include "timing/launch.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>

#include "worker/library.hpp"
#include "worker/plugin.hpp"
#include "worker/process.hpp"

namespace maxtrick::timing {
namespace {

// The index of an item as the file holds it; no_item if no item is being called.
using Place = std::uint64_t;
constexpr Place no_item = ~Place{0};

std::optional<std::size_t> item_in(const worker::Descriptor& file, std::size_t items) {
  Place place = no_item;
  const bool there = ::pread(file.number(), &place, sizeof place, 0) == sizeof place;
  return there && place < items ? std::optional(static_cast<std::size_t>(place)) : std::nullopt;
}

void leave(std::optional<std::size_t> item) {
  const Place place = item.value_or(no_item);
  (void)!::pwrite(item_descriptor, &place, sizeof place, 0);
}

}  // namespace

std::variant<std::vector<Measured>, Failed> launch(
    const std::filesystem::path& program, const Job& job,
    const std::map<std::string, std::string>& environment, std::chrono::milliseconds limit) {
  auto [input, output] = worker::make_pipe();
  const worker::Descriptor called(::memfd_create("maxtrick-launch", MFD_CLOEXEC));
  if (called.number() < 0) worker::fail(errno, "cannot share memory with a launch");
  const auto failed = [&](std::string reason, bool too_late = false) {
    return Failed{std::move(reason), item_in(called, job.items.size()), too_late};
  };
  worker::Process child({program.string(), launch_command, to_json(job)}, environment,
                        {{output.number(), launch_descriptor}, {called.number(), item_descriptor}});
  output.close();
  const auto end = worker::Clock::now() + limit;
  const auto text = worker::read_until(input.number(), end);
  const auto ended = text ? child.wait_until(end) : std::nullopt;
  if (!ended) return failed(worker::too_late(limit), true);
  if (!WIFEXITED(*ended) || WEXITSTATUS(*ended) != 0) return failed(worker::how_it_ended(*ended));
  try {
    auto measured = measured_from_json(*text);
    if (measured.size() == job.items.size()) return measured;
  } catch (const run::CaseFailed& kernel) {
    return failed(kernel.what());
  } catch (const std::exception&) {  // the text is not JSON, or is not a result
  }
  return failed("returned no results");
}

void serve_launch(const std::string& text_of_job) {
  const Job job = job_from_json(text_of_job);
  // Plug-ins are loaded into this process, so that no communication with another process is timed.
  for (const std::string& file : job.plugins) worker::add(worker::open(file));
  std::string text;
  try {
    text = to_json(measure(job, timed_variants(), leave));
  } catch (const run::CaseFailed& failed) {
    text = to_json(failed);
  }
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = ::write(launch_descriptor, text.data() + written, text.size() - written);
    if (n < 0 && errno != EINTR) worker::fail(errno, "cannot read the results of a launch");
    if (n > 0) written += static_cast<std::size_t>(n);
  }
}

}  // namespace maxtrick::timing
