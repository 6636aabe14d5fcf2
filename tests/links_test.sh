#!/usr/bin/env bash
# Checks that every link of the documents leads to an existing file or folder and, if it has an anchor, to a
# heading of that file. Also checks that README.md has at most 250 lines and no table of more than six
# columns.
#   links_test.sh SOURCE
set -eu
cd "$1"
documents=(README.md docs/*.md CONTRIBUTING.md CHANGELOG.md results/README.md)

# Prints the anchors that GitHub generates for the headings of a document, one per line.
anchors() {
  awk '
    /^ *```/ { fenced = !fenced }
    !fenced && /^#+ / {
      sub(/^#+ +/, "")
      anchor = tolower($0)
      gsub(/[^[:alnum:] _-]/, "", anchor)
      gsub(/ /, "-", anchor)
      print anchor (seen[anchor]++ ? "-" seen[anchor] - 1 : "")
    }' "$1"
}

# Prints the targets of the links of a document, one per line, without links to other sites.
targets() {
  awk '
    /^ *```/ { fenced = !fenced }
    !fenced {
      gsub(/`[^`]*`/, "")
      while (match($0, /\]\([^)]*\)/)) {
        print substr($0, RSTART + 2, RLENGTH - 3)
        $0 = substr($0, RSTART + RLENGTH)
      }
    }' "$1" | grep -vE '^(https?|mailto):' || true
}

count=0 wrong=0
complain() { echo "links: $*" >&2; wrong=1; }
for document in "${documents[@]}"; do
  while IFS= read -r target; do
    count=$((count + 1))
    file=${target%%#*}
    path=$document
    [ -z "$file" ] || path=$(dirname "$document")/$file
    if [ ! -e "$path" ]; then
      complain "$document: $target: no such file"
    elif [[ $target == *'#'* ]] && ! anchors "$path" | grep -qxF -e "${target#*#}"; then
      complain "$document: $target: no such heading"
    fi
  done < <(targets "$document")
done
[ $count -gt 50 ] || complain "only $count links found"

[ "$(wc -l <README.md)" -le 250 ] || complain "README.md has more than 250 lines"
awk -F'|' '/^\|/ && NF > 8 { print "links: README.md:" NR ": a table of more than six columns"; wrong = 1 }
  END { exit wrong }' README.md >&2 || wrong=1
exit $wrong
