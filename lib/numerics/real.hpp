// MPFR numbers that free their memory (RAII).
#pragma once

// Use the functions of MPFR and not its macros. The macros need a pointer to a structure and do not
// accept an object that converts to one, and they convert numbers without a cast.
#define MPFR_USE_NO_MACRO
#include <mpfr.h>

#include <cstddef>
#include <vector>

namespace maxtrick::numerics {

// One number of a fixed precision.
class Real {
 public:
  explicit Real(mpfr_prec_t bits) { mpfr_init2(value_, bits); }
  ~Real() { mpfr_clear(value_); }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;
  operator mpfr_ptr() { return value_; }

 private:
  mpfr_t value_;
};

// Many numbers of one fixed precision in one block of memory, for rows of a million classes.
class Reals {
 public:
  Reals(std::size_t size, mpfr_prec_t bits)
      : stride_(mpfr_custom_get_size(bits) / sizeof(mp_limb_t)),
        limbs_(size * stride_),
        values_(size) {
    for (std::size_t i = 0; i < size; ++i) {
      mp_limb_t* limbs = limbs_.data() + i * stride_;
      mpfr_custom_init(limbs, bits);
      mpfr_custom_init_set(&values_[i], MPFR_ZERO_KIND, 0, bits, limbs);
    }
  }
  Reals(const Reals&) = delete;
  Reals& operator=(const Reals&) = delete;
  mpfr_ptr operator[](std::size_t i) { return &values_[i]; }

 private:
  std::size_t stride_;
  std::vector<mp_limb_t> limbs_;
  std::vector<__mpfr_struct> values_;
};

// Must be called on each thread that computes with MPFR. MPFR caches constants and numbers for each
// thread and does not free them when the thread ends.
inline void free_caches_with_the_thread() {
  struct Caches {
    ~Caches() { mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE); }
  };
  thread_local const Caches freed;
}

}  // namespace maxtrick::numerics
