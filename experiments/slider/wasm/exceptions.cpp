// The C++ library for WebAssembly does not support exceptions. The functions that the page calls
// throw only for errors of this program. Such an exception traps, and JavaScript receives a
// RuntimeError.
#include <cstddef>

extern "C" {
void* __cxa_allocate_exception(std::size_t) { __builtin_trap(); }
void __cxa_throw(void*, void*, void (*)(void*)) { __builtin_trap(); }
}

// The page has one thread, which never ends. Its thread-local objects are therefore never
// destroyed.
extern "C" int __cxa_thread_atexit(void (*)(void*), void*, void*) { return 0; }
