// Replaces operator new, so that tests can count its calls. These tests have a program of their own.
#include "counted_new.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> calls = 0, bytes = 0;

void* counted(std::size_t size) noexcept {
  ++calls;
  bytes += size;
  return std::malloc(size > 0 ? size : 1);
}

}  // namespace

namespace maxtrick::tests {

Allocated allocated() { return {calls, bytes}; }

}  // namespace maxtrick::tests

void* operator new(std::size_t size) {
  if (void* memory = counted(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
