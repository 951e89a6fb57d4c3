#!/usr/bin/env bash
# Bad input through the real program: one message that names the place, the documented exit code, and everything that was
# stored before still there, byte by byte. Usage: bad_input.sh HEADROOM TREE
set -u
headroom=$1 tree=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

curated=t,cpu_cap_mhz,cpu_pct,mem_cap_kb,mem_used_kb,disk_read_kbps,disk_write_kbps,net_rx_kbps,net_tx_kbps
cat > good.yaml << 'YAML'
scenario: small
traces: good.csv
hosts:
  - {type: big, cpu: 16 cores, memory: 64 GiB, disk: 1000 MB/s, network: 1000 MB/s,
     price: on-demand, usd per hour: 0.5}
overcommit: {cpu: 1.5}
YAML
# Twelve days: enough for a window and the days before it.
awk -v head="$curated" 'BEGIN { print head; for (i = 0; i < 3456; ++i) print i * 300 ",9600," i % 90 / 4 ",1048576,524288,0,0,0,0" }' > good.csv
cat > rules.yaml << 'YAML'
rules:
  - {name: grow, metric: cpu, action: grow, threshold: 80 %, target: 70 %}
YAML
for kept in report.json forecast.csv model; do echo "kept $kept" > "$kept"; done
sha256sum report.json forecast.csv model > before

complain() { echo "FAILED: $*"; failures=$((failures + 1)); }

# expect CODE PATTERN COMMAND...: the exit code, one line on stderr with the pattern in it, nothing lost, no litter.
expect() {
  local code=$1 pattern=$2 got
  shift 2
  "$headroom" "$@" > out.txt 2> err.txt < /dev/null
  got=$?
  [[ $got == "$code" ]] || complain "headroom $*: exit $got, not $code; $(cat err.txt)"
  [[ $(wc -l < err.txt) == 1 ]] || complain "headroom $*: not one line: $(cat err.txt)"
  grep -q "^headroom: " err.txt || complain "headroom $*: $(cat err.txt)"
  grep -qE -- "$pattern" err.txt || complain "headroom $*: no '$pattern' in: $(cat err.txt)"
  sha256sum --quiet -c before || complain "headroom $*: changed what was stored"
  compgen -G '*.tmp' > /dev/null && complain "headroom $*: left $(echo ./*.tmp)"
}

# expect_trace PATTERN: bad.csv, through every command that reads traces.
expect_trace() {
  expect 2 "bad\.csv$1" simulate good.yaml --policy static --traces bad.csv --report report.json
  expect 2 "bad\.csv$1" simulate good.yaml --train bad.csv --save-model model --report report.json
  expect 2 "bad\.csv$1" forecast --data bad.csv --grid 0,1 --out forecast.csv --save-model model
  expect 2 "bad\.csv$1" forecast report --data bad.csv --json report.json
  expect 2 "bad\.csv$1" train --traces bad.csv --out model
  expect 2 "bad\.csv$1" cost advise --data bad.csv
}
rows() { printf '%s\n' "$curated" "0,2400,1,1024,1,0,0,0,0" "$@" > bad.csv; }

: > bad.csv;                              expect_trace ': is empty; '
rows; gzip -c bad.csv | head -c 60 > short.gz; mv short.gz bad.csv; expect_trace ': the gzip file is cut short; '
head -c 4096 /bin/ls > bad.csv;           expect_trace ': is binary'
printf 'time,load\n0,1\n' > bad.csv;      expect_trace ":1: the header 'time,load' is of no known trace; "
rows 300,2400,1;                          expect_trace ':3: has 3 columns where the header has 9; '
rows 300,2400,-1,1024,1,0,0,0,0;          expect_trace ":3: cpu_pct is '-1', negative; "
rows 300,2400,1,1024,1e18,0,0,0,0;        expect_trace ":3: mem_used_kb is '1e18', absurdly large; "
rows 300,1e-9,1,1024,1,0,0,0,0;           expect_trace ":3: cpu_cap_mhz is '1e-9', less than 1 MHz"
rows 300,2400,nan,1024,1,0,0,0,0;         expect_trace ":3: cpu_pct is 'nan', not a finite number; "
rows 1372629804000,2400,1,1024,1,0,0,0,0; expect_trace ':3: t is .* after the year 2100'
printf 'vm,s0\na,1\na,2\n' > bad.csv;     expect_trace ":3: the VM 'a' is in the table twice; "
printf 'vm,s0\n%060d\033[2J,1\n' 0 > bad.csv; expect_trace ':2: the name .* printable'

