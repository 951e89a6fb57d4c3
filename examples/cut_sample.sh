#!/usr/bin/env bash
# Cuts examples/bitbrains out of a curated copy of the Bitbrains "Rnd" trace (see NOTICE for the form):
#   examples/cut_sample.sh CURATED_DIR [OUT_DIR]
# CURATED_DIR holds meta.csv (vm,cores,stratum) and vms/vm_NNN.csv.gz. Takes 55 VMs x 28 days, each stratum in proportion.
# Within a stratum VMs are ordered by cores, then by burstiness (peak over mean CPU in the window), largest first, and
# taken at even steps from the top: the big and the bursty are in, and the sizes keep their shape. Same input, same bytes.
set -euo pipefail
export LC_ALL=C
from=${1:?usage: cut_sample.sh CURATED_DIR [OUT_DIR]}
out=${2:-$(dirname "$0")/bitbrains}
first=1375401600 # 2013-08-02T00:00:00Z
last=1377820800  # 2013-08-30T00:00:00Z, excluded
count=55

in_window() { gzip -dc "$1" | awk -F, -v a=$first -v b=$last 'NR == 1 || ($1 >= a && $1 < b)'; }
file_of() { printf '%s/vms/vm_%03d.csv.gz' "$from" "$1"; }

# stratum,cores,burstiness,vm of every VM
describe() {
  tail -n +2 "$from/meta.csv" | while IFS=, read -r vm cores stratum; do
    in_window "$(file_of "$vm")" | awk -F, -v vm="$vm" -v cores="$cores" -v stratum="$stratum" '
      NR > 1 { sum += $3; n++; if ($3 > peak) peak = $3 }
      END { printf "%s,%d,%.3f,%d\n", stratum, cores, (sum > 0 ? peak * n / sum : 0), vm }'
  done
}

# Largest remainders share the count out among the strata; then even steps through each.
choose() {
  sort -t, -k1,1 -k2,2nr -k3,3nr -k4,4n | awk -F, -v count="$count" '
    { vm[$1, size[$1]++] = $4; total++ }
    END {
      for (s in size) { exact = count * size[s] / total; take[s] = int(exact); rest[s] = exact - take[s]; given += take[s] }
      for (; given < count; given++) {
        best = ""
        for (s in rest) if (best == "" || rest[s] > rest[best] || (rest[s] == rest[best] && s < best)) best = s
        take[best]++
        delete rest[best]
      }
      for (s in size) for (i = 0; i < take[s]; i++) print vm[s, int(i * size[s] / take[s])]
    }' | sort -n
}

rm -rf "$out"
mkdir -p "$out/vms"
chosen=$(describe | choose)
head -1 "$from/meta.csv" > "$out/meta.csv"
for vm in $chosen; do
  grep "^$vm," "$from/meta.csv" >> "$out/meta.csv"
  in_window "$(file_of "$vm")" | gzip -9n > "$out/vms/$(basename "$(file_of "$vm")")"
done
du -sb "$out" >&2
