#!/usr/bin/env bash
# The page in web/. `scripts/page.sh` builds it into web/dist when a source is newer; `packages` only fetches what the build
# needs, from the npm registry; `test` and `test:browser` run its tests. Installs Debian's node when there is none.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/prepare.sh

page_packages() {
  # npm writes its own note of what it installed; older than the lock file, it is about another list.
  [[ web/node_modules/.package-lock.json -nt web/package-lock.json ]] && return
  say "fetching the page's packages from npm"
  mkdir -p build
  # Without a network npm would try for minutes, and then say so at length.
  (cd web && npm ci --loglevel error --fetch-timeout 60000 --fetch-retries 1 --fetch-retry-mintimeout 1000) > build/page-packages.log 2>&1 && return
  say "no page: npm cannot fetch its packages ($(npm_says); all it said is in build/page-packages.log)"
  return 1
}

npm_says() { sed -nE 's/^npm (ERR!|error) (code )?//p' build/page-packages.log | head -n 1; }

page_build() {
  local sources=(web/src web/index.html web/package-lock.json web/tsconfig.json web/vite.config.ts)
  [[ -f web/dist/index.html && -z $(find "${sources[@]}" -newer web/dist/index.html -print -quit) ]] && return
  page_packages
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
