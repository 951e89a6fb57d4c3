# A host: namespaces (network, mounts, processes, names, ipc, cgroups) of its own around a libvirtd of its own and its guests. Its process 1
# is lab/host_init.sh; killing that takes all of them with it, as pulling the plug does.

host_uri() { printf '%s\n' "qemu+unix:///system?socket=$(host_dir "$1")/run/libvirt-sock"; }  # past all networks
host_tcp_uri() { printf '%s\n' "qemu+tcp://$(host_address "$1")/system"; }
host_tls_uri() { printf '%s\n' "qemu+tls://$(host_address "$1")/system?pkipath=$LAB_DIR/keys/${2:-manager}"; }
host_pid() { pid_in "$(host_dir "$1")/init.pid"; }
# In a session of its own: on a terminal virsh asks a polkit that is not there for a password, and says so.
on_host() { local host=$1; shift; setsid --wait virsh -q -c "$(host_uri "$host")" "$@"; }

configure_host() {
  local host=$1 dir n controllers='[]' i
  dir=$(host_dir "$host"); n=$(host_number "$host")
  mkdir -p "$dir"/{etc/qemu/networks,etc/qemu/autostart,etc/pki,run,lib/qemu,cache,log/qemu}
  make_certificate "$LAB_DIR/keys/authority" "$dir/etc/pki" "$host" "$(host_address "$host")"
  { tell "127.0.0.1 localhost"; for i in {1..9}; do tell "10.$LAB_NET.0.1$i h$i"; done; } > "$dir/hosts"
  have_cgroups && controllers='[ "cpu", "cpuacct", "cpuset", "memory", "blkio" ]'
  # A UUID of its own: libvirt takes hosts of one UUID for one host, and all of them are on one machine.
  cat > "$dir/etc/libvirtd.conf" << CONF
host_uuid = "6b9f0c1e-$(printf '%04d' "$LAB_NET")-4000-8000-00000000000$n"
unix_sock_rw_perms = "0700"
auth_unix_rw = "none"
auth_unix_ro = "none"
listen_addr = "$(host_address "$host")"
listen_tcp = 1
auth_tcp = "none"
listen_tls = 1
auth_tls = "none"
key_file = "/etc/libvirt/pki/serverkey.pem"
cert_file = "/etc/libvirt/pki/servercert.pem"
ca_file = "/etc/libvirt/pki/cacert.pem"
keepalive_interval = 2
keepalive_count = 3
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
CONF
  cat > "$dir/etc/qemu.conf" << CONF
security_driver = "none"
security_default_confined = 0
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
namespaces = []
cgroup_controllers = $controllers
stdio_handler = "file"
keepalive_interval = 2
keepalive_count = 3
default_tls_x509_cert_dir = "/etc/libvirt/pki"
default_tls_x509_verify = 1
migrate_tls_x509_verify = 1
CONF
}

# What starts a host's processes. As batch they take no processor from each other in the middle of a turn: an emulated guest that loses it
# between noting a page as written to and writing to it, for as long as a migration takes to look at the page and send it, loses what it
# writes (docs/lab.md).
readonly -a kAtLabWeight=(nice -n "$LAB_NICE" chrt --batch 0)

cgroup_of() { printf '%s\n' "/sys/fs/cgroup/$1/$LAB_NAME-$2"; }  # CONTROLLER HOST

