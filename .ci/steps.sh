# Code that .ci/run and .ci/full share; both source this file. Each step builds what it needs, so that it can
# also run alone in a fresh clone.
# shellcheck shell=bash disable=SC2034  # variables are for those who source it
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
# With these settings, ccache also finds entries of a clone in another folder.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=yes
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

announce() { echo "ci: $SECONDS s, $*" >&2; }
# Exit code 5 means that the CPU lacks an instruction set or that data are missing; the rows concerned are
# skipped.
or_skipped() { "$@" || [ $? -eq 5 ]; }
cpu_has() { grep -qw "$1" /proc/cpuinfo; }

# GCC links as users do; with it, the peer libraries that are installed are compiled too. Clang leaves them
# out, since their headers take minutes. Both compile the files of a module together, except for .ci/full's GCC:
# only single files show a missing #include, an unused function, and what -Wshadow finds.
gcc=(-DMAXTRICK_WERROR=ON)
clang=(-DMAXTRICK_WERROR=ON -DMAXTRICK_QUICK=ON -DMAXTRICK_TORCH=OFF -DMAXTRICK_EIGEN=OFF -DMAXTRICK_XNNPACK=OFF
  -DMAXTRICK_ONNXRUNTIME=OFF -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld)
gcc_program() {
  scripts/setup
  scripts/build release "${gcc[@]}" -- --target maxtrick
}

# This table contains times, which differ from run to run. `check` compares its other columns by their rules.
timed=backends

# The steps of .ci/full, in order. A hyphen in a step's name is an underscore in the name of its function.
steps=(tidy asan mutate libm emulate-nehalem emulate-haswell emulate-aarch64 asan-avx2 clang blas-cores external
  frameworks browser recipes oracle proofs fuzz tsan drd stress)

step_tidy() {
  scripts/setup --ci --tidy
  scripts/build tidy "${clang[@]}"
}

step_asan() {
  scripts/setup --ci
  scripts/test asan -LE oracle "${clang[@]}"
}

step_mutate() {
  gcc_program
  scripts/mutate
}

# The tables must also hold with the exp and log that glibc selects on a CPU without FMA. Rows whose bits are
# promised must be equal.
step_libm() {
  gcc_program
  GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4 or_skipped build/maxtrick check
}

# A test that needs an instruction set which the emulated CPU lacks is skipped; any other use of one fails.
emulate() {
  scripts/setup --emulate
  local programs
  programs=$(scripts/emulate --list)
  # shellcheck disable=SC2086  # a list of words
  scripts/build release "${gcc[@]}" -- --target maxtrick maxtrick_probe $programs
  scripts/emulate "$1"
}
step_emulate_nehalem() { emulate Nehalem; }
step_emulate_haswell() { emulate Haswell; }

# The kernels for AArch64, scalar and NEON, must return the bits that were recorded on x86.
step_emulate_aarch64() {
  scripts/setup --aarch64
  scripts/test aarch64 "${gcc[@]}"
}

step_asan_avx2() {
  if ! cpu_has avx2; then
    echo "ci: skipped, this CPU has no AVX2" >&2
    return
  fi
  scripts/setup --ci
  MAXTRICK_ISA=avx2 scripts/test asan -L kernels "${clang[@]}"
}

