# Sourced by all of lab/: what may be chosen, where things are, and how the lab says what is wrong.
# A lab that is up keeps the settings it was started with; only LAB_NAME (and LAB_DIR) are needed to speak to it.

LAB_NAME=${LAB_NAME:-hr}                              # begins the name of every link and cgroup; 5 characters at most
LAB_DIR=${LAB_DIR:-/var/lib/headroom-lab/$LAB_NAME}   # everything of one lab; short, for paths of sockets end at 107 bytes
if [[ -f $LAB_DIR/settings ]]; then
  source "$LAB_DIR/settings"
fi
LAB_NET=${LAB_NET:-77}                       # hosts are 10.$LAB_NET.0.1N, guests 10.$LAB_NET.1.1NN, this machine .1 of both
LAB_HOSTS=${LAB_HOSTS:-2}                    # h1, h2, ...
LAB_GUESTS=${LAB_GUESTS-vm1@h1 vm2@h1 vm3@h2}
LAB_CPU=${LAB_CPU:-500}                      # millicores a guest may use at first, where there are quotas; else its vCPUs whole
LAB_QUOTAS=${LAB_QUOTAS:-auto}               # of guests; auto: where the machine has version 1 of cgroups; no: nowhere
LAB_VCPUS=${LAB_VCPUS:-1}                    # at first
LAB_MOST_VCPUS=${LAB_MOST_VCPUS:-2}
LAB_MEMORY=${LAB_MEMORY:-128}                # MiB at first
LAB_MORE_MEMORY=${LAB_MORE_MEMORY:-256}      # MiB that its virtio-mem device can add
LAB_DISK=${LAB_DISK:-64}                     # MiB
LAB_HOST_CPU=${LAB_HOST_CPU:-0}              # millicores that all of a host may use; 0: the machine's
LAB_HOST_MEMORY=${LAB_HOST_MEMORY:-1024}     # MiB of a host that are told to be for VMs
LAB_ACCEL=${LAB_ACCEL:-auto}                 # kvm, tcg; auto: kvm where the processor offers it
LAB_NICE=${LAB_NICE:-10}                     # of all that the lab starts, where there are no cgroups to weigh it by
LAB_WEIGHT=${LAB_WEIGHT:-8192}               # of a host beside a process of this machine's, which has 1024: guests do what they are told to

LAB_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LAB_CACHE=${LAB_CACHE:-$LAB_ROOT/build/lab}  # kernel, initramfs, what QEMU can do: kept by `down`
LAB_GUEST_PROGRAM=${LAB_GUEST_PROGRAM:-}     # empty: built when needed

readonly kLabImpossible=77                   # exit code: this machine cannot have a lab
readonly kControllers='cpu cpuacct cpuset memory blkio'

tell() { printf '%s\n' "$*"; }
fail() { printf 'lab: %s\n' "$*" >&2; exit 1; }
misused() { printf 'lab: %s\n' "$*" >&2; exit 2; }
impossible() { printf 'lab: no lab is possible here: %s\n' "$*" >&2; exit "$kLabImpossible"; }

host_dir() { printf '%s\n' "$LAB_DIR/hosts/$1"; }
host_number() { [[ $1 =~ ^h([1-9])$ ]] || misused "'$1' is no host; they are h1 to h9"; printf '%s\n' "${BASH_REMATCH[1]}"; }
host_address() { local n; n=$(host_number "$1") || exit; printf '%s\n' "10.$LAB_NET.0.1$n"; }
guest_number() { [[ $1 =~ ^vm([1-9][0-9]?)$ ]] || misused "'$1' is no guest; they are vm1 to vm99"; printf '%s\n' "${BASH_REMATCH[1]}"; }
guest_address() { local n; n=$(guest_number "$1") || exit; printf '%s\n' "10.$LAB_NET.1.$((100 + n))"; }
guest_uuid() { local n; n=$(guest_number "$1") || exit; printf '5d1f7c00-%04d-4000-8000-%012d\n' "$LAB_NET" "$n"; }
hosts() { local d; for d in "$LAB_DIR"/hosts/h*/; do [[ -d $d ]] && basename "$d"; done; return 0; }

# A file says "PID START": a process is only meant when it still is the one that was started then, so that a number
# that was given again is never signalled.
started_at() { local s; s=$(cat "/proc/$1/stat" 2> /dev/null) || return 1; set -- ${s##*) }; printf '%s\n' "${20}"; }
pid_in() {
  local pid start
  read -r pid start 2> /dev/null < "$1" && [[ $(started_at "$pid") == "$start" ]] && printf '%s\n' "$pid"
}

check_settings() {
  local socket=$LAB_DIR/hosts/h9/run/libvirt-sock-ro guest
  [[ $LAB_DIR == /*/* ]] || misused "LAB_DIR is '$LAB_DIR'; give a full path below some folder"
  ((${#socket} < 108)) || misused "LAB_DIR is too long: the path of a socket ends at 107 bytes"
  [[ $LAB_NAME =~ ^[a-z][a-z0-9]{0,4}$ ]] || misused "LAB_NAME is '$LAB_NAME'; give up to 5 small letters and digits"
  [[ $LAB_NET =~ ^[0-9]+$ ]] && ((LAB_NET < 256)) || misused "LAB_NET is '$LAB_NET'; give a number below 256"
  [[ $LAB_HOSTS =~ ^[1-9]$ ]] || misused "LAB_HOSTS is '$LAB_HOSTS'; give 1 to 9"
  [[ $LAB_QUOTAS =~ ^(auto|no)$ ]] || misused "LAB_QUOTAS is '$LAB_QUOTAS'; write auto or no"
  [[ $LAB_ACCEL =~ ^(auto|kvm|tcg)$ ]] || misused "LAB_ACCEL is '$LAB_ACCEL'; write auto, kvm or tcg"
  for guest in $LAB_GUESTS; do
    [[ $guest =~ ^vm[1-9][0-9]?@h[1-9]$ ]] || misused "LAB_GUESTS has '$guest'; write VM@HOST, as in vm1@h1"
  done
}

save_settings() {
  local name
  for name in LAB_NET LAB_HOSTS LAB_GUESTS LAB_CPU LAB_QUOTAS LAB_VCPUS LAB_MOST_VCPUS LAB_MEMORY LAB_MORE_MEMORY LAB_DISK LAB_HOST_CPU \
    LAB_HOST_MEMORY LAB_ACCEL LAB_NICE LAB_WEIGHT; do
    printf '%s=%q\n' "$name" "${!name}"
  done > "$LAB_DIR/settings.new"
  mv "$LAB_DIR/settings.new" "$LAB_DIR/settings"
}
