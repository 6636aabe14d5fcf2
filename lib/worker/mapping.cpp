#include "worker/mapping.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <ucontext.h>

#include <cerrno>

#include "worker/process.hpp"

namespace maxtrick::worker {
namespace {

// The length of the inaccessible ranges. An access beyond an array must not reach another array.
constexpr std::size_t forbidden = std::size_t{1} << 20;

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

}  // namespace

void Mapping::lay_out(const Layout& layout) {
  unmap();
  layout_ = layout;
  std::size_t size = forbidden;
  for (const Area& one : layout) size += one.size + forbidden;
  // Only the areas are ever backed by memory.
  void* const base =
      ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) fail(errno, "cannot map the memory of a call");
  base_ = static_cast<char*>(base);
  size_ = size;
  char* next = base_ + forbidden;
  for (std::size_t i = 0; i < layout.size(); ++i) {
    starts_[i] = next;
    next += layout[i].size + forbidden;
    if (layout[i].size == 0) continue;
    if (::mmap(starts_[i], layout[i].size, layout[i].writable ? PROT_READ | PROT_WRITE : PROT_READ,
               MAP_SHARED | MAP_FIXED, memory_descriptor,
               static_cast<off_t>(layout[i].offset)) == MAP_FAILED)
      fail(errno, "cannot map the memory of a call");
  }
}

bool Mapping::find(const char* address, Fault& fault) const {
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

void Mapping::unmap() {
  if (size_ > 0) ::munmap(base_, size_);
  size_ = 0;
}

Mapping& mapping() {
  static Mapping instance;
  return instance;
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

}  // namespace maxtrick::worker
