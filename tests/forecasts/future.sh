#!/usr/bin/env bash
# `headroom forecast` on two traces, as they are and with everything after a moment overwritten by garbage: what was
# forecast up to that moment must be the same to the last byte. Usage: future.sh HEADROOM TREE
set -eu
headroom=$1 tree=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
start=1376265600   # 12 August 2013
moment=1376697600  # 17 August
mkdir -p honest/vms garbage/vms
cp "$tree/examples/bitbrains/meta.csv" honest
cp "$tree/examples/bitbrains/meta.csv" garbage
for vm in vm_001 vm_016; do
  zcat "$tree/examples/bitbrains/vms/$vm.csv.gz" > "honest/vms/$vm.csv"
  # The row of the step that ends at the last origin is still seen; every later one becomes something else, or is gone.
  awk -F, -v OFS=, -v moment=$moment 'NR == 1 || $1 < moment + 300 { print; next }
    NR % 7 == 0 { next }
    { $3 = NR % 5 == 0 ? 100 : 0; $5 = $4 * (NR % 3) / 3; for (i = 6; i <= 9; ++i) $i = NR % 11 == 0 ? 9e6 : 0; print }' \
    "honest/vms/$vm.csv" > "garbage/vms/$vm.csv"
  cmp -s "honest/vms/$vm.csv" "garbage/vms/$vm.csv" && { echo "FAILED: the futures of $vm are the same"; exit 1; }
done
for world in honest garbage; do
  "$headroom" forecast --data $world --grid $start,7 --horizons 1,3,8,12,100 --out $world.csv
  awk -F, -v moment=$moment 'NR == 1 || $3 <= moment' $world.csv > $world.known
done
cmp -s honest.csv garbage.csv && { echo "FAILED: the garbage is nowhere to be seen"; exit 1; }
[[ $(wc -l < honest.known) -gt 5000 ]] || { echo "FAILED: only $(wc -l < honest.known) forecasts are compared"; exit 1; }
diff honest.known garbage.known | head -5
cmp honest.known garbage.known
