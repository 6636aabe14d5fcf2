#!/usr/bin/env bash
# Tests the data, axes, colours, page and drawings of the report with Node's own test runner:
#   tests/report_test.sh SOURCE
set -eu
cd "$1"
. tests/needs.sh
need_node
need_vega
node --test tests/pictures/*.test.mjs
