#!/usr/bin/env bash
# Draws the committed tables again and checks that the committed pictures are the same, byte for
# byte:
#   tests/pictures_test.sh SOURCE
set -eu
cd "$1"
. tests/needs.sh
need_node
need_vega
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scripts/report --ready --into "$work"
diff -rq "$work/pictures" results/pictures >&2 || {
  echo "pictures: results/pictures do not match the tables; redraw them: scripts/report" >&2
  exit 1
}
