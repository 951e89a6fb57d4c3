# The switch of a host, as headroomd runs one (docs/power.md): `lab.sh power start|stop|state HOST`. What it was told to do is in power.log of
# the lab's folder, in order. It protects nobody: a guest on a host that is told to stop ends with it, as on a real one.

readonly kNoSuchHost=3 kWillNot=4  # exit codes of docs/power.md
kPowerUsage='power start|stop|state HOST'

is_stopping() { [[ -e $(host_dir "$1")/stopping ]]; }

# The wish is passed on; as a rule it is so when this comes back.
stop_host() {
  local pid
  pid=$(host_pid "$1") || return 0
  kill -TERM "$pid"
  wait_for 20 gone "$pid" || return 0
  clear_host "$1"
}

start_host() {
  if host_pid "$1" > /dev/null && is_stopping "$1"; then
    printf 'lab: %s is shutting down\n' "$1" >&2
    exit "$kWillNot"
  fi
  launch_host "$1"
}

power_state() {
  if ! host_pid "$1" > /dev/null; then tell off
  elif is_stopping "$1"; then tell stopping
  else tell on; fi
}

power() {
  (($# == 2)) || misused "usage: $kPowerUsage"
  [[ $2 =~ ^h[1-9]$ && -d $(host_dir "$2") ]] || { printf "lab: there is no host '%s'\n" "$2" >&2; exit "$kNoSuchHost"; }
  case $1 in
    start | stop)
      tell "$(date -u +%FT%TZ) $1 $2" >> "$LAB_DIR/power.log"
      "$1_host" "$2"
      ;;
    state) power_state "$2" ;;
    *) misused "usage: $kPowerUsage" ;;
  esac
}
