#!/usr/bin/env bash
# Runs one fuzz target: run.sh TARGET SEED... for HEADROOM_FUZZ_SECONDS (3; 60 with HEADROOM_LONG), beginning with the SEEDs, files or folders.
# What it finds beside them goes into build/fuzz/found/<target>, a crash with it; the seeds are never written to. It prints its seed:
# HEADROOM_SEED=<seed> replays it.
set -euo pipefail
target=$1; shift
seconds=${HEADROOM_FUZZ_SECONDS:-${HEADROOM_LONG:+60}}
found=$(dirname "$target")/../found/$(basename "$target")
rm -rf "$found/seeds"
mkdir -p "$found/corpus" "$found/seeds"
for seed in "$@"; do
  cp -r "$seed" "$found/seeds/"
done
[[ -w /dev/shm ]] && export TMPDIR=/dev/shm   # the trace readers read files, thousands a second
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1
exec "$target" -max_total_time="${seconds:-3}" -timeout=20 -rss_limit_mb=2048 -max_len=8192 -seed="${HEADROOM_SEED:-0}" -print_final_stats=1 \
  -artifact_prefix="$found/" "$found/corpus" "$found/seeds"
