#!/usr/bin/env bash
# Runs the benchmarks: ./bench.sh [NAME...] [--json OUT.json] [--seed N]; all of them when none is named. Each figure
# comes with its unit, its seed and a baseline or peer measured in the same run.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/prepare.sh

install_packages packages.txt
build release headroom_bench
exec build/release/bin/headroom_bench "$@"
