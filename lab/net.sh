# Two bridges of this machine: management and migrations (m), guests (g). A host has one end of a cable in each; its own end of g is
# in its br0, with its guests', so that a guest's address goes along when it moves.

bridge() { printf '%s\n' "$LAB_NAME-$1"; }
cable() { printf '%s\n' "$LAB_NAME-$1$(host_number "$2")"; }

make_bridge() {  # NAME ADDRESS
  ip link show "$1" > /dev/null 2>&1 && return
  [[ -z $(ip -o -4 addr show to "$2") ]] || fail "an address of $2 is in use on this machine; choose another LAB_NET"
  ip link add "$1" type bridge && ip addr add "$2" dev "$1" && ip link set "$1" up
}
make_bridges() {
  make_bridge "$(bridge m)" "10.$LAB_NET.0.1/24"
  make_bridge "$(bridge g)" "10.$LAB_NET.1.1/24"
}

# A host that comes back has the hardware addresses that it had, as real ones do: others remember them for a minute.
plug_in() {  # HOST PID
  local host=$1 pid=$2 kind
  for kind in m g; do
    ip link add "$(cable $kind "$host")" type veth peer name "eth-$kind" \
      address "$(printf '02:%02x:%02x:00:00:%02x' "'$kind" "$LAB_NET" "$(host_number "$host")")" netns "$pid"
    ip link set "$(cable $kind "$host")" master "$(bridge $kind)" up
  done
  nsenter -t "$pid" -n ip -batch - << IP
link set lo up
addr add $(host_address "$host")/24 dev eth-m
link set eth-m up
link add br0 type bridge
link set eth-g master br0
link set eth-g up
link set br0 up
IP
}
unplug() { local kind; for kind in m g; do ip link del "$(cable $kind "$1")" 2> /dev/null || true; done; }

remove_bridges() { local kind; for kind in m g; do ip link del "$(bridge $kind)" 2> /dev/null || true; done; }
