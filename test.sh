#!/usr/bin/env bash
# Installs what is needed, builds everything and runs every test. ./test.sh --long adds repetitions, a minute of each fuzz target, and all that can
# run in the sanitizers' trees (in which there is no lab, and the browser would only test itself).
set -euo pipefail
cd "$(dirname "$0")"
source scripts/prepare.sh

install_packages packages.txt
command -v chromium > /dev/null || install_packages <(echo chromium)   # the page's tests drive a real one
build release
say "testing"
ctest --preset release -j "$(nproc)"
build fuzz
say "fuzzing"
ctest --preset fuzz -j "$(nproc)"

if [[ ${1:-} == --long ]]; then
  HEADROOM_LONG=1 ctest --preset release -R 'RandomSchedules|Hostile|Killed' --verbose
  HEADROOM_LONG=1 ctest --preset fuzz -j "$(nproc)"
  HEADROOM_LONG=1 ctest --preset release -L lab --verbose   # its tables of figures
  for preset in asan tsan; do
    build "$preset"
    ctest --preset "$preset" -j "$(nproc)" -L 'unit|fuzz|scenario'
  done
fi
