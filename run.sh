#!/usr/bin/env bash
# Headroom at work, from nothing: installs what is needed, builds, replays a fleet of real workloads on a simulated pool,
# and prints what it came to beside a static fleet and two reactive schedulers. Everything comes from this repository.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/prepare.sh

install_packages packages.txt
build release headroom >&2
say "replaying five days of 55 recorded VMs on an elastic pool, once a policy"
headroom=build/release/bin/headroom
window=2013-08-10,2013-08-15
for policy in static reactive-threshold pve-crs headroom; do
  printf '\n%s\n' "$policy"
  "$headroom" simulate scenarios/bitbrains.yaml --policy "$policy" --view elastic --window "$window" \
    --report "build/report-$policy.json"
done
printf '\nReports: build/report-*.json. Try also: %s simulate scenarios/bitbrains.yaml --view vertical --sweep\n' "$headroom"
