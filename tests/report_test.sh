#!/usr/bin/env bash
# Tests the data, axes, colours, page and drawings of the report with Node's own test runner:
#   tests/report_test.sh SOURCE
set -eu
cd "$1"
skip() { echo "skipped: $*" >&2; exit 77; }
command -v node >/dev/null || skip "no node here; scripts/setup --report installs it"
cmp -s scripts/pictures/package-lock.json build/pictures/installed-lock.json ||
  skip "Vega is not in build/pictures; scripts/report --fetch gets it"
node --test tests/pictures/*.test.mjs
