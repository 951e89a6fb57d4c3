#!/usr/bin/env bash
# Runs the benchmarks: ./bench.sh [NAME...] [--json OUT.json] [--seed N]; all of them when none is named. Each figure
# comes with its unit, its seed and a baseline or peer measured in the same run. docs/benchmarks.md tells more.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/prepare.sh

# True when the benchmark is among those that will run.
asked_for() {
  local argument skip=0 named=0
  for argument in "${@:2}"; do
    if ((skip)); then skip=0
    elif [[ $argument == --* ]]; then [[ $argument == *=* ]] || skip=1   # an option and its value
    elif [[ $argument == "$1" ]]; then return 0
    else named=1
    fi
  done
  ((named == 0))
}

# Peers that are programs are unpacked, not installed: installed, they would start and stay. unpack_peers LIST
unpack_peers() {
  local peers=$PWD/build/release/peers package
  mkdir -p "$peers/packages"
  while IFS= read -r package; do
    compgen -G "$peers/packages/${package}_*.deb" > /dev/null && continue
    say "unpacking $package"
    (cd "$peers/packages" && apt-get download -qq "$package" > /dev/null) && dpkg-deb -x "$peers/packages/${package}"_*.deb "$peers" || return
  done < <(grep -v '^#' "$1")
}

install_packages packages.txt
if asked_for forecast "$@" && ! install_packages bench/packages.txt; then
  say "R's forecast package cannot be installed; the benchmark goes on without it"
fi
for name in agent history; do
  if asked_for $name "$@" && ! unpack_peers bench/${name}_packages.txt; then say "not all peers of $name could be had; the benchmark goes on without them"; fi
done
build release headroom_bench
exec build/release/bin/headroom_bench "$@"