# expect_scenario SED PATTERN: good.yaml, changed.
expect_scenario() {
  sed "$1" good.yaml > bad.yaml
  cmp -s good.yaml bad.yaml && complain "'$1' changes nothing"
  expect 2 "bad\.yaml:$2" simulate bad.yaml --policy static --report report.json
  expect 2 "bad\.yaml:$2" config check bad.yaml
}
expect_scenario 's/^overcommit/overcomit/'     "6: unknown key 'overcomit' in a scenario; did you mean 'overcommit'\?"
expect_scenario 's/{cpu: 1.5}/{cpu: 0}/'       "6: 'cpu' in overcommit of a scenario: '0' must be above 0"
expect_scenario 's/cpu: 16 cores/cpu: 0 cores/' "4: 'cpu' in host type 1: '0 cores' must be at least"
expect_scenario 's/memory: 64 GiB/memory: 64 cores/' "4: 'memory' in host type 1: 'cores' is not a unit of memory; write 16 GiB"
expect_scenario 's/memory: 64 GiB/memory: 64/' "4: 'memory' in host type 1: '64' "
expect_scenario 's/per hour: 0.5/per hour: -0.5/' "5: 'usd per hour' in host type 1: '-0.5' must be"
expect_scenario '4,5d; s/^hosts:/hosts: []/'   "3: 'hosts' in a scenario must be a list of at least one map"
expect_scenario 's/^overcommit.*/forecast horizons: [1h, 15m]/' '6: a scenario: horizons must ascend'
expect_scenario 's/^hosts:/hosts: [/'          '[0-9]+: '
expect 3 'none\.yaml' simulate none.yaml --report report.json
expect 3 'none\.csv'  simulate good.yaml --policy static --traces none.csv --report report.json
expect 2 'give a later --window' simulate good.yaml --policy static --window 2013-08-01,2013-08-02 --report report.json
expect 2 "'2013-13-01' is not a time" simulate good.yaml --window 2013-13-01,2014-01-01 --report report.json
expect 2 'ends before it begins' simulate good.yaml --window 2014-01-01,2013-01-01 --report report.json

# expect_rules RULE PATTERN: rules.yaml and one rule more.
expect_rules() {
  { cat rules.yaml; echo "  - $1"; } > bad.yaml
  expect 2 "bad\.yaml:$2" simulate good.yaml --rules bad.yaml --report report.json
  expect 2 "bad\.yaml:$2" config check bad.yaml
}
expect_rules '{name: shrink, metric: cpu, action: shrink, target: 90 %, sustained for: 1h}' "3: .*'shrink'.*'grow'.*|2: .*'grow'.*'shrink'"
expect_rules '{name: grow, metric: memory, action: grow, threshold: 80 %, target: 70 %}' ".*'grow'.* the same name; rename one"
expect_rules '{name: far, metric: cpu, action: grow, threshold: 80 %, target: 70 %, quantile: 95 %, horizon: 2h}' '3: .*2h'
expect_rules '{name: odd, metric: cpu, action: grow, threshold: 80, target: 70 %}' "3: 'threshold' in rule 'odd'"
expect 2 "rules goes with --policy headroom" simulate good.yaml --policy static --rules rules.yaml --report report.json
expect 3 'none\.yaml' simulate good.yaml --rules none.yaml --report report.json

