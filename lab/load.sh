# What guests do: a recorded VM's usage, made faster and smaller, played by the program in the guest; and the days before, for a manager's
# history, made faster and smaller in the same way.

kLoadUsage='load VM TRACE [--from TIME] [--steps N] SIZES; load VM MILLICORES MIB [DISK NETWORK REWRITE, in kB/s]; load VM none'
kPastUsage='past VM TRACE --state DIR --until TIME --ends-at TIME SIZES'
kSizesUsage='SIZES: [--step SECONDS] [--cpu MILLICORES] [--memory MIB] [--disk FACTOR] [--network FACTOR]'
readonly kRecordedStep=300                # seconds
readonly kGuestsOwnMemory=24              # MiB that a guest without load says it uses

# Sets what the options say: vm, trace, from, steps, until, ends_at, state; step, cpu, memory, disk, network.
read_load_options() {
  vm=$1 trace=$2 from='' steps=288 until='' ends_at='' state='' step=10 cpu=1000 memory=40 disk=0 network=0
  shift 2
  while (($#)); do
    (($# > 1)) || misused "$1 wants a value"
    case $1 in
      --from | --steps | --until | --ends-at | --state | --step | --cpu | --memory | --disk | --network)
        local name=${1#--}
        printf -v "${name/-/_}" '%s' "$2" ;;
      *) misused "no option '$1'; usage: $kLoadUsage; $kPastUsage; $kSizesUsage" ;;
    esac
    shift 2
  done
  [[ -r $trace ]] || misused "$trace cannot be read"
  ((kRecordedStep % step == 0)) || misused "--step is $step; give a whole part of $kRecordedStep"
}

# One line a step: millicores MiB disk-kB/s network-kB/s. `cpu` is what 100 % of the recorded VM's processors become, `memory` what its
# memory becomes; disks and networks are multiplied. A step that was not recorded repeats the one before.
schedule_of() {  # TRACE FROM STEPS CPU MEMORY DISK NETWORK
  zcat -f "$1" | awk -F, -v from="$2" -v steps="$3" -v cpu="$4" -v memory="$5" -v disk="$6" -v network="$7" -v length_of_step=$kRecordedStep '
    NR == 1 || $1 < from || count >= steps { next }
    { if (first == "") first = from > 0 ? from : $1
      slot = int(($1 - first) / length_of_step)
      line = sprintf("%d %d %d %d", $3 / 100 * cpu + .5, $5 / $4 * memory + .5, ($6 + $7) * disk + .5, ($8 + $9) * network + .5)
      for (; count < slot && count < steps && before != ""; count++) print before
      if (count < steps) { print line; count++ }
      before = line }'
}

play() {
  local vm trace from steps until ends_at state step cpu memory disk network lines
  read_load_options "$@"
  [[ -z $from ]] || from=$(date -u -d "$from" +%s) || misused "'$from' is no time"
  lines=$(schedule_of "$trace" "${from:-0}" "$steps" "$cpu" "$memory" "$disk" "$network")
  [[ -n $lines ]] || fail "$trace has nothing from then on"
  ask "$vm" "play $((step * 1000)) $(wc -l <<< "$lines")" "$lines"
}

load() {
  (($# >= 2)) || misused "usage: $kLoadUsage; $kSizesUsage"
  case $2 in
    none) ask "$1" 'load 0 0 0 0' ;;
    [0-9]*) ask "$1" "load $2 ${3:-0} ${4:-0} ${5:-0} ${6:-0}" ;;
    *) play "$@" ;;
  esac
}

# `load --from T` at the moment `--ends-at` goes on where this ends with `--until T`.
past() {
  (($# >= 2)) || misused "usage: $kPastUsage; $kSizesUsage"
  local vm trace from steps until ends_at state step cpu memory disk network
  read_load_options "$@"
  [[ -n $state && -n $until && -n $ends_at ]] || misused "usage: $kPastUsage; $kSizesUsage"
  "$LAB_ROOT/build/release/bin/headroom" history import "$trace" --history "$state" --vm "$(guest_uuid "$vm")" --speed $((kRecordedStep / step)) \
    --until "$until" --ends-at "$ends_at" --cpu-cap "$cpu mcores" --memory-cap "$memory MiB" --memory-base "$kGuestsOwnMemory MiB" \
    --disk-factor "$disk" --network-factor "$network"
}
