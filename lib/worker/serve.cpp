#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "run/experiment.hpp"
#include "worker/call_memory.hpp"
#include "worker/library.hpp"
#include "worker/process.hpp"

namespace maxtrick::worker {
namespace {

using worker::fail;

// The length of the inaccessible ranges. An access beyond an array must not reach another array.
constexpr std::size_t forbidden = std::size_t{1} << 20;

// The mapping of the arrays of a call, with inaccessible ranges between them.
class Mapping {
 public:
  void lay_out(const Layout& layout) {
    unmap();
    layout_ = layout;
    std::size_t size = forbidden;
    for (const Area& one : layout) size += one.size + forbidden;
    // Only the areas are ever backed by memory.
    void* const base =
        ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) fail(errno, "memory of a call");
    base_ = static_cast<char*>(base);
    size_ = size;
    char* next = base_ + forbidden;
    for (std::size_t i = 0; i < layout.size(); ++i) {
      starts_[i] = next;
      next += layout[i].size + forbidden;
      if (layout[i].size == 0) continue;
      if (::mmap(starts_[i], layout[i].size,
                 layout[i].writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED | MAP_FIXED,
                 memory_descriptor, static_cast<off_t>(layout[i].offset)) == MAP_FAILED)
        fail(errno, "memory of a call");
    }
  }

  // Null if the array is empty.
  template <class T>
  [[nodiscard]] T* at(Place place) const {
    const Area& one = area(layout_, place);
    if (one.bytes == 0) return nullptr;
    return reinterpret_cast<T*>(starts_[static_cast<std::size_t>(place)] + one.size - one.bytes);
  }

  // Whether the address is in an area, or in the half of an inaccessible range that is nearest to
  // it. Safe to call in a signal handler.
  [[nodiscard]] bool find(const char* address, Fault& fault) const {
    for (std::size_t i = 0; i < layout_.size(); ++i) {
      const char *const begin = starts_[i], *const end = begin + layout_[i].size;
      if (layout_[i].size == 0 || address < begin - forbidden / 2 || address >= end + forbidden / 2)
        continue;
      fault.place = static_cast<Place>(i);
      fault.outside = address < begin || address >= end;
      return true;
    }
    return false;
  }

 private:
  void unmap() {
    if (size_ > 0) ::munmap(base_, size_);
    size_ = 0;
  }

  Layout layout_ = {};
  std::array<char*, 4> starts_ = {};
  char* base_ = nullptr;
  std::size_t size_ = 0;
};

// The mapping. It is global, so that the signal handler can reach it.
Mapping& mapping() {
  static Mapping instance;
  return instance;
}

Reach reach([[maybe_unused]] const void* context) {
#ifdef __x86_64__
  // In the CPU's page fault error code, bit 1 means a write.
  const auto code = static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR];
  return (code & 2) != 0 ? Reach::writes : Reach::reads;
#else
  return Reach::unknown;
#endif
}

// Reports the fault if the address belongs to the mapping. Then the signal has its default effect.
void on_fault(int signal, siginfo_t* info, void* context) {
  Fault fault;
  if (mapping().find(static_cast<const char*>(info->si_addr), fault)) {
    fault.reach = reach(context);
    (void)!::send(talk_descriptor, &fault, sizeof fault, MSG_NOSIGNAL);
  }
  ::signal(signal, SIG_DFL);
  ::raise(signal);  // a signal that kill() sent would not occur again by itself
}

void watch_faults() {
  // On a stack overflow there is no room for the handler on the stack.
  static char room[1 << 16];
  stack_t stack{};
  stack.ss_sp = room;
  stack.ss_size = sizeof room;
  ::sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigaction(SIGSEGV, &action, nullptr);
  ::sigaction(SIGBUS, &action, nullptr);
}

void say(Word word, const std::string& text) {
  const std::string whole = static_cast<char>(word) + text;
  if (::send(talk_descriptor, whole.data(), whole.size(), MSG_NOSIGNAL) < 0)
    fail(errno, "what a plug-in says");
}

template <class T>
void call(const ops::Variant& variant, const Request& request) {
  const Mapping& memory = mapping();
  variant.compute<T>()(
      {.logits = {memory.at<const T>(Place::logits), request.rows, request.classes,
                  request.logits_stride},
       .result = {memory.at<T>(Place::result), request.rows, request.columns,
                  request.result_stride},
       .targets = {.index = {memory.at<const std::int32_t>(Place::targets), request.targets}},
       .losses = {memory.at<T>(Place::losses), request.losses},
       .gradient_scale = static_cast<T>(request.scale)});
}

// The reason why the kernel could not compute the result; empty if it could.
std::string answer(const Plugin& plugin, const Request& request) {
  const ops::Variant& variant = plugin.variants.at(request.kernel);
  mapping().lay_out(layout_of(request));
  // If the program that waits for the answer was killed, nothing else would end a call that hangs.
  ::alarm(static_cast<unsigned>(request.limit_s) + 2);
  std::string failure;
  try {
    if (request.element == sizeof(double))
      call<double>(variant, request);
    else
      call<float>(variant, request);
  } catch (const run::CaseFailed& failed) {
    failure = failed.what();
  }
  ::alarm(0);
  return failure;
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
    say(Word::answer, answer(plugin, request));
  }
}

}  // namespace maxtrick::worker
