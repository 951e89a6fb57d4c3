#!/usr/bin/env bash
# ./run.sh --lab: headroomd at work on real hosts and guests. Brings the lab up, gives each guest the past of the recorded VM that it follows,
# starts the manager, and takes the lab down at the end: on Ctrl-C, or after two minutes where nobody watches. Options are headroomd's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A nightly job: at 02:10, a minute after the start, vm1 wants 630 millicores, and its limit is 500 (docs/lab.md). The others are calm.
shows=2013-08-12T01:40:00Z
declare -A follows=([vm1]=vm_411 [vm2]=vm_263 [vm3]=vm_301)
server=http://127.0.0.1:7474
folder=$(mktemp -d)
manager=''

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
  ./lab.sh past "$vm" "examples/bitbrains/vms/${follows[$vm]}.csv.gz" --state "$folder/state" --until "$shows" --ends-at "$at" > /dev/null
done
./lab.sh fleet "$at" "$shows" > "$folder/fleet.yaml"
build/release/bin/headroomd --fleet "$folder/fleet.yaml" --state "$folder/state" --socket "$folder/socket" "$@" &
manager=$!
until [[ $(date -u +%FT%TZ) > $at || $(date -u +%FT%TZ) == "$at" ]]; do sleep 0.2; done
for vm in "${!follows[@]}"; do
  ./lab.sh load "$vm" "examples/bitbrains/vms/${follows[$vm]}.csv.gz" --from "$shows" > /dev/null
done
echo "The guests follow recorded VMs, five minutes in 10 s; at $(date -u -d "$at + 60 seconds" +%T) UTC vm1 wants 630 of its 500 millicores."
if [[ -t 1 ]]; then
  echo "Watch it at $server/ and with build/release/bin/headroom get vms; Ctrl-C ends it."
  wait "$manager"
else
  sleep 100
  build/release/bin/headroom get vms
  build/release/bin/headroom get actions
fi
