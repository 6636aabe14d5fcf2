// The C++ library for WebAssembly has no exceptions. Nothing that the page calls throws, but for
// errors of this program; one ends in a trap, which JavaScript sees as a RuntimeError.
#include <cstddef>

extern "C" {
void* __cxa_allocate_exception(std::size_t) { __builtin_trap(); }
void __cxa_throw(void*, void*, void (*)(void*)) { __builtin_trap(); }
}

// The page has one thread, which never ends: nothing of it is destroyed.
extern "C" int __cxa_thread_atexit(void (*)(void*), void*, void*) { return 0; }
