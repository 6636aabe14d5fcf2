#!/usr/bin/env bash
# Opens the report from disk in Chromium, without a network, at three widths, light and dark. No text
# may be cut off or overlap another one, and the console must be empty.
#   tests/report_browser_test.sh SOURCE
set -eu
cd "$1"
. tests/needs.sh
need_node
need_vega
need_browser
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scripts/report --ready --into "$work"
# If the system permits it, the browser runs in a namespace without any network.
offline=()
unshare --user --map-root-user --net true 2>/dev/null && offline=(unshare --user --map-root-user --net)
unset SLIDERS
[ ! -e build/slider/slider.html ] || export SLIDERS=yes
timeout 300 "${offline[@]}" node tests/report_page.mjs "$work/report.html" \
  "$(ls "$work/pictures" | wc -l)"
