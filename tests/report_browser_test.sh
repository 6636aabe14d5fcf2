#!/usr/bin/env bash
# Chromium opens the report from disk, without a network: every picture comes alive, and the console
# has nothing to say.
#   tests/report_browser_test.sh SOURCE PROGRAM
set -eu
cd "$1"
skip() { echo "skipped: $*" >&2; exit 77; }
command -v node >/dev/null || skip "no node here; scripts/setup --report installs it"
cmp -s scripts/pictures/package-lock.json build/pictures/installed-lock.json ||
  skip "Vega is not in build/pictures; scripts/report fetches it"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  skip "no Chromium here; scripts/setup --ci installs it"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
MAXTRICK=$2 scripts/report --into "$work"
# Where the system lets us, it has no network at all.
offline=()
unshare --user --map-root-user --net true 2>/dev/null && offline=(unshare --user --map-root-user --net)
# So tall a window that all pictures are in view.
timeout 240 "${offline[@]}" "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic \
  --no-first-run --disable-background-networking --disable-component-update --disable-sync \
  --host-resolver-rules='MAP * ~NOTFOUND' --user-data-dir="$work/profile" --window-size=1000,40000 \
  --virtual-time-budget=40000 --enable-logging=stderr --dump-dom "file://$work/report.html" \
  >"$work/dom.html" 2>"$work/log" || {
  echo "report: $browser ended with $?" >&2
  tail -20 "$work/log" >&2
  exit 1
}
# Chromium's own pages have a console too.
if grep -F CONSOLE "$work/log" | grep -F "file://" >&2; then
  echo "report: the console is not empty" >&2
  exit 1
fi
pictures=$(ls "$work/pictures" | wc -l)
grep -o 'data-live="[^"]*"' "$work/dom.html" | grep -qx "data-live=\"$pictures of $pictures\"" || {
  echo "report: not every one of $pictures pictures came alive: $(grep -o 'data-live="[^"]*"' "$work/dom.html")" >&2
  tail -5 "$work/log" >&2
  exit 1
}
# The sliders too, where they have been built.
if [ -e build/slider/slider.html ]; then
  grep -q '<section id="slider"[^>]* data-ready' "$work/dom.html" || {
    echo "report: the sliders in the page did not start" >&2
    exit 1
  }
fi
