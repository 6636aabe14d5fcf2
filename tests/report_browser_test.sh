#!/usr/bin/env bash
# Opens the report from disk in Chromium, without a network, at three widths, light and dark. Nothing may be
# cut off, and the console must be empty.
#   tests/report_browser_test.sh SOURCE
set -eu
cd "$1"
skip() { echo "skipped: $*" >&2; exit 77; }
command -v node >/dev/null || skip "no node here; scripts/setup --report installs it"
cmp -s scripts/pictures/package-lock.json build/pictures/installed-lock.json ||
  skip "Vega is not in build/pictures; scripts/report --fetch gets it"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  skip "no Chromium here; scripts/setup --browser installs it"
modules=build/browser/node_modules
[ -d $modules/playwright-core ] || skip "no playwright-core here; scripts/browser gets it"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scripts/report --ready --into "$work"
# If the system permits it, the browser runs in a namespace without any network.
offline=()
unshare --user --map-root-user --net true 2>/dev/null && offline=(unshare --user --map-root-user --net)
unset SLIDERS
[ ! -e build/slider/slider.html ] || export SLIDERS=yes
MODULES=$PWD/$modules CHROMIUM=$browser timeout 300 "${offline[@]}" node tests/report_page.mjs "$work/report.html" \
  "$(ls "$work/pictures" | wc -l)"
