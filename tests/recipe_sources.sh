#!/usr/bin/env bash
# Writes the sources of the recipes in docs/extending.md under FOLDER, each with its path in the project.
#   recipe_sources.sh SOURCE FOLDER
set -eu
source_dir=$1
. "$source_dir/tests/recipe.sh"
for file in lib/variants/mean_shift.cpp lib/variants/floored.cpp experiments/sums.cpp; do
  mkdir -p "$(dirname "$2/$file")"
  block $file >"$2/$file"
  [ -s "$2/$file" ] || { echo "docs/extending.md has no $file" >&2; exit 1; }
done
