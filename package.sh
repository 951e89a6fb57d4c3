#!/usr/bin/env bash
# Builds two Debian packages into build/packages: headroom (manager and command line) and headroom-agent (for guests). Installs what that takes.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/prepare.sh

install_packages packages.txt
build release headroom headroomd headroom-agent >&2
scripts/page.sh >&2 || true   # it has said why there is no page
(cd build/release && cpack -B ../packages > /dev/null)
ls build/packages/*.deb
