# A guest: Debian's kernel and lab/guest under QEMU, made by `virsh create`, so that it is gone when it ends.

emulator_xml() {
  if use_kvm; then
    tell "<cpu mode='host-model'>$1</cpu>"
  else
    tell "<cpu mode='custom' match='exact'><model fallback='forbid'>qemu64</model>$1</cpu>"
  fi
}

# tb-cache: a vCPU that is added needs room in the emulator's buffer of translated code, and QEMU 7.2 aborts where there is none.
# online_movable: what virtio-mem brought can be taken back whole. swiotlb: a most memory of gigabytes makes the kernel set aside 64 MiB that a small guest does not have.
guest_xml() {  # VM
  local vm=$1 n cpu tune='' kind=qemu tcg="<tcg><tb-cache unit='MiB'>256</tb-cache></tcg>"
  n=$(guest_number "$vm")
  use_kvm && kind=kvm tcg=''
  have_cgroups && tune="<cputune><period>100000</period><quota>$((LAB_CPU * 100 / LAB_VCPUS))</quota></cputune>"
  cpu=$(emulator_xml "<numa><cell id='0' cpus='0-$((LAB_MOST_VCPUS - 1))' memory='$LAB_MEMORY' unit='MiB'/></numa>")
  cat << XML
<domain type='$kind'>
  <name>$vm</name>
  <uuid>$(guest_uuid "$vm")</uuid>
  <maxMemory slots='4' unit='MiB'>$((LAB_MEMORY + LAB_MORE_MEMORY))</maxMemory>
  <memory unit='MiB'>$((LAB_MEMORY + LAB_MORE_MEMORY))</memory>
  <currentMemory unit='MiB'>$LAB_MEMORY</currentMemory>
  <vcpu placement='static' current='$LAB_VCPUS'>$LAB_MOST_VCPUS</vcpu>
  $tune
  <os>
    <type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>
    <kernel>$LAB_CACHE/vmlinuz</kernel>
    <initrd>$LAB_CACHE/initramfs</initrd>
    <cmdline>console=ttyS0 quiet panic=1 no_timer_check tsc=reliable mitigations=off swiotlb=noforce memhp_default_state=online_movable lab.name=$vm lab.address=$(guest_address "$vm")</cmdline>
  </os>
  <features><acpi/><apic/>$tcg</features>
  $cpu
  <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='none'/><source file='$LAB_DIR/shared/$vm.img'/><target dev='vda' bus='virtio'/>
    </disk>
    <controller type='usb' model='none'/>
    <interface type='bridge'>
      <source bridge='br0'/><mac address='52:54:00:$(printf '%02x:00:%02x' "$LAB_NET" "$n")'/><model type='virtio'/><rom enabled='no'/>
    </interface>
    <serial type='file'><source path='/var/log/libvirt/qemu/$vm.console' append='on'/><target port='0'/></serial>
    <memballoon model='virtio' autodeflate='on'><stats period='2'/></memballoon>
    <memory model='virtio-mem'>
      <target><size unit='MiB'>$LAB_MORE_MEMORY</size><node>0</node><block unit='MiB'>2</block><requested unit='MiB'>0</requested></target>
    </memory>
    <channel type='unix'><target type='virtio' name='org.headroom.agent.0'/></channel>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
</domain>
XML
}

# The host a guest runs on; false when none says so.
where_is() {
  local host
  for host in $(hosts); do
    host_pid "$host" > /dev/null || continue
    [[ $(timeout 5 virsh -q -c "$(host_uri "$host")" domstate "$1" 2> /dev/null) == running* ]] && { tell "$host"; return; }
  done
  return 1
}

