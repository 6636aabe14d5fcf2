#!/usr/bin/env bash
# Tests the slider page in a browser, opened from disk and without a network. Writes slider.png
# beside it.
#   slider_page_test.sh SOURCE BUILD
set -eu
cd "$1"
. tests/needs.sh
need_node
need_browser
[ -f "$2/slider/index.html" ] || skip "the page could not be made here"
node tests/slider/page.mjs "$2/slider"
