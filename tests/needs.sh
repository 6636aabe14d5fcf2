# What the tests of the pages need. A test sources this file; if something is missing, it is skipped.
# shellcheck shell=bash
skip() { echo "skipped: $*" >&2; exit 77; }
need_node() { command -v node >/dev/null || skip "node is missing; scripts/setup --report installs it"; }
need_vega() {
  cmp -s scripts/pictures/package-lock.json build/pictures/installed-lock.json ||
    skip "Vega is not in build/pictures; scripts/report --fetch downloads it"
}
# Sets CHROMIUM and MODULES, as tests/browser.mjs reads them.
need_browser() {
  CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
    skip "Chromium is missing; scripts/setup --browser installs it"
  MODULES=$PWD/build/browser/node_modules
  [ -d "$MODULES/playwright-core" ] || skip "playwright-core is missing; scripts/browser installs it"
  export CHROMIUM MODULES
}
