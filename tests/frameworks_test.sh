#!/usr/bin/env bash
# Runs Debian's SciPy and PyTorch, and oneDNN, on the inputs of the table conventions: frameworks_test.sh SOURCE PROGRAM.
# Exits with 77 if they are not installed.
set -eu
source=$1 program=$2
# A Python that was installed by other means than Debian's does not see Debian's packages.
for python in python3 /usr/bin/python3; do
  if "$python" -c 'import scipy, torch, tomllib' 2>/dev/null; then
    exec "$python" "$source/tests/frameworks_test.py" "$program" "$source/configs/conventions.toml"
  fi
done
echo "skipped: no python3 with scipy, torch and tomllib"
exit 77
