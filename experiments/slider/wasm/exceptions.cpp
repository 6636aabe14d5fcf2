// The C++ library for WebAssembly has no exceptions. Nothing that the page calls throws, but for
// errors of this program; one ends in a trap, which JavaScript sees as a RuntimeError.
#include <cstddef>

extern "C" {
void* __cxa_allocate_exception(std::size_t) { __builtin_trap(); }
void __cxa_throw(void*, void*, void (*)(void*)) { __builtin_trap(); }
}
