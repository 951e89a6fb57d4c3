#!/usr/bin/env bash
# A real fleet on one machine: hosts in namespaces, each with its own libvirtd, and real guests. docs/lab.md says how to use it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
for part in possible assets keys net hosts power guests load faults fleet; do source "$LAB_ROOT/lab/$part.sh"; done

usage() {
  cat << USAGE
usage: lab.sh VERB
  up [hosts]            starts the hosts and guests (or the hosts alone) that do not run yet; installs and builds what that takes
  down                  ends and removes everything (build/lab stays: kernel, initramfs)
  status                hosts, guests, and how each is reached
  fleet [--power] [AT SHOWS]
                        the fleet file for headroomd; forecasts take the moment AT for the recorded moment SHOWS; --power: it switches hosts too
  load VM ...           $kLoadUsage
  past VM ...           $kPastUsage
                        $kSizesUsage
  ask VM LINE...        speaks to the program in a guest: status, run COMMAND (lab/guest/server.h)
  hung                  the guests that the emulator has hung (docs/lab.md)
  start VM HOST         starts a guest by hand, and does not wait until it has booted
  migrate VM HOST ...   moves a guest by hand; further options are virsh's
  fault KIND WHAT       $kFaultUsage
  repair KIND WHAT
  $kPowerUsage
                        a host's switch (docs/power.md)
  uri HOST [unix | tcp | tls | stranger], where VM, address VM|HOST, uuid VM
  virsh HOST ...        virsh on that host;  inside HOST COMMAND...  in its namespaces
  log HOST [VM]         what libvirtd, or a guest's console, says;  possible [quotas]: whether a lab, or one with quotas, can be here
Settings are variables of lab/settings.sh: LAB_NAME, LAB_NET, LAB_HOSTS, LAB_GUESTS...
USAGE
}

up() {  # [hosts]
  local start=$EPOCHREALTIME guest host guests=$LAB_GUESTS
  case ${1:-} in '') ;; hosts) guests='' ;; *) misused "up [hosts]" ;; esac
  check_settings
  check_possible
  install_lab_packages
  [[ -d $LAB_DIR/hosts ]] || check_links
  make_assets
  [[ ! -f $LAB_DIR/tree || $(< "$LAB_DIR/tree") == "$LAB_ROOT" ]] || down  # another source tree's: its guests boot from there
  mkdir -p "$LAB_DIR/hosts" && chmod 700 "$LAB_DIR"
  save_settings
  tell "$LAB_ROOT" > "$LAB_DIR/tree"
  make_keys
  make_bridges
  for ((n = 1; n <= LAB_HOSTS; n++)); do launch_host "h$n"; done
  for host in $(hosts); do await_host "$host"; done
  for guest in $guests; do start_guest "${guest%@*}" "${guest#*@}"; done
  for guest in $guests; do await_guest "${guest%@*}"; done
  tell "the lab is up after $(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.1f", b - a}') s"
}

down() {
  local host
  check_settings
  ((EUID == 0)) || fail "it takes root"
  for host in $(hosts); do remove_host "$host"; done
  remove_bridges
  rm -rf "$LAB_DIR"
}

status() {
  local host
  [[ -n $(hosts) ]] || { tell "no lab is up"; return; }
  for host in $(hosts); do
    if host_pid "$host" > /dev/null; then
      tell "$host  $(host_address "$host")  $(host_tcp_uri "$host")"
      timeout 5 virsh -q -c "$(host_uri "$host")" list --all 2> /dev/null | awk '{print "    " $2 "  " $3}' || tell "    libvirtd does not answer"
    else
      tell "$host  off"
    fi
  done
}

uri() {
  case ${2:-unix} in
    unix) host_uri "$1" ;;
    tcp) host_tcp_uri "$1" ;;
    tls) host_tls_uri "$1" ;;
    stranger) host_tls_uri "$1" stranger ;;
    *) misused "uri HOST [unix | tcp | tls | stranger]" ;;
  esac
}

log() {
  if (($# > 1)); then cat "$(host_dir "$1")/log/qemu/$2.console"; else cat "$(host_dir "$1")/log/libvirtd.log"; fi
}

# Of one lab's hosts one process at a time makes and unmakes any.
take_turns() { mkdir -p /run/lock; exec 9> "/run/lock/headroom-lab-$LAB_NAME"; flock 9; }

verb=${1:-help}
shift || true
case $verb in
  up | down) take_turns; "$verb" "$@" ;;
  power) [[ ${1:-} == state ]] || take_turns; power "$@" ;;
  status | load | past | ask | hung | fault | repair | uri | log) "$verb" "$@" ;;
  fleet) fleet "$@" ;;
  start) start_guest "$@" ;;
  migrate) migrate_guest "$@" ;;
  where) where_is "$1" ;;
  address) if [[ $1 == vm* ]]; then guest_address "$1"; else host_address "$1"; fi ;;
  uuid) guest_uuid "$1" ;;
  virsh) on_host "$@" ;;
  inside) inside "$@" ;;
  possible) check_settings; check_possible; [[ ${1:-} != quotas ]] || check_quotas ;;
  help | -h | --help) usage ;;
  *) usage >&2; exit 2 ;;
esac
