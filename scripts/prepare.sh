# Sourced by run.sh, test.sh and bench.sh: installs what is missing (as root or through sudo) and builds.
# Every step is skipped when there is nothing to do, so that a repeated start takes seconds.

# One cache for every clone: ours are relative paths to it.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }

as_root() { if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi; }

install_packages() {
  local file=$1 missing=() package
  for package in $(grep -v '^#' "$file"); do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2> /dev/null | grep -qx installed || missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
}

# build PRESET [TARGET...]
build() {
  local preset=$1; shift
  [[ -f build/$preset/build.ninja ]] || { say "configuring ($preset)"; cmake --preset "$preset" > /dev/null; }
  say "building ($preset)"
  cmake --build --preset "$preset" ${*:+--target "$@"}
}
