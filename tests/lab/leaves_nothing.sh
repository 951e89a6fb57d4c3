#!/usr/bin/env bash
# Ends the tests' labs, and looks for what they may have left. Usage: leaves_nothing.sh TREE
set -euo pipefail
lab=$1/lab.sh
"$lab" possible
left=()
for name in hrt hrd; do  # of all tests, and of those that want other guests
  export LAB_NAME=$name
  "$lab" down
  # Each host's processes are known by its folder in their command lines or mounts.
  for process in /proc/[0-9]*; do
    grep -qs "headroom-lab/$LAB_NAME/" "$process/mounts" "$process/cmdline" && left+=("process ${process#/proc/}: $(tr '\0' ' ' < "$process/cmdline")")
  done
  while read -r link; do left+=("link $link"); done < <(ip -o link | awk -F': ' '{print $2}' | grep "^$LAB_NAME-" || true)
  while read -r mount; do left+=("mount $mount"); done < <(grep "headroom-lab/$LAB_NAME" /proc/mounts || true)
  for group in /sys/fs/cgroup/*/"$LAB_NAME"-*; do [[ -d $group ]] && left+=("cgroup $group"); done
  [[ ! -e /var/lib/headroom-lab/$LAB_NAME ]] || left+=("folder /var/lib/headroom-lab/$LAB_NAME")
done
((${#left[@]} == 0)) && exit
printf 'left behind: %s\n' "${left[@]}"
exit 1
