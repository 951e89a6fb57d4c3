#!/usr/bin/env bash
# Proves that tidy.sh can fail: one small tree per kind of breach.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fresh() {
  rm -rf "$work/t"
  mkdir -p "$work/t/tests/tidy" "$work/t/src/base" "$work/t/src/model" "$work/t/apps"
  cp "$here/layers.txt" "$work/t/tests/tidy/"
}
expect() {
  local want=$1 what=$2
  bash "$here/tidy.sh" "$work/t" > "$work/out" 2>&1
  local got=$?
  [[ $got == "$want" ]] || { echo "FAILED: $what: exit $got, wanted $want"; cat "$work/out"; exit 1; }
}

fresh; echo '#include "headroom/base/id.h"' > "$work/t/src/model/a.cpp"; expect 0 "a clean tree passes"
fresh; echo '#include "headroom/model/vm.h"' > "$work/t/src/base/a.cpp"; expect 1 "base may not include model"
fresh; mkdir "$work/t/src/util"; expect 1 "a module that is not in the table"
fresh; echo 'auto t = std::chrono::system_clock::now();' > "$work/t/src/model/a.cpp"; expect 1 "the clock outside base"
fresh; echo 'std::this_thread::sleep_for(1s);' > "$work/t/src/model/a.cpp"; expect 1 "a sleep"
fresh; seq 451 | sed 's/^/\/\/ /' > "$work/t/src/model/a.cpp"; expect 1 "a file that is too long"
echo "tidy sees each kind of breach"
