#!/usr/bin/env bash
# Both Debian packages, under a systemd that really runs: as process 1 of a container whose files are this machine's with a layer of memory over
# them. Usage: booted.sh BUILD_FOLDER. What happens inside is in inside.sh. Skipped, with the reason, where no such container can be made.
set -u
here=$(cd "$(dirname "$0")" && pwd)
skip() { echo "SKIPPED: $1"; exit 77; }
[[ $(id -u) == 0 ]] || skip "it takes root"
unshare --user true 2> /dev/null || skip "no user namespace can be made here (in a chroot, say), and the units have their own"
command -v systemd-nspawn > /dev/null || skip "there is no systemd-nspawn here (Debian package systemd-container)"

work=$(mktemp -d)
groups() { find /sys/fs/cgroup -depth \( -path '*/payload*' -o -name supervisor \) -type d -exec rmdir {} + 2> /dev/null; }   # nspawn's; none that is in use
trap 'rm -rf "$work"; groups' EXIT
(cd "$1" && cpack -B "$work/packages" > "$work/cpack.log" 2>&1) || { tail -20 "$work/cpack.log"; exit 1; }
rm -rf "$work/packages/_CPack_Packages"
mkdir "$work/out"

# In a mount namespace of its own, so that nothing of it is left however this ends.
WORK=$work HERE=$here timeout -k 5 240 unshare --mount --propagation private bash -euc '
  mkdir -p /run/systemd
  mount -t tmpfs tmpfs /run/systemd   # where nspawn leaves folders
  mount -t tmpfs tmpfs /mnt
  mkdir /mnt/over /mnt/work /mnt/root
  mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/over,workdir=/mnt/work /mnt/root
  cd /mnt/root
  rm -rf etc/fstab var/lib/headroom var/lib/headroom-agent etc/headroom etc/headroom-agent
  printf "[Unit]\nWants=basic.target dbus.socket\nAfter=basic.target\nRequires=tried.service\n" > etc/systemd/system/tried.target
  printf "[Service]\nType=oneshot\nExecStart=/bin/bash /given/inside.sh\nExecStopPost=/bin/systemctl --no-block poweroff\n" > etc/systemd/system/tried.service
  cd /
  script -qec "systemd-nspawn -D /mnt/root --boot --register=no --keep-unit --private-network --machine=headroom-$$ --bind-ro=$HERE:/given \
    --bind-ro=$WORK/packages:/packages --bind=$WORK/out:/out systemd.unit=tried.target systemd.log_target=console" /dev/null
' < /dev/null > "$work/boot.log" 2>&1

[[ -e $work/out/log ]] || { tail -n 20 "$work/boot.log"; skip "no container with a systemd comes up here"; }
cat "$work/out/log"
[[ -e $work/out/passed ]]
