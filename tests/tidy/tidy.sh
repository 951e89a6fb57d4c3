#!/usr/bin/env bash
# Style as a unit test: layering (layers.txt), the clock, sleeps, file length. Usage: tidy.sh TREE
set -u
tree=$1
layers=$tree/tests/tidy/layers.txt
breaches=0
breach() { echo "tidy: $1"; breaches=$((breaches + 1)); }

allowed() { sed -n "s/^$1: *//p" "$layers"; }

check_module() {
  local module=$1 may file included
  grep -q "^$module:" "$layers" || breach "src/$module is not in tests/tidy/layers.txt"
  may=" $module $(allowed "$module") "
  while IFS= read -r file; do
    for included in $(sed -n 's|^#include "headroom/\([a-z]*\)/.*|\1|p' "$file" | sort -u); do
      [[ $may == *" $included "* ]] || breach "$file includes headroom/$included: $module may use only:$may"
    done
  done < <(find "$tree/src/$module" -path '*/tests' -prune -o \( -name '*.h' -o -name '*.cpp' \) -print)
}

check_file() {
  local file=$1 lines
  if [[ $file != */src/base/* ]] && grep -nE '(system|steady)_clock::now|gettimeofday|clock_gettime|[^_a-z]time\((NULL|nullptr|0)\)' "$file" | grep -qv 'tidy: cpu-time'; then
    breach "$file reads the clock; only a Clock (base/clock.h) knows the time"
  fi
  grep -qE 'sleep_for|sleep_until|usleep|[^_a-z]sleep\(' "$file" && breach "$file sleeps; wait on a condition, or move a ManualClock"
  grep -qE 'std::(cout|cerr)' "$file" && breach "$file writes to a stream; use fmt::print"
  lines=$(wc -l < "$file")
  ((lines > 450)) && breach "$file has $lines lines; look for the second noun (450 at most)"
}

for dir in "$tree"/src/*/; do check_module "$(basename "$dir")"; done
while IFS= read -r file; do check_file "$file"; done < <(find "$tree/src" "$tree/apps" -name '*.h' -o -name '*.cpp')
((breaches == 0)) || exit 1
