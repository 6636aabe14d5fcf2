#!/usr/bin/env bash
# Follows recipes of docs/ literally in a copy of the project: a case, without compiling (tables.md); a
# variant, a formulation and an experiment, each as one new file (extending.md).
#   recipe_test.sh SOURCE PROGRAM PROGRAM-WITH-THE-FILES
set -eu
source_dir=$1
program=$2
with_files=$3
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

. "$source_dir/tests/recipe.sh"
fail() { echo "recipe: $*" >&2; exit 1; }

for part in CMakeLists.txt CMakePresets.json lib experiments configs scripts; do
  cp -r "$source_dir/$part" "$copy/"
done
cd "$copy"

# A case needs only the existing program.
block mine.toml >mine.toml
mkdir build
ln -s "$program" build/maxtrick
block run >run.sh
bash -eu run.sh || [ $? -eq 5 ]  # 5: on a CPU without AVX2, oneDNN is skipped
grep -q '^softmax,my-long-row,float32,softmax.max_trick.scalar,' mine/mine.csv || fail "no row of the case"
grep -q '| my-row |' mine/mine.md || fail "no case in the table to read"
rm -r build

# A variant, a formulation and an experiment need one new file each; the build must compile it without any
# other change.
"$source_dir/tests/recipe_sources.sh" "$source_dir" .
block configs/sums.toml >configs/sums.toml
[ -s configs/sums.toml ] || fail "docs/extending.md has no configs/sums.toml"
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Debug -DMAXTRICK_TESTS=OFF -DMAXTRICK_UNITY=OFF \
  -DMAXTRICK_TORCH=OFF -DMAXTRICK_EIGEN=OFF -DMAXTRICK_XNNPACK=OFF -DMAXTRICK_ONNXRUNTIME=OFF >cmake.log ||
  { cat cmake.log >&2; exit 1; }
inputs=$(ninja -C build -t inputs maxtrick) || fail "ninja cannot say what the program is made of"
for file in lib/variants/mean_shift.cpp lib/variants/floored.cpp experiments/sums.cpp; do
  grep -Fqx "$(pwd -P)/$file" <<<"$inputs" || fail "the program is built without $file"
done
ln -s "$with_files" build/maxtrick
follow() {
  block "$1" >run.sh
  [ -s run.sh ] || fail "docs/extending.md does not $1"
  bash -eu run.sh >said || { cat said >&2; fail "a command fails: $1"; }
}
follow "try the variant"
grep -q ' softmax.mean_shift.scalar  *float32  *ok ' said || fail "eval does not have the variant"
grep -q '^softmax .* softmax.mean_shift.scalar  *ok ' said || fail "the variant is not in the table"
follow "try the formulation"
grep -q ' floored(softmax.max_trick.scalar)  *float32  *wrong  *[0-9.e+]*  *16.118' said || fail "eval does not have the formulation"
follow "try the experiment"
grep -q '^softmax.mean_shift.scalar,' results/sums.csv || fail "the experiment does not walk the registry"
