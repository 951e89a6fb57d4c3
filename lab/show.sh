#!/usr/bin/env bash
# ./run.sh --lab: headroomd at work on real hosts and guests. Brings the lab up, gives each guest the past of the recorded VM that it follows,
# starts the manager, says what became of vm1 when its load rose, and takes the lab down at the end: on Ctrl-C, or then where nobody watches.
# Options are headroomd's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A nightly job: at 02:10, a minute after the start, vm1 wants 630 millicores, and its limit is 500 (docs/lab.md). Without quotas both are
# twice as much, it gets a vCPU more, and hosts are told to have room for that. The others are calm.
shows=2013-08-12T01:40:00Z wants=630 vm1_is=1000
if ! ./lab.sh possible quotas > /dev/null 2>&1; then wants=1260 vm1_is=2000; export LAB_HOST_CPU=4000; fi
declare -A follows=([vm1]="vm_411 $vm1_is" [vm2]="vm_263 1000" [vm3]="vm_301 1000")  # VM -> a recorded one, and what all of its processors are
server=http://127.0.0.1:7474
folder=$(mktemp -d)
manager=''

fail() { printf 'lab: %s\n' "$*" >&2; exit 1; }
seconds_to() { printf '%d\n' $(($(date -u -d "$1" +%s) - $(date +%s))); }

# What vm1 may use, in millicores: all of its vCPUs, or its quota's part of each.
limit() {
  local host each cpus
  host=$(./lab.sh where vm1) || return 0
  cpus=$(./lab.sh ask vm1 status | sed -n 's/.*"cpus": \([0-9]*\).*/\1/p')
  each=$(./lab.sh virsh "$host" schedinfo vm1 2> /dev/null | awk '$1 == "vcpu_quota" && $3 > 0 {print $3 / 100}')
  printf '%d\n' $((${each:-1000} * ${cpus:-0}))
}
used_ms() { ./lab.sh virsh "$(./lab.sh where vm1)" domstats --raw --cpu-total vm1 | awk -F= '/cpu.time/ {printf "%d", $2 / 1e6}'; }

# When vm1 got what it was about to want, and whether it then had it.
tell_what_happens() {
  local breach=$1 now left used since
  until now=$(limit) && ((${now:-0} >= wants)); do
    kill -0 "$manager" 2> /dev/null || fail "headroomd has ended"
    (($(seconds_to "$breach") > -60)) || { echo "=== vm1 wants $wants millicores and may still use ${now:-none}"; return; }
    sleep 0.5
  done
  left=$(seconds_to "$breach")
  if ((left > 0)); then echo "=== vm1 may use $now millicores now, on $(./lab.sh where vm1): $left s before it wants $wants"
  else echo "=== vm1 may use $now millicores now, on $(./lab.sh where vm1): $((-left)) s too late"; fi
  ((left > 0)) && sleep "$left"
  sleep 2
  used=$(used_ms) since=${EPOCHREALTIME/./}
  sleep 5
  echo "=== vm1 wants $wants millicores now, and uses $((($(used_ms) - used) * 1000000 / (${EPOCHREALTIME/./} - since)))"
}

finish() {
  trap - EXIT
  [[ -z $manager ]] || { kill "$manager" 2> /dev/null && wait "$manager" || true; }
  rm -rf "$folder"
  ./lab.sh down
}
trap finish EXIT
trap 'exit 130' INT TERM

./lab.sh up
at=$(date -u -d "@$((($(date +%s) + 20) / 10 * 10))" +%FT%TZ)  # whole steps of 10 s
for vm in "${!follows[@]}"; do
  read -r recorded millicores <<< "${follows[$vm]}"
  ./lab.sh past "$vm" "examples/bitbrains/vms/$recorded.csv.gz" --cpu "$millicores" --state "$folder/state" --until "$shows" --ends-at "$at" > /dev/null
done
./lab.sh fleet "$at" "$shows" > "$folder/fleet.yaml"
build/release/bin/headroomd --fleet "$folder/fleet.yaml" --state "$folder/state" --socket "$folder/socket" "$@" &
manager=$!
until [[ $(date -u +%FT%TZ) > $at || $(date -u +%FT%TZ) == "$at" ]]; do sleep 0.2; done
for vm in "${!follows[@]}"; do
  read -r recorded millicores <<< "${follows[$vm]}"
  ./lab.sh load "$vm" "examples/bitbrains/vms/$recorded.csv.gz" --cpu "$millicores" --from "$shows" > /dev/null
done
breach=$(date -u -d "$at + 60 seconds" +%FT%TZ)
echo "=== the guests follow recorded VMs, five minutes in 10 s: vm1 may use $(limit) millicores, and from ${breach:11:8} UTC on it wants $wants"
[[ ! -t 1 ]] || echo "=== watch it at $server/ and with build/release/bin/headroom get vms; Ctrl-C ends it"
tell_what_happens "$breach"
if [[ -t 1 ]]; then wait "$manager"; fi
build/release/bin/headroom get vms
build/release/bin/headroom get actions
