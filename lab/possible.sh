# Can this machine have a lab? Each obstacle is one sentence, and exit code 77, which tests take for "skipped".

check_possible() {
  local said
  [[ $(uname -m) == x86_64 ]] || impossible "its guests are for x86_64, and this is $(uname -m)"
  ((EUID == 0)) || impossible "it takes root"
  said=$(unshare --net --mount --pid --uts --ipc --fork mount -t tmpfs tmpfs /mnt 2>&1) \
    || impossible "root may not make namespaces and mount in them (${said##*: })"
  [[ -c /dev/net/tun ]] || impossible "there is no /dev/net/tun"
}

check_links() {
  local said link=$LAB_NAME-probe
  said=$(ip link add "$link" type bridge 2>&1) || impossible "no bridge can be made (${said##*: })"
  ip link del "$link"
  said=$(ip link add "$link" type veth peer name "$link-b" 2>&1) || impossible "no veth can be made (${said##*: })"
  ip link del "$link"
}

install_lab_packages() {
  ( source "$LAB_ROOT/scripts/prepare.sh"; install_packages "$LAB_ROOT/lab/packages.txt" ) \
    || impossible "its packages cannot be installed (lab/packages.txt)"
}

# Version 1 of cgroups, a tree for each controller: then a host has a subtree of its own, and quotas of vCPUs work.
have_cgroups() {
  local c
  [[ $LAB_QUOTAS != no ]] || return 1
  for c in $kControllers; do [[ -f /sys/fs/cgroup/$c/cgroup.procs ]] || return 1; done
}
check_quotas() { have_cgroups || impossible "guests' quotas take version 1 of cgroups, a tree for each controller"; }

# /dev/kvm may be there and not run a guest: it takes a processor that offers it.
use_kvm() {
  case $LAB_ACCEL in
    kvm) true ;;
    tcg) false ;;
    *) [[ -c /dev/kvm ]] && grep -qwE 'vmx|svm' /proc/cpuinfo ;;
  esac
}
