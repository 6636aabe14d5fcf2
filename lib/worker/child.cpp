#include "worker/child.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "run/experiment.hpp"
#include "worker/library.hpp"

namespace maxtrick::worker {
namespace {

// The gaps between rows. The two lengths differ, so that a kernel that confuses the strides gives
// wrong results.
constexpr std::size_t logits_gap = 3, result_gap = 5;

std::string_view thing(Place place) {
  switch (place) {
    case Place::logits: return "logits";
    case Place::targets: return "targets";
    case Place::losses: return "losses";
    case Place::result: return "rows";
  }
  return {};
}

std::string describe(const Fault& fault) {
  if (!fault.outside) return "changes its input";
  const std::string_view does = fault.reach == Reach::reads    ? "reads"
                                : fault.reach == Reach::writes ? "writes"
                                                               : "reads or writes";
  return fmt::format("{} outside its {}", does, thing(fault.place));
}

template <class T>
Request request_of(std::size_t kernel, const ops::Call<T>& a) {
  const bool several = a.logits.rows > 1;
  return {.kernel = kernel,
          .element = sizeof(T),
          .rows = a.logits.rows,
          .classes = a.logits.columns,
          .logits_stride = a.logits.columns + (several ? logits_gap : 0),
          .columns = a.result.data ? a.result.columns : 0,
          .result_stride = a.result.data ? a.result.columns + (several ? result_gap : 0) : 0,
          .targets = a.targets.index.size(),
          .losses = a.losses.size(),
          .scale = double{a.gradient_scale}};
}

}  // namespace

// The whole shared memory, as this process maps it.
class Child::Memory {
 public:
  Memory() : file_(::memfd_create("maxtrick-plugin", MFD_CLOEXEC)) {
    if (file_.number() < 0) fail(errno, "cannot share memory with a plug-in");
  }
  ~Memory() { unmap(); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  [[nodiscard]] int descriptor() const { return file_.number(); }

  // Fills the memory with the pattern.
  void lay_out(const Layout& layout) {
    layout_ = layout;
    const std::size_t needed = layout.back().offset + layout.back().size;
    if (needed > size_) grow(needed);
    std::fill_n(static_cast<std::uint32_t*>(base_), needed / sizeof pattern, pattern);
  }

  template <class T>
  [[nodiscard]] T* at(Place place) const {
    const Area& one = area(layout_, place);
    return reinterpret_cast<T*>(static_cast<char*>(base_) + one.offset + one.size - one.bytes);
  }

  // Whether `count` elements still hold the pattern.
  template <class T>
  [[nodiscard]] static bool untouched(const T* from, std::size_t count) {
    const auto* words = reinterpret_cast<const std::uint32_t*>(from);
    return std::all_of(words, words + count * sizeof(T) / sizeof pattern,
                       [](std::uint32_t word) { return word == pattern; });
  }
  [[nodiscard]] bool untouched_before(Place place) const {
    const Area& one = area(layout_, place);
    return untouched(static_cast<const char*>(base_) + one.offset, one.size - one.bytes);
  }

 private:
  void grow(std::size_t size) {
    unmap();
    if (::ftruncate(file_.number(), static_cast<off_t>(size)) != 0)
      fail(errno, "cannot share memory with a plug-in");
    void* const base = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_.number(), 0);
    if (base == MAP_FAILED) fail(errno, "cannot share memory with a plug-in");
    base_ = base;
    size_ = size;
  }
  void unmap() {
    if (size_ > 0) ::munmap(base_, size_);
    size_ = 0;
  }

