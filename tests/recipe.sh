# Sourced by the tests that follow recipes of the documents; $source_dir is the project's folder.

# Prints the fenced block after the marker <!-- recipe: NAME -->.
block() {
  awk -v marker="<!-- recipe: $1 -->" '
    $0 == marker { wanted = 1; next }
    wanted && /^```/ { if (inside) exit; inside = 1; next }
    inside' "$source_dir"/README.md "$source_dir"/docs/*.md
}
