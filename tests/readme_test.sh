#!/usr/bin/env bash
# README.md and results/README.md show the tables that are in results/, and README.md names the exit
# codes that the program has.
set -eu
cd "$1"
MAXTRICK=$2 scripts/readme --check
for code in holds:0 check_failed:1 usage:2 slower:3 noisy:4 incomplete:5 error:6; do
  grep -q "exit_${code%:*} = ${code#*:}," lib/cli/commands.hpp
  grep -q "^| ${code#*:} | " README.md
done
