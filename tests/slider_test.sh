#!/usr/bin/env bash
# Builds the slider page and checks that it computes what the native build computes. Also tests its
# digits and its rows.
#   slider_test.sh SOURCE BUILD PRESETS-PROGRAM ROWS-PROGRAM
set -eu
cd "$1"
. tests/needs.sh
need_node
PRESETS=$3 scripts/slider "$2/slider" || {
  code=$?
  [ $code -ne 5 ] || skip "there is no C++ compiler for WebAssembly"
  exit $code
}
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
"$4" "$rows"
node tests/slider/digits.mjs
node tests/slider/bits.mjs "$2/slider" "$rows"
