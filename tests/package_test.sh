#!/usr/bin/env bash
# Installs a build, moves the installed files, and follows docs/library.md literally: its program is
# built with CMake and with pkg-config, and both must print the known results.
#   package_test.sh SOURCE BUILD VERSION COMPILER GENERATOR
set -eu
source_dir=$1 build=$2 version=$3 compiler=$4 generator=$5
if ! command -v pkg-config >/dev/null; then
  echo "package: skipped, no pkg-config here"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "package: $*" >&2; exit 1; }
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "failed: $*"; }; }

. "$source_dir/tests/recipe.sh"

unset DESTDIR
quietly cmake --install "$build" --prefix "$work/first"
mv "$work/first" "$work/moved"
prefix=$work/moved
pc=$(find "$prefix" -name maxtrick.pc)
package=$(dirname "$(find "$prefix" -name maxtrick-config.cmake)")
[ -n "$pc" ] && [ -d "$package" ] || fail "no maxtrick.pc or no maxtrick-config.cmake"
export PKG_CONFIG_PATH=${pc%/*} CMAKE_PREFIX_PATH=$prefix
LD_LIBRARY_PATH=$(pkg-config --variable=libdir maxtrick)  # for a shared build
export LD_LIBRARY_PATH

# The installed files must contain no path of the build, and must not require any library from their
# users.
! grep -rnF -e "$source_dir" -e "$build" -e "$work" "$pc" "$package" "$prefix/include" ||
  fail "what is installed holds a path"
! grep -rniE 'dnnl|benchmark|mpfr|fmt|boost' "$pc" "$package" "$prefix/include" ||
  fail "what is installed asks for a library"

# Each header must compile on its own, without any of the warnings that a strict user enables.
for header in "$prefix"/include/maxtrick/*.hpp; do
  "$compiler" -std=c++20 -fsyntax-only -I "$prefix/include" -Wall -Wextra -Wpedantic -Wconversion \
    -Wsign-conversion -Wshadow -Werror -include "$header" -x c++ /dev/null || fail "$header"
done

# Builds the program of docs/library.md in both ways.
printf '%s\n' 0.0900306 0.244728 0.665241 0.333333 0.333333 0.333333 >"$work/known"
mkdir "$work/mine" "$work/bin"
cd "$work/mine"
for file in main.cpp CMakeLists.txt; do
  block "library/$file" >$file
  [ -s $file ] || fail "docs/library.md has no library/$file"
done
quietly cmake -S . -B cmake-build -G "$generator" -DCMAKE_CXX_COMPILER="$compiler"
quietly cmake --build cmake-build
cmake-build/mine >by-cmake
cmp by-cmake "$work/known"
ln -s "$(command -v "$compiler")" "$work/bin/g++"
block library/pkg-config >command.sh
[ -s command.sh ] || fail "docs/library.md has no library/pkg-config"
PATH=$work/bin:$PATH quietly bash -eu command.sh
./mine >by-pkg-config
cmp by-pkg-config "$work/known"

# MAXTRICK_ISA, which limits the program to an instruction set, must do the same for the library.
MAXTRICK_ISA=scalar ./mine | cmp - "$work/known"
if MAXTRICK_ISA=none bash -c 'ulimit -c 0; ./mine; exit $?' >"$work/log" 2>&1; then fail "MAXTRICK_ISA=none is taken"; fi
grep -qF "MAXTRICK_ISA=none: not an instruction set" "$work/log" || fail "MAXTRICK_ISA=none is not named"

# The package accepts its own version and rejects incompatible ones.
[ "$(pkg-config --modversion maxtrick)" = "$version" ] || fail "maxtrick.pc has another version"
IFS=. read -r major minor patch <<<"$version"
finds() {
  mkdir -p "$work/find"
  printf '%s\n' "cmake_minimum_required(VERSION 3.21)" "project(find LANGUAGES CXX)" \
    "find_package(maxtrick $1 REQUIRED)" >"$work/find/CMakeLists.txt"
  cmake -S "$work/find" -B "$work/find/build" -G "$generator" -DCMAKE_CXX_COMPILER="$compiler" \
    >"$work/log" 2>&1
}
finds "$major.$minor" || { cat "$work/log" >&2; fail "version $major.$minor is not found"; }
wrong=("$((major + 1)).0" "$major.$((minor + 1))" "$major.$minor.$((patch + 1))")
[ "$major" -ne 0 ] || [ "$minor" -eq 0 ] || wrong+=("0.$((minor - 1))")
for other in "${wrong[@]}"; do
  rm -rf "$work/find"
  if finds "$other"; then fail "version $other is found, but it is $version"; fi
  grep -qF "version: $version" "$work/log" || { cat "$work/log" >&2; fail "not refused as $version"; }
done

# The library can be built alone where none of the program's dependencies is installed.
without=()
for library in dnnl tomlplusplus fmt nlohmann_json pugixml OpenSSL CLI11 benchmark PkgConfig Boost; do
  without+=("-DCMAKE_DISABLE_FIND_PACKAGE_$library=ON")
done
quietly cmake -S "$source_dir" -B "$work/alone" -G "$generator" -DCMAKE_CXX_COMPILER="$compiler" \
  -DMAXTRICK_PROGRAM=OFF "${without[@]}"

# The installed program must also run without its build folder.
MAXTRICK_ISA=scalar "$prefix/bin/maxtrick" eval softmax --logits 1000,1001,1002 \
  --variant softmax.accurate.scalar --format csv | grep -q ',ok,' || fail "bin/maxtrick does not run"
for file in man/man1/maxtrick.1 bash-completion/completions/maxtrick; do
  [ -s "$prefix/share/$file" ] || fail "no share/$file"
done
