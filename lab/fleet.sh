# The fleet file (docs/fleet.md) by which headroomd runs the lab. Its hosts are reached as hosts are, over their management network, so that
# a cut cable cuts the manager off too. Time runs as fast as the guests' load: a step of the recording's five minutes is 10 s.

switch_of() { tell ", power: {program: /usr/bin/env, arguments: [LAB_NAME=$LAB_NAME, LAB_DIR=$LAB_DIR, $LAB_ROOT/lab.sh, power], called: $1}"; }

fleet() {  # [--power] [AT SHOWS]
  local power=''
  [[ ${1:-} != --power ]] || { power=yes; shift; }
  local host cpu=$((LAB_HOST_CPU > 0 ? LAB_HOST_CPU : $(nproc) * 1000))
  cat << YAML
fleet: lab
level: auto
step: 10s
every: 5s
poll: 1s
forecast horizons: [10s, 30s, 2m]
shared paths: [$LAB_DIR/shared, $LAB_CACHE]
shared networks: [br0]
rules: $LAB_ROOT/lab/rules.yaml
YAML
  (($# < 2)) || tell "calendar: {at: $1, shows: $2}"
  tell hosts:
  for host in $(hosts); do
    cat << YAML
  - {name: $host, uri: "$(host_tcp_uri "$host")", peer: "$(host_tcp_uri "$host")", memory uri: "tcp://$(host_address "$host")",
     price: on-demand, usd per hour: 0.1, capacity: {cpu: $(awk -v m="$cpu" 'BEGIN {print m / 1000}') cores, memory: $LAB_HOST_MEMORY MiB}${power:+$(switch_of "$host")}}
YAML
  done
  cat << YAML
ceilings: {cpu: $LAB_MOST_VCPUS vCPU, memory: $((LAB_MEMORY + LAB_MORE_MEMORY)) MiB}
steps: {cpu: $(have_cgroups && tell 0.25 || tell 1) vCPU, memory: 16 MiB}
limits: {actions per hour: 600, grow cooldown: 2s, shrink cooldown: 30s, migrate cooldown: 20s, max snapshot age: 30s, max sample age: 30s,
         max host age: 20s, lost after: 30s, confirm within: 20s}
migration: {trust shared paths: true, deadline: 2m}
YAML
  [[ -z $power ]] || tell "power: {start within: 1m, stop within: 1m, quiet: 1s}"
}
