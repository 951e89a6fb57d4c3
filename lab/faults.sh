# What breaks in real fleets, and how each is mended: fault KIND WHAT, repair KIND WHAT.

kFaultUsage='fault daemon|hang|link|host HOST, fault guest VM; repair with the same words, and `repair guest VM HOST`'

signal_daemon() { inside "$1" sh -c "kill -$2 \$(cat /run/libvirt/libvirtd.pid)"; }

fault() {
  (($# == 2)) || misused "usage: $kFaultUsage"
  local host
  case $1 in
    daemon) signal_daemon "$2" KILL ;;  # guests run on
    hang) signal_daemon "$2" STOP ;;    # connections stay, nothing answers
    link) ip link set "$(cable m "$2")" down ;;
    host) crash_host "$2" ;;
    guest)
      host=$(where_is "$2") || fail "$2 does not run"
      inside "$host" sh -c "kill -KILL \$(cat /run/libvirt/qemu/$2.pid)"
      ;;
    *) misused "no fault '$1'; usage: $kFaultUsage" ;;
  esac
}

repair() {
  (($# >= 2)) || misused "usage: $kFaultUsage"
  case $1 in
    daemon) start_daemon "$2"; await_host "$2" ;;
    hang) signal_daemon "$2" CONT ;;
    link) ip link set "$(cable m "$2")" up ;;
    host) launch_host "$2"; await_host "$2" ;;
    guest) start_guest "$2" "${3:-h1}"; await_guest "$2" ;;
    *) misused "no fault '$1'; usage: $kFaultUsage" ;;
  esac
}
