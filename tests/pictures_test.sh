#!/usr/bin/env bash
# Draws the committed tables again and checks that the committed pictures are the same, byte for
# byte:
#   tests/pictures_test.sh SOURCE
set -eu
cd "$1"
skip() { echo "skipped: $*" >&2; exit 77; }
command -v node >/dev/null || skip "no node here; scripts/setup --report installs it"
cmp -s scripts/pictures/package-lock.json build/pictures/installed-lock.json ||
  skip "Vega is not in build/pictures; scripts/report --fetch gets it"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scripts/report --ready --into "$work"
diff -rq "$work/pictures" results/pictures >&2 || {
  echo "pictures: not those of the tables; make them again: scripts/report" >&2
  exit 1
}