# Both compilers must produce the same tables, byte for byte.
step_clang() {
  scripts/setup --ci
  scripts/test clang -LE oracle "${clang[@]}"
  gcc_program
  or_skipped build/maxtrick run -o "$work/gcc"
  or_skipped build-clang/maxtrick run -o "$work/clang"
  local table name
  for table in "$work"/gcc/*.csv "$work"/gcc/*.md; do
    name=$(basename "$table")
    [[ $name == $timed.* ]] || cmp "$table" "$work/clang/$name"
  done
}

# The tables of training must also pass with OpenBLAS's other cores, which are older than the one that it
# selects here.
step_blas_cores() {
  gcc_program
  local core cores=()
  ! cpu_has avx || cores+=(Sandybridge)
  ! cpu_has avx2 || cores+=(Haswell)
  for core in "${cores[@]}"; do
    announce "training with OpenBLAS's $core"
    OPENBLAS_CORETYPE=$core or_skipped build/maxtrick check \
      configs/{published,training,regions,calibration,breaking,imbalance,outliers,backends}.toml
  done
}

# The tables of data that users have to obtain themselves. The logits of the lab are computed here.
step_external() {
  gcc_program
  ! cpu_has avx2 || OPENBLAS_CORETYPE=Haswell build/maxtrick run configs/training.toml \
    --filter lab/bayes --export build/model
  or_skipped build/maxtrick check configs/external/*.toml
}

# Debian's frameworks must answer as the table conventions says.
step_frameworks() {
  scripts/setup --frameworks
  gcc_program
  local code=0
  tests/frameworks_test.sh . build/maxtrick >"$work/frameworks" || code=$?
  cat "$work/frameworks" >&2
  # 77, too, is a failure here.
  [ $code -eq 0 ] && ! grep -q '^skipped: ' "$work/frameworks"
}

step_browser() {
  scripts/setup --report --browser
  scripts/report --fetch
  scripts/browser
  scripts/test release -L browser "${gcc[@]}"
  # Everything that these tests may lack elsewhere has been set up here, so none may be skipped.
  if grep -q '^skipped: ' build/Testing/Temporary/LastTest.log; then
    echo "ci: a test was skipped" >&2
    return 1
  fi
}

step_recipes() { scripts/test release -L recipe "${gcc[@]}"; }

# MPFR repeats 10^7 decisions of the oracle's first stage.
step_oracle() { scripts/test release -L oracle "${gcc[@]}"; }

# The bounds of the arithmetic of `correct`, for every input.
step_proofs() {
  scripts/setup --proofs
  scripts/prove
}

# Each target runs for half a minute, whether or not another one failed.
step_fuzz() {
  scripts/setup --ci
  local target code=0
  for target in $(scripts/fuzz --list); do scripts/fuzz "$target" 30 || code=1; done
  return $code
}

# Runs each experiment on its reduced grid with four jobs by the command, and goes on after one that fails. oneDNN
# takes its threads from OpenMP, whose way to wait for threads no detector of races knows.
reduced_runs() {
  local config code=0
  for config in tests/reduced/*.toml; do
    announce "$config"
    OMP_NUM_THREADS=1 XDG_CACHE_HOME=$work/cache or_skipped "$@" -q -j 4 -o "$work/races" "$config" || code=1
  done
  return $code
}

# One thread may take all cases of a small grid before the others have started, so that no two run at once. Three
# rounds make that rare.
step_tsan() {
  scripts/setup --ci
  scripts/build tsan "${clang[@]}" -- --target maxtrick
  clang -shared -fPIC -O1 -I lib/api tests/plugin/every_op.c -o "$work/every_op.so" -lm
  local code=0
  export TSAN_OPTIONS="exitcode=66 suppressions=$PWD/tests/races.tsan.supp"
  for _ in 1 2 3; do
    reduced_runs build-tsan/maxtrick run --plugin "$work/every_op.so" || code=1
    rm -rf "$work/races"
  done
  return $code
}

# DRD sees what ThreadSanitizer does not: races on the static variables of libraries. It does not see the order that
# atomic variables create, so most of its reports about the program's own memory are false and left out.
drd() {
  local code=0 races
  valgrind --tool=drd -q --suppressions=tests/races.drd.supp --log-file="$work/drd" "$@" || code=$?
  races=$(sed 's/^==[0-9]*== \?//' "$work/drd" |
    awk -v RS= -v ORS='\n\n' '/Allocation context: (BSS|Data) section of [^\n]*\.so/')
  [ -z "$races" ] && return $code
  echo "$races" >&2
  return 66
}
step_drd() {
  scripts/setup --drd
  gcc_program
  reduced_runs drd build/maxtrick run
}

step_stress() {
  gcc_program
  scripts/stress kill
  scripts/stress concurrent
}
