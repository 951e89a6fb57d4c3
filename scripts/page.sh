#!/usr/bin/env bash
# The page in web/. `scripts/page.sh` builds it into web/dist when a source is newer; `packages` only fetches what the build
# needs, `test` and `test:browser` run its tests. Installs Debian's node when there is none.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/prepare.sh

page_packages() {
  # npm writes its own note of what it installed; older than the lock file, it is about another list.
  [[ web/node_modules/.package-lock.json -nt web/package-lock.json ]] && return
  say "fetching the page's packages"
  (cd web && npm ci --loglevel error)
}

page_build() {
  page_packages
  local sources=(web/src web/index.html web/package-lock.json web/tsconfig.json web/vite.config.ts)
  [[ -f web/dist/index.html && -z $(find "${sources[@]}" -newer web/dist/index.html -print -quit) ]] && return
  say "building the page"
  (cd web && npm run --silent build)
}

command -v npm > /dev/null || install_packages <(printf '%s\n' nodejs npm)
case ${1:-build} in
  packages) page_packages ;;
  build) page_build ;;
  test | test:browser) cd web && npm run --silent "$1" ;;
  *) echo "usage: scripts/page.sh [build | packages | test | test:browser]" >&2; exit 2 ;;
esac