start_guest() {  # VM HOST
  local vm=$1 host=$2 dir said
  where_is "$vm" > /dev/null && return
  dir=$(host_dir "$host")
  mkdir -p "$LAB_DIR/shared"
  truncate -s "${LAB_DISK}M" "$LAB_DIR/shared/$vm.img"
  rm -f "$dir/log/qemu/$vm.console"
  guest_xml "$vm" > "$dir/$vm.xml"
  said=$(on_host "$host" create "$dir/$vm.xml" 2>&1) || fail "$vm does not start: $said"
  just_started[$vm]=$host
}
declare -A just_started=()  # VM -> host

# One that ran already and does not answer hangs: emulated ones do after some moves (docs/lab.md). It is started anew where it is.
await_guest() {
  local vm=$1 tries host patience
  for tries in 1 2 3; do
    patience=${LAB_BOOT_SECONDS:-90}
    [[ -n ${just_started[$vm]:-} ]] || patience=${LAB_HUNG_SECONDS:-20}
    if wait_for "$patience" answers "$vm"; then
      [[ -z ${just_started[$vm]:-} ]] && return
      keeps_time "$vm" && return
    elif [[ -n ${just_started[$vm]:-} ]]; then
      fail "$vm does not answer (its console: $(host_dir "${just_started[$vm]}")/log/qemu/$vm.console)"
    else
      tell "$vm hangs, and is started anew"
    fi
    host=$(where_is "$vm") || fail "$vm does not run any more"
    on_host "$host" destroy "$vm" > /dev/null
    start_guest "$vm" "$host"
  done
  fail "the clock of $vm runs too fast or too slow, however often it is started"
}
answers() { ask "$1" status 2> /dev/null | grep -q '^ok$'; }

# The guests whose processor waits for good with interrupts off, as emulated ones do after some moves (docs/lab.md): seen so each of five times
# in two seconds. One that is idle, busy, or merely out of reach has them on at least once.
hung() {
  local guest
  for guest in $LAB_GUESTS; do ! is_hung "${guest%@*}" || tell "${guest%@*}"; done
}
is_hung() {
  local host flags
  host=$(where_is "$1") || return 1
  for _ in 1 2 3 4 5; do
    flags=$(timeout 5 virsh -q -c "$(host_uri "$host")" qemu-monitor-command "$1" --hmp 'info registers' 2> /dev/null | sed -n 's/.*RFL=\([0-9a-f]*\).*/\1/p')
    [[ -n $flags ]] && ((!(16#$flags & 0x200))) || return 1
    sleep 0.4
  done
}

# A guest measures its processor's clock as it boots; one that was held back at that moment lives many times too fast from then on.
keeps_time() {
  local before since passed lived
  before=$(uptime_of "$1") since=${EPOCHREALTIME/./}
  sleep 0.5
  lived=$(($(uptime_of "$1") - before)) passed=$(((${EPOCHREALTIME/./} - since) / 1000))
  ((lived * 10 > passed * 7 && lived * 10 < passed * 13))
}
uptime_of() { ask "$1" status | sed -n 's/.*"uptime_ms": \([0-9]*\).*/\1/p'; }

# Sends lines to the program in a guest and prints what it answers; an answer ends with "ok" or "no: WHY".
ask() {
  local vm=$1 address; shift
  address=$(guest_address "$vm")
  timeout "${LAB_ASK_SECONDS:-5}" bash -c '
    exec 3<> "/dev/tcp/$0/7000" || exit 1
    printf "%s\n" "$@" >&3
    while IFS= read -r line <&3; do
      printf "%s\n" "$line"
      case $line in ok) exit 0 ;; "no: "*) exit 1 ;; esac
    done
    exit 1' "$address" "$@"
}

migrate_guest() {  # VM HOST [virsh's options...]
  local vm=$1 to=$2 from; shift 2
  from=$(where_is "$vm") || fail "$vm does not run"
  [[ $from != "$to" ]] || fail "$vm is on $to"
  # --unsafe: libvirt cannot know that the folder of disks is one for all hosts.
  on_host "$from" migrate --live --p2p --unsafe "$@" "$vm" "$(host_tcp_uri "$to")" --migrateuri "tcp://$(host_address "$to")"
}