make_cgroups() {
  local host=$1 c dir file
  have_cgroups || return 0
  for c in $kControllers; do
    dir=$(cgroup_of "$c" "$host")
    mkdir -p "$dir"
    [[ $c != cpuset ]] || for file in cpuset.cpus cpuset.mems; do cat "/sys/fs/cgroup/cpuset/$file" > "$dir/$file"; done
  done
  printf '%s' "$LAB_WEIGHT" > "$(cgroup_of cpu "$host")/cpu.shares"
  ((LAB_HOST_CPU == 0)) || printf '%s' $((LAB_HOST_CPU * 100)) > "$(cgroup_of cpu "$host")/cpu.cfs_quota_us"
}
remove_cgroups() {
  local dir sub
  for dir in /sys/fs/cgroup/*/"$LAB_NAME-$1"; do
    [[ -d $dir && ! -L ${dir%/*} ]] || continue
    while read -r sub; do rmdir "$sub" 2> /dev/null || true; done < <(find "$dir" -depth -type d)
  done
}
join_cgroups() {  # this process, and what it starts, belong to the host
  local c
  have_cgroups || return 0
  for c in $kControllers; do printf '%s' "$BASHPID" > "$(cgroup_of "$c" "$1")/cgroup.procs"; done
}

# Runs a command inside. In a subshell that has joined the host's cgroups, so that what it starts is counted there.
inside() {
  local host=$1 pid; shift
  pid=$(host_pid "$host") || fail "$host is not running"
  (join_cgroups "$host"; exec nsenter -t "$pid" -m -n -p -u -i -C -- "$@")
}

start_daemon() {
  local dir; dir=$(host_dir "$1")
  rm -f "$dir/run/libvirtd.pid"
  inside "$1" "${kAtLabWeight[@]}" /usr/sbin/libvirtd -d --listen -f /etc/libvirt/libvirtd.conf -p /run/libvirt/libvirtd.pid \
    < /dev/null > "$dir/log/daemon.log" 2>&1 9>&- || fail "libvirtd of $1 does not start: $(tail -n 1 "$dir/log/daemon.log")"
}

launch_host() {
  local host=$1 dir pid
  dir=$(host_dir "$host")
  host_pid "$host" > /dev/null && return
  clear_host "$host"
  configure_host "$host"
  make_cgroups "$host"
  [[ ! -d $LAB_CACHE/capabilities || -d $dir/cache/qemu ]] || { mkdir -p "$dir/cache/qemu"; cp -a "$LAB_CACHE/capabilities" "$dir/cache/qemu/"; }
  ( join_cgroups "$host"
    exec setsid "${kAtLabWeight[@]}" unshare --net --mount --pid --uts --ipc --cgroup --fork --kill-child -- \
      bash "$LAB_ROOT/lab/host_init.sh" "$host" "$dir" ) < /dev/null > "$dir/log/init.log" 2>&1 9>&- &
  pid=$!
  wait_for 10 host_pid "$host" || { kill -KILL "$pid" 2> /dev/null; fail "$host does not start: $(tail -n 1 "$dir/log/init.log")"; }
  plug_in "$host" "$(host_pid "$host")"
  start_daemon "$host"
}

daemon_answers() { timeout 5 virsh -q -c "$(host_uri "$1")" capabilities > /dev/null 2>&1; }

await_host() {
  local dir; dir=$(host_dir "$1")
  wait_for 60 daemon_answers "$1" || fail "libvirtd of $1 does not answer: $(tail -n 1 "$dir/log/libvirtd.log")"
  # Finding out what QEMU can do takes seconds; it is the same for every host.
  [[ -d $LAB_CACHE/capabilities || ! -d $dir/cache/qemu/capabilities ]] || cp -a "$dir/cache/qemu/capabilities" "$LAB_CACHE/capabilities"
}

crash_host() {
  local pid
  if pid=$(host_pid "$1"); then
    kill -KILL "$pid"
    wait_for 10 gone "$pid" || fail "$1 does not go away"
  fi
  clear_host "$1"
}
# What is gone with its power: its cables are dead, and /run was in memory.
clear_host() {
  local dir; dir=$(host_dir "$1")
  rm -rf "$dir/init.pid" "$dir/stopping" "$dir/run"
  unplug "$1"
}
gone() { [[ ! -d /proc/$1 ]]; }

remove_host() {
  crash_host "$1"
  wait_for 10 no_cgroups_left "$1" || fail "cgroups of $1 stay behind"
}
no_cgroups_left() {
  local dir
  remove_cgroups "$1"
  for dir in /sys/fs/cgroup/*/"$LAB_NAME-$1"; do [[ ! -d $dir ]] || return 1; done
}

# wait_for SECONDS COMMAND...: asks ten times a second; false when it never held.
wait_for() {
  local until=$((${EPOCHREALTIME/./} + $1 * 1000000)); shift
  until "$@" > /dev/null; do
    ((${EPOCHREALTIME/./} < until)) || return 1
    sleep 0.1
  done
}
