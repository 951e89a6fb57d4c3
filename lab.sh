#!/usr/bin/env bash
# A real fleet on this machine to try Headroom on: hosts with libvirtd, guests that follow a recorded load. ./lab.sh help
exec bash "$(dirname "${BASH_SOURCE[0]}")/lab/main.sh" "$@"
