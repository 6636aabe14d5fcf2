#!/usr/bin/env bash
# Follows README.md's three recipes word by word in a copy of the project: a case without compiling,
# a variant by one file, an experiment by one file and one config.
#   recipe_test.sh SOURCE PROGRAM PROGRAM-WITH-BOTH-FILES
set -eu
source_dir=$1
program=$2
with_both=$3
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

. "$source_dir/tests/recipe.sh"
fail() { echo "recipe: $*" >&2; exit 1; }

for part in CMakeLists.txt CMakePresets.json lib experiments configs scripts; do
  cp -r "$source_dir/$part" "$copy/"
done
cd "$copy"

# A case: with the program as it is.
block mine.toml >mine.toml
mkdir build
ln -s "$program" build/maxtrick
block run >run.sh
bash -eu run.sh || [ $? -eq 5 ]  # 5: a CPU without AVX2 skips oneDNN
grep -q '^softmax,my-long-row,float32,softmax.max_trick.scalar,' mine/mine.csv || fail "no row of the case"
grep -q '| my-row |' mine/mine.md || fail "no case in the table to read"
rm -r build

# A variant and an experiment: each a new file, nothing else, and the build takes it.
"$source_dir/tests/recipe_sources.sh" "$source_dir" .
block configs/sums.toml >configs/sums.toml
[ -s configs/sums.toml ] || fail "README.md has no configs/sums.toml"
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Debug -DMAXTRICK_TESTS=OFF \
  -DMAXTRICK_TORCH=OFF -DMAXTRICK_EIGEN=OFF -DMAXTRICK_XNNPACK=OFF >cmake.log ||
  { cat cmake.log >&2; exit 1; }
inputs=$(ninja -C build -t inputs maxtrick) || fail "ninja cannot say what the program is made of"
for file in lib/variants/mean_shift.cpp experiments/sums.cpp; do
  grep -Fqx "$(pwd -P)/$file" <<<"$inputs" || fail "the program is built without $file"
done
ln -s "$with_both" build/maxtrick
build/maxtrick eval softmax --logits 100,0 --variant "*mean_shift*" --format csv | grep -q ',softmax.mean_shift.scalar,float32,ok,' ||
  fail "the variant is not there"
build/maxtrick run configs/overflow.toml --filter 'two-classes/float32/softmax.mean_shift' | grep -q ' ok ' ||
  fail "the variant is not in the table"
build/maxtrick run configs/sums.toml
build/maxtrick check configs/sums.toml
grep -q '^softmax.mean_shift.scalar,' results/sums.csv || fail "the experiment does not walk the registry"
