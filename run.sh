#!/usr/bin/env bash
# Headroom at work, from nothing: installs what is needed, builds, and starts the manager on a fleet of real workloads,
# replayed in about two minutes beside a static fleet and two reactive schedulers. Watch it at http://127.0.0.1:7474/.
# At the end it prints what it came to; on a terminal the page then stays up until Ctrl-C, unless --once is given.
# Further options are the manager's: ./run.sh --take 5m --window 2013-08-10,2013-08-15
# ./run.sh --lab does it with real guests on real hosts, all on this machine, as root (docs/lab.md).
set -euo pipefail
cd "$(dirname "$0")"
source scripts/prepare.sh

options=("$@")
install_packages packages.txt
if [[ ${1:-} == --lab ]]; then
  build release headroom headroomd lab-guest >&2
  scripts/page.sh >&2 || true
  exec lab/show.sh "${@:2}"
fi
[[ -t 1 ]] || options+=(--once)
build release headroom headroomd >&2
scripts/page.sh >&2 || true   # it has said why there is no page; the API and the commands do without
exec build/release/bin/headroomd "${options[@]}"
