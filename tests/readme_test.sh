#!/usr/bin/env bash
# Checks that the documents show the current tables of results/, and that docs/cli.md names exactly the
# commands, options and exit codes that the program has.
#   readme_test.sh SOURCE PROGRAM
set -eu
cd "$1"
program=$2
MAXTRICK=$program scripts/readme --check
for code in holds:0 check_failed:1 usage:2 slower:3 noisy:4 incomplete:5 error:6; do
  grep -q "exit_${code%:*} = ${code#*:}," lib/cli/commands.hpp
  grep -q "^| ${code#*:} | " docs/cli.md
done

# Prints the options that --help lists, one per line, such as -j and --jobs.
options() { "$program" "$@" --help | grep -oE '^  -[a-zA-Z,-]+' | tr -d ' ' | tr ',' '\n'; }
known=$(options)
wrong=0
for command in $("$program" --help | sed -n '/^Subcommands:/,$s/^  \([a-z]*\) .*/\1/p'); do
  known+=" $(options "$command")"
  grep -qx "## $command" docs/cli.md || { echo "readme: docs/cli.md has no command $command" >&2; wrong=1; }
  # The section of a command must name the command's options.
  section=$(awk -v heading="## $command" '/^## / { inside = ($0 == heading) } inside' docs/cli.md)
  for option in $(options "$command"); do
    [[ $option != -h && $option != --help ]] || continue
    grep -qE -e "\`$option\b" <<<"$section" || { echo "readme: docs/cli.md, $command: no $option" >&2; wrong=1; }
  done
done
for option in $(grep -oE '`--?[a-z][a-z-]*' docs/cli.md | tr -d '`'); do
  grep -qxF -e "$option" <<<"${known// /$'\n'}" ||
    { echo "readme: docs/cli.md: the program has no $option" >&2; wrong=1; }
done
exit $wrong
