# What guests do: a recorded VM's usage, made faster and smaller, played by the program in the guest.

kLoadUsage="load VM TRACE.csv.gz [--from TIME] [--steps N] [--step SECONDS] [--cpu MILLICORES] [--memory MIB] [--disk FACTOR] [--network FACTOR]
       load VM none | load VM MILLICORES MIB"

# One line a step: millicores MiB disk-kB/s network-kB/s. `cpu` is what 100 % of the recorded VM's processors become, `memory` what its
# memory becomes; disks and networks are multiplied. A row that was not recorded repeats the one before.
schedule_of() {  # TRACE FROM STEPS CPU MEMORY DISK NETWORK
  zcat -f "$1" | awk -F, -v from="$2" -v steps="$3" -v cpu="$4" -v memory="$5" -v disk="$6" -v network="$7" '
    NR == 1 || $1 < from || count >= steps { next }
    { if (first == "") first = from > 0 ? from : $1
      slot = int(($1 - first) / 300)
      line = sprintf("%d %d %d %d", $3 / 100 * cpu + .5, $5 / $4 * memory + .5, ($6 + $7) * disk + .5, ($8 + $9) * network + .5)
      for (; count < slot && count < steps && before != ""; count++) print before
      if (count < steps) { print line; count++ }
      before = line }'
}

play() {  # VM TRACE [options]
  local vm=$1 trace=$2 from='' steps=288 step=10 cpu=1000 memory=64 disk=0 network=0 lines
  shift 2
  while (($#)); do
    (($# > 1)) || misused "$1 wants a value; usage: $kLoadUsage"
    case $1 in
      --from) from=$(date -u -d "$2" +%s) || misused "'$2' is no time" ;;
      --steps) steps=$2 ;;
      --step) step=$2 ;;
      --cpu) cpu=$2 ;;
      --memory) memory=$2 ;;
      --disk) disk=$2 ;;
      --network) network=$2 ;;
      *) misused "no option '$1'; usage: $kLoadUsage" ;;
    esac
    shift 2
  done
  [[ -r $trace ]] || misused "$trace cannot be read"
  lines=$(schedule_of "$trace" "${from:-0}" "$steps" "$cpu" "$memory" "$disk" "$network")
  [[ -n $lines ]] || fail "$trace has nothing from then on"
  ask "$vm" "play $(awk -v s="$step" 'BEGIN {printf "%d", s * 1000}') $(wc -l <<< "$lines")" "$lines"
}

load() {
  (($# >= 2)) || misused "usage: $kLoadUsage"
  case $2 in
    none) ask "$1" 'load 0 0 0 0' ;;
    [0-9]*) ask "$1" "load $2 ${3:-0} ${4:-0} ${5:-0}" ;;
    *) play "$@" ;;
  esac
}
