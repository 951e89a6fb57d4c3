#!/usr/bin/env bash
# Runs `headroom config check` on good and bad files and compares what it prints with golden/check_command.txt.
# Usage: check_command.sh HEADROOM TREE [--write]
set -u
headroom=$1 tree=$2
golden=$tree/tests/config/golden/check_command.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$tree/rules" "$tree/prices" "$tree/scenarios" "$tree/examples/constraints.yaml" "$tree/examples/fleet.yaml" "$work"
cd "$work" || exit 1

cat > misspelt.yaml << 'YAML'
rules:
  - name: grow-cpu
    metric: cpu
    action: grow
    tresholdd: 80 %
    target: 70 %
YAML
cat > contradiction.yaml << 'YAML'
constraints:
  - {name: edge, kind: pin, vms: {named: [gateway]}, host: edge-1}
  - {name: drained, kind: ban, vms: {named: ["*"]}, hosts: {named: ["edge-*"]}}
YAML
echo 'rule: []' > other.yaml
: > empty.yaml

run() {
  echo "\$ headroom config check $*"
  "$headroom" config check "$@" 2>&1
  echo "exit $?"
  echo
}
script() {
  run rules/default.yaml rules/reactive.yaml prices/default.yaml
  run scenarios/bitbrains.yaml
  run constraints.yaml fleet.yaml
  run contradiction.yaml
  run misspelt.yaml
  run rules/reactive.yaml misspelt.yaml none.yaml
  run none.yaml
  run other.yaml
  run empty.yaml
  run -o json prices/default.yaml misspelt.yaml
  run --horizons 5m,15m,1h rules/default.yaml
  run --horizons soon rules/default.yaml
}
if [[ ${3:-} == --write ]]; then script > "$golden"; else diff -u "$golden" <(script); fi