# The plan and what-if.
plan() { expect "$1" "$2" plan good.yaml --policy static --at 1970-01-10 "${@:3}"; }
plan 2 "^headroom: --what-if: load: '30%' is not a change of the load; write \+30% or -20%" --what-if load=30%
plan 2 "'loose-host' is not one of .*; did you mean 'lose-host'\?" --what-if loose-host=big-1
plan 2 "new-vm: memory: '8' has no unit; write 16 GiB" --what-if new-vm=cpu=4,memory=8
plan 2 '17 changes are more than the 16' $(printf -- '--what-if load=+1%% %.0s' {1..17})
plan 3 "lose-host: no host is called 'big-9'; there is big-1" --what-if lose-host=big-9
plan 3 "new-vm: no VM is called 'web'; there is good" --what-if new-vm=web
plan 3 "add-host: 'huge' is no host and no type of one; there is big" --what-if add-host=huge
plan 2 "lose-host: big-1 has failed already" --what-if lose-host=big-1 --what-if lose-host=big-1
plan 2 '--socket does not go with a scenario' --socket s
expect 2 '--at goes with a scenario only' plan --at 1970-01-10
expect 2 '--at is missing; give a time from 1970-01-08T00:05:00Z to 1970-01-13T00:00:00Z' plan good.yaml --policy static
expect 2 '--at 1970-01-20T00:00:00Z is outside what is replayed; give a time from' plan good.yaml --policy static --at 1970-01-20
expect 2 "--at: 'soon' is not a time" plan good.yaml --at soon
expect 3 'none\.yaml' plan none.yaml --at 1970-01-10

# The published experiment: a day of 30 VMs, and what is none.
awk 'BEGIN { printf "vm"; for (i = 0; i < 288; ++i) printf ",s%d", i; print ""
  for (v = 0; v < 30; ++v) { printf "vm%02d", v; for (i = 0; i < 288; ++i) printf ",%d", 1 + (v * 37 + i * (v % 7 + 1)) % 90; print "" } }' > day.csv
# expect_day SED PATTERN: day.csv, changed.
expect_day() {
  sed "$1" day.csv > bad.csv
  cmp -s day.csv bad.csv && complain "'$1' changes nothing"
  expect 2 "bad\.csv: $2" simulate --cloudsim bad.csv --report report.json
}
expect_day 's/,s287//; s/,[0-9]*$//'    "VM 'bad/vm00' has 287 CPU samples; a day has 288"
expect_day '3s/,[0-9]*,/,,/'            "VM 'bad/vm01' has a gap at s0; "
expect_day '3s/,[0-9]*,/,12.5,/'        "VM 'bad/vm01' has 12.5 % at s0; "
expect_day '3s/,[0-9]*,/,101,/'         "VM 'bad/vm01' has 101 % at s0; "
cp day.csv memory.csv
expect 2 'memory\.csv: VM .* has 0 CPU samples' simulate --cloudsim memory.csv --report report.json
mkdir days
expect 2 'days: is a directory; name the table of one day' simulate --cloudsim days --report report.json
expect 3 'none\.csv: no such file' simulate --cloudsim none.csv --report report.json
expect 1 'nowhere/x.json: cannot be written' simulate --cloudsim day.csv --report nowhere/x.json
for option in '--view fixed' '--sweep' '--traces good.csv' '--train good.csv' '--model model' '--rules rules.yaml' '--seed 2' '--threads 1' \
              '--window 2013-08-01,2013-08-02' '--overcommit 2' --uncensored; do
  expect 2 "^headroom: ${option%% *} does not go with --cloudsim; leave it out" simulate --cloudsim day.csv --report report.json $option
done
expect 2 'a scenario does not go with --cloudsim' simulate good.yaml --cloudsim day.csv --report report.json
expect 2 '--policy static is not one of --cloudsim; it has thr-mmt, lr-mmt, headroom' simulate --cloudsim day.csv --policy static
expect 2 '--policy thr-mmt goes with --cloudsim only' simulate good.yaml --policy thr-mmt --report report.json
expect 2 '--enforce-ram goes with --cloudsim only' simulate good.yaml --enforce-ram --report report.json
expect 2 'nothing to simulate; name a scenario file, or a PlanetLab day' simulate --report report.json
awk 'NR == 1 { print; next } { row = $0; for (i = 0; i < 100; ++i) { sub(/^vm[0-9.]*/, "vm" NR "." i, row); print row } }' day.csv > many.csv
expect 2 'finds no host with room at the start' simulate --cloudsim many.csv --report report.json

