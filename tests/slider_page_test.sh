#!/usr/bin/env bash
# Tests the slider page in a browser, opened from disk and without a network. Writes slider.png
# beside it.
#   slider_page_test.sh SOURCE BUILD
set -eu
cd "$1"
skip() {
  echo "skipped: $1"
  exit 77
}
command -v node >/dev/null || skip "no Node here (scripts/setup --report installs it)"
browser=$(command -v chromium) || skip "no Chromium here (scripts/setup --browser installs it)"
modules=build/browser/node_modules
[ -d $modules/playwright-core ] || skip "no playwright-core here (scripts/browser gets it)"
[ -f "$2/slider/index.html" ] || skip "the page could not be made here"
MODULES=$PWD/$modules CHROMIUM=$browser node tests/slider/page.mjs "$2/slider"
