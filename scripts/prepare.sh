# Sourced by run.sh, test.sh and bench.sh: installs what is missing (as root or through sudo) and builds.
# Every step is skipped when there is nothing to do, so that a repeated start takes seconds.

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }

as_root() { if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi; }

# install_packages FILE: one name a line
install_packages() { install_names $(grep -v '^#' "$1"); }

install_names() {
  local missing=() package
  for package in "$@"; do
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

# The manager's page, when it is newer than what was built of it. Without it the manager still runs and says how to build it.
build_page() {
  [[ -f web/package.json ]] || return 0
  local built=web/dist/index.html
  [[ -f $built && -z $(find web \( -name node_modules -o -name dist -o -name .test -o -name '*.tsbuildinfo' \) -prune -o -type f -newer "$built" -print -quit) ]] && return
  command -v node > /dev/null && command -v npm > /dev/null || install_names nodejs npm
  say "building the page"
  (cd web && npm ci --no-audit --no-fund && npm run build) >&2 || say "the page could not be built; going on without it"
}