# A damaged model, and places that cannot be written.
echo 'no model' > bad.model
expect 2 'bad\.model: not a model file' forecast --data good.csv --grid 0,1 --model bad.model --out forecast.csv
expect 2 'forecasts 5m to 1d ahead, not 2d; train one' forecast --data good.csv --grid 0,1 --horizons 1,576 --out forecast.csv
expect 2 'ascending, 2016 at most' forecast --data good.csv --grid 0,1 --horizons 1,2017 --out forecast.csv
expect 3 'none\.model' forecast --data good.csv --grid 0,1 --model none.model --out forecast.csv
expect 1 'nowhere/x.csv: cannot be written: No such file' forecast --data good.csv --grid 0,1 --out nowhere/x.csv
expect 2 ': is a directory' forecast --data good.csv --grid 0,1 --out .
expect 3 'nowhere: holds no history; name' forecast report --history nowhere --json report.json
expect 2 'begin earlier' forecast report --data good.csv --grid 2014-01-01,7 --json report.json
expect 1 'nowhere/x.json: cannot be written: No such file' forecast report --data good.csv --json nowhere/x.json
# A run that finds no room for its output half way.
(
  trap '' XFSZ
  ulimit -f 0
  "$headroom" forecast --data good.csv --grid 0,288 --out forecast.csv 2> /dev/null
  exit $?
) && complain 'a full disk is no success'
sha256sum --quiet -c before || complain 'a full disk lost what was stored'
compgen -G '*.tmp' > /dev/null && complain "a full disk left $(echo ./*.tmp)"

# And the good files are good.
"$headroom" config check good.yaml rules.yaml > /dev/null || complain 'good files are refused'
"$headroom" forecast --data good.csv --grid 0,288 --out forecast.csv || complain 'a good forecast fails'
head -n 1 forecast.csv | grep -q '^series_id,' || complain 'the forecast was not put in its place'
"$headroom" simulate good.yaml --rules rules.yaml --view vertical --report report.json > out.txt || complain 'a good run with rules fails'
grep -q 'rules.yaml' out.txt && grep -q '"recommended_actions": 0' report.json || complain "the rules do not show: $(cat out.txt)"
sed 's/70 %}/70 %, automation level: recommend}/' rules.yaml > mild.yaml
"$headroom" simulate good.yaml --rules mild.yaml --view vertical --report report.json > out.txt || complain 'a run with recommending rules fails'
grep -qE '"recommended_actions": [1-9]' report.json || complain "nothing was recommended: $(cat out.txt)"
"$headroom" plan good.yaml --policy static --at 1970-01-10 --what-if lose-host=big-1 --what-if add-host=big:2 > out.txt || complain 'a good what-if fails'
grep -qE '^1 +good .* big-1 +big-new-1 +starts' out.txt || complain "the VM does not find the new host: $(cat out.txt)"
for policy in thr-mmt lr-mmt headroom; do
  "$headroom" simulate --cloudsim day.csv --policy $policy --report report.json > out.txt || complain "a good day under $policy fails"
  for key in energy_kwh migrations host_shutdowns slatah pdm slav esv real_overload_ratio; do
    grep -q "\"$key\": " report.json || complain "no $key in the report of $policy"
  done
  grep -q "^$policy: 30 VMs" out.txt || complain "the table of $policy: $(cat out.txt)"
done
"$headroom" simulate --cloudsim day.csv -o json | tr -d ' \n' > out.txt
tr -d ' \n' < report.json | cmp -s - out.txt || complain 'what is printed as JSON is not what is written'

[[ $failures == 0 ]] || { echo "$failures failures"; exit 1; }
