#!/usr/bin/env bash
# How exposed the systemd units are by `systemd-analyze security`, and whether systemd understands every line of them. Usage: units.sh FOLDER
# No systemd has to run.
set -u
folder=$1
command -v systemd-analyze > /dev/null || { echo "SKIPPED: there is no systemd-analyze here (Debian package systemd)"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

# judge UNIT MOST [DROP-IN]: MOST in tenths, as --threshold takes it.
judge() {
  local unit=$work/$1.service most=$2 told
  cat "$folder/$1.service" ${3:+"$folder/$3"} > "$unit"
  told=$(systemd-analyze security --no-pager --offline=true --threshold="$most" "$unit" 2>&1) || {
    echo "$1 ${3:-}: more exposed than $most tenths:"
    grep -v '✓' <<< "$told"
    faults=$((faults + 1))
    return
  }
  echo "$1 ${3:-}: $(grep -o 'Overall exposure level.*' <<< "$told"), at most $most tenths"
}

# The programs are not installed where tests run; everything else systemd has to say is a fault.
understood() {
  local told
  sed 's|^ExecStart=/usr/bin/[a-z-]*|ExecStart=/bin/true|' "$folder/$1.service" > "$work/$1.service"
  told=$(systemd-analyze verify --man=no "$work/$1.service" 2>&1 | grep "^$work\|$1.service:")
  [[ -z $told ]] && return
  echo "$1: $told"
  faults=$((faults + 1))
}

judge headroomd 20
judge headroom-agent 15
judge headroom-agent 15 headroom-agent-port.conf
understood headroomd
understood headroom-agent
exit $((faults > 0))
