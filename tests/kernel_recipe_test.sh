#!/usr/bin/env bash
# Follows "Compare your kernel in five minutes" of docs/plugins.md literally, in an empty folder beside the
# program, and the step of the sample job in docs/ci.md that runs `check`. Times are only checked for their
# presence.
set -eu
source_dir=$1
program=$2
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

. "$source_dir/tests/recipe.sh"
fail() { echo "recipe: $*" >&2; exit 1; }

mkdir -p "$copy/build/mine"
ln -s "$program" "$copy/build/maxtrick"
ln -s "$source_dir"/{lib,configs,results} "$copy/"
cd "$copy/build/mine"
block mine.c >mine.c
cmp mine.c "$source_dir/tests/plugin/plain_loop.c" || fail "mine.c is not the one that the other tests use"
block kernel >run.sh
bash -eu run.sh >said || { cat said >&2; fail "a command failed"; }
grep -q '^softmax.mine.scalar  *unstated ' said || fail "the list does not have it"
grep -q ' softmax.mine.scalar .* ok ' said || fail "eval does not have it"
grep -q '^softmax.mine.scalar,float32,normal-10,1000,10,' tables/accuracy.csv || fail "no row of accuracy"
grep -Eq '^softmax,softmax.mine.scalar,float32,1024x100,1,plain,,(ok|inaccurate),[^,]*,,[0-9.]+,' tables/speed/*/speed.csv ||
  fail "no time in the row of speed"

mkdir -p "$copy/project/maxtrick"  # a folder and not a link, because the job leaves it by ..
cd "$copy/project"
ln -s "$copy"/{build,lib,configs,results} maxtrick/
block workflow | awk '/- run: \|$/ { step = 1; next } step && !/^          / { exit } step' >check.sh
grep -q 'maxtrick check' check.sh || fail "the sample job checks nothing"
cp ../build/mine/mine.c .
bash -eu check.sh >said || { cat said >&2; fail "the sample job fails for a kernel that claims nothing"; }
grep -q '<testcase .*/softmax.mine.scalar"' softmax.xml || fail "no row of the kernel in softmax.xml"
sed 's/\.isa = /.claimed_ulp = 2, &/' ../build/mine/mine.c >mine.c
code=0
bash -eu check.sh >said || code=$?
[ $code -eq 1 ] || fail "the sample job ends with $code for a kernel that breaks its claim"
grep -q '<failure .*claims 2 ULP at most, and is off by' softmax.xml || fail "softmax.xml has no failure"