  worker::Descriptor file_;
  void* base_ = nullptr;
  std::size_t size_ = 0;
  Layout layout_ = {};
};

Child::Child(const Host& host, const std::filesystem::path& file)
    : limit_(host.limit), memory_(std::make_unique<Memory>()) {
  const auto refuse = [&](const std::string& why) {
    throw Refused(fmt::format("{}: no plug-in that can be used: {}", file.string(), why));
  };
  if (!std::filesystem::is_regular_file(file)) refuse("there is no such file");
  start(host, file);
  try {
    // A short limit is meant for calls. A busy machine takes longer to start a process.
    const std::string text = receive(std::max(host.limit, std::chrono::milliseconds(10000)));
    const auto word = static_cast<Word>(text.front());
    if (word == Word::refusal) throw Refused(text.substr(1));
    if (word != Word::description) refuse("it crashes where it is loaded");
    plugin_ = from_json(text.substr(1));
    // JSON text is UTF-8, which a path need not be, so the path is set again.
    plugin_.file = std::filesystem::absolute(file);
  } catch (const Broken& broken) {
    refuse(fmt::format("{} where it is loaded", broken.what()));
  } catch (const std::invalid_argument& error) {
    refuse(error.what());
  }
}

Child::~Child() = default;

void Child::start(const Host& host, const std::filesystem::path& file) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    fail(errno, "cannot make a socket to a plug-in");
  talk_ = worker::Descriptor(ends[0]);
  const worker::Descriptor other(ends[1]);
  // Threads that the plug-in starts would compete with the code that is measured.
  process_ = std::make_unique<worker::Process>(
      std::vector<std::string>{host.program.string(), serve_command,
                               std::filesystem::absolute(file).string()},
      std::map<std::string, std::string>{{"OMP_NUM_THREADS", "1"}},
      std::vector<std::pair<int, int>>{{other.number(), talk_descriptor},
                                       {memory_->descriptor(), memory_descriptor}});
}

std::string Child::receive(std::chrono::milliseconds limit) {
  const auto end = worker::Clock::now() + limit;
  if (!worker::readable_until(talk_.number(), end)) throw Broken(worker::too_late(limit), true);
  // The length of the message; 0 if the other end is closed.
  const ssize_t n = ::recv(talk_.number(), nullptr, 0, MSG_PEEK | MSG_TRUNC);
  std::string text(n > 0 ? static_cast<std::size_t>(n) : 0, '\0');
  if (n > 0 && ::recv(talk_.number(), text.data(), text.size(), 0) == n) return text;
  const auto status = process_->wait_until(end);
  if (!status) throw Broken(worker::too_late(limit), true);
  throw Broken(worker::how_it_ended(*status), false);
}

void Child::send(const Request& request) {
  // If the other end is closed, receive() reports the reason.
  while (::send(talk_.number(), &request, sizeof request, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

template <class T>
void Child::call(std::size_t kernel, const ops::Call<T>& a) {
  Request request = request_of(kernel, a);
  const auto limit = limit_ + std::chrono::milliseconds(a.logits.rows * a.logits.columns / 1000);
  request.limit_ms = static_cast<std::uint64_t>(limit.count());
  memory_->lay_out(layout_of(request));
  T* const logits = memory_->at<T>(Place::logits);
  for (std::size_t i = 0; i < a.logits.rows; ++i)
    std::ranges::copy(a.logits.row(i), logits + i * request.logits_stride);
  std::ranges::copy(a.targets.index, memory_->at<std::int32_t>(Place::targets));
  send(request);

  const std::string answer = receive(limit);
  if (static_cast<Word>(answer.front()) == Word::fault && answer.size() == sizeof(Fault)) {
    Fault fault;
    std::memcpy(&fault, answer.data(), sizeof fault);
    throw Broken(describe(fault), false);
  }
  if (static_cast<Word>(answer.front()) == Word::violation)
    throw Broken(
        fmt::format("{}, in a call of {}x{}", answer.substr(1), a.logits.rows, a.logits.columns),
        false);
  const T* const result = memory_->at<const T>(Place::result);
  bool kept = memory_->untouched_before(Place::result);
  for (std::size_t i = 1; kept && request.columns > 0 && i < a.logits.rows; ++i)
    kept = Memory::untouched(result + i * request.result_stride - result_gap, result_gap);
  if (!kept) throw Broken("writes outside its rows", false);
  if (!memory_->untouched_before(Place::losses)) throw Broken("writes outside its losses", false);
  if (answer.size() > 1) throw run::CaseFailed(answer.substr(1));
  if (request.columns > 0)
    for (std::size_t i = 0; i < a.logits.rows; ++i)
      std::copy_n(result + i * request.result_stride, request.columns, a.result.row(i).data());
  std::copy_n(memory_->at<const T>(Place::losses), a.losses.size(), a.losses.data());
}

template void Child::call(std::size_t, const ops::Call<float>&);
template void Child::call(std::size_t, const ops::Call<double>&);

}  // namespace maxtrick::worker
