#!/usr/bin/env bash
# Runs the commands of README.md, CONTRIBUTING.md and docs/*.md, each document in a copy of the project.
#   documents_test.sh SOURCE PROGRAM quick|slow [DOCUMENT...]
# The comment in the line before a fenced block, which readers do not see, determines what the test does with
# it:
#   <!-- run -->               bash -eu runs it, and it must succeed
#   <!-- run slowly -->        the same, but only with `slow`, which then runs the whole document
#   <!-- run if COMMAND -->    the same, but only if this command is installed
#   <!-- run: exit code N -->  its last command must end with this code (also: run slowly: exit code N),
#                              or with either of two: exit code N or M
#   <!-- output -->            it must equal the stdout of the preceding block that was run
#   <!-- file: NAME -->        it is written to the file NAME
#   <!-- recipe: NAME -->      another test of this folder uses it, by `block NAME` (recipe.sh)
#   <!-- not run: REASON -->   it is not used
# A block without such a comment is an error.
set -eu
source_dir=$1 program=$(realpath "$2") mode=$3
shift 3
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CI MAXTRICK_ISA ONEDNN_MAX_CPU_ISA XDG_CACHE_HOME
export RUSTUP_HOME=${RUSTUP_HOME-$HOME/.rustup}  # HOME is replaced below
wrong=0
complain() { echo "documents: $*" >&2; wrong=1; }

# On a CPU without AVX2 or AVX-512, rows are skipped and the exit code is 5. The copies then contain a program that
# ends with 0 instead, unless the block expects 5.
install_program() {
  if [ "$("$program" --version | grep -Ec '^ *avx(2|512) +available')" -eq 2 ]; then
    ln -s "$program" build/maxtrick
    return
  fi
  cat >build/maxtrick <<END
#!/usr/bin/env bash
code=0
"$program" "\$@" || code=\$?
[ \$code -ne 5 ] || [ "\$EXPECTED" = 5 ] || code=0
exit \$code
END
  chmod +x build/maxtrick
}

# Writes block n of a document to N.body, and its marker, language and line to N.marker.
split() {
  awk -v to="$2/" '
    /^ *```/ && !inside { inside = 1; n++; print marker >(to n ".marker"); print FNR >(to n ".line")
                          printf "" >(to n ".body"); next }
    /^ *```/ { inside = 0; marker = ""; next }
    inside { print >(to n ".body"); next }
    { marker = $0 }' "$1"
}

run_document() {
  local document=$1 blocks n marker body expected also code begin
  blocks=$(mktemp -d "$work/blocks.XXXXXX")
  split "$source_dir/$document" "$blocks"
  [ "$mode" = quick ] || grep -qE '^<!-- run slowly' "$blocks"/*.marker 2>/dev/null || return 0
  rm -rf "$work/copy"
  mkdir -p "$work/copy/build" "$work/home"
  cp -r "$source_dir"/{.ci,CMakeLists.txt,CMakePresets.json,LICENSE,lib,experiments,configs,results,scripts,tests} \
    "$work/copy/"
  cd "$work/copy"
  install_program
  ran=no
  for ((n = 1; ; n++)); do
    [ -e "$blocks/$n.marker" ] || break
    marker=$(<"$blocks/$n.marker") body=$blocks/$n.body
    local place
    place=$document:$(<"$blocks/$n.line")
    case $marker in
      '<!-- run '*|'<!-- run: '*)
        if [[ ! $marker =~ ^'<!-- run'(' slowly')?(' if '([a-z]+))?(': exit code '([0-9])(' or '([0-9]))?)?' -->'$ ]]; then
          complain "$place: cannot read $marker"
          continue
        fi
        ran=no expected=${BASH_REMATCH[5]:-0} also=${BASH_REMATCH[7]:-${BASH_REMATCH[5]:-0}}
        [ -z "${BASH_REMATCH[1]}" ] || [ "$mode" = slow ] || continue
        [ -z "${BASH_REMATCH[3]}" ] || command -v "${BASH_REMATCH[3]}" >/dev/null || continue
        ran=yes
        begin=$SECONDS code=0
        EXPECTED=$expected HOME=$work/home bash -eu "$body" >"$work/out" 2>"$work/err" </dev/null || code=$?
        echo "$place: exit code $code after $((SECONDS - begin)) s"
        if [ $code -ne "$expected" ] && [ $code -ne "$also" ]; then
          cat "$body" "$work/out" "$work/err" >&2
          complain "$place: exit code $code, expected $expected"
        fi ;;
      '<!-- output -->')
        [ "$ran" = no ] || diff "$body" "$work/out" >&2 || complain "$place: this is not what the commands print" ;;
      '<!-- file: '*' -->')
        marker=${marker#'<!-- file: '} marker=${marker%' -->'}
        mkdir -p "$(dirname "$marker")"
        cp "$body" "$marker" ;;
      '<!-- recipe: '*' -->')
        marker=${marker#'<!-- recipe: '} marker=${marker%' -->'}
        grep -qE "(block|follow|for (file|name) in) .*${marker##*/}" "$here"/*.sh ||
          complain "$place: no test takes the recipe $marker" ;;
      '<!-- not run: '?*' -->') ;;
      *) complain "$place: a block without a marker; the head of tests/documents_test.sh lists them" ;;
    esac
  done
}

cd "$source_dir"
[ $# -gt 0 ] || set -- README.md CONTRIBUTING.md docs/*.md
for document; do
  run_document "$document"
  cd "$source_dir"
done
exit $wrong
