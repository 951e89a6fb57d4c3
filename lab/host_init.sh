#!/usr/bin/env bash
# Process 1 of a lab host: host_init.sh HOST DIR. Puts the host's folders where libvirtd has them built in, and waits for its end: killed, it
# takes everything with it; asked to end (SIGTERM), it shuts down in order.
set -euo pipefail
host=$1 dir=$2

# Still the machine's /proc: it tells the number by which the machine knows this process, and when that was started.
read -r pid _ < /proc/self/stat
stat=$(< /proc/self/stat)
set -- ${stat##*) }
start=${20}

mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /run  # no dbus, no other libvirt
mkdir -p /run/libvirt /var/log/libvirt /var/lib/libvirt /var/cache/libvirt
mount --bind "$dir/etc" /etc/libvirt
mount --bind "$dir/run" /run/libvirt
mount --bind "$dir/lib" /var/lib/libvirt
mount --bind "$dir/cache" /var/cache/libvirt
mount --bind "$dir/log" /var/log/libvirt
mount --bind "$dir/hosts" /etc/hosts

# The controllers again, seen from this host's own cgroup.
for controller in cpu cpuacct cpuset memory blkio; do
  tree=/sys/fs/cgroup/$controller
  [[ -f $tree/cgroup.procs ]] || continue
  umount "$(readlink -f "$tree")" 2> /dev/null || continue
  mount -t cgroup -o "$(basename "$(readlink -f "$tree")")" cgroup "$(readlink -f "$tree")"
done

# Asks the processes of these files to end, and waits for that, 8 s at most.
end_all() {
  local file pid
  local -a asked=()
  for file; do
    pid=$(cat "$file" 2> /dev/null) || continue
    kill -TERM "$pid" 2> /dev/null && asked+=("$pid")
  done
  for ((tenths = 0; tenths < 80; tenths++)); do
    kill -0 "${asked[@]}" 2> /dev/null || return 0
    sleep 0.1
  done
}
# Guests first, as a host's service for them does; then what runs them.
shut_down() {
  trap '' TERM
  : > "$dir/stopping"
  end_all /run/libvirt/qemu/*.pid
  end_all /run/libvirt/libvirtd.pid
  exit 0
}
trap shut_down TERM

hostname "$host"
printf '%s %s\n' "$pid" "$start" > "$dir/init.pid.new"
mv "$dir/init.pid.new" "$dir/init.pid"
while :; do sleep 3600 & wait $!; done
