#!/bin/sh
# Tests the Go client against the programs in the folder that BOTD_BIN names: go vet, gofmt, go.mod, go test.
#
#   BOTD_BIN=.build/debug clients/go/test.sh [ARGUMENT OF go test ...]
#   CGO_ENABLED=1 BOTD_BIN=.build/debug clients/go/test.sh -race -skip NothingGrows
#                                   with the race detector, under which memory grows; needs a C compiler
#
# The last line is "N passed, N failed, N skipped". Exit code 77, with the reason as the last line, when there is no toolchain.
set -eu
exec 2>&1
[ -d "${BOTD_BIN:-}" ] || { echo "BOTD_BIN must name the folder of botd, botctl and botsim"; exit 1; }
BOTD_BIN=$(cd "$BOTD_BIN" && pwd)
export BOTD_BIN
. "$(dirname "$0")/environment.sh"
cd "$here/.gopath/src/$module"
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# check NAME COMMAND: passed when the command succeeds and prints nothing.
check() {
  name=$1
  shift
  if "$@" >"$log" 2>&1 && [ ! -s "$log" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
    cat "$log"
  fi
}

# Modules that the client imports from and that go.mod does not name.
missing_modules() {
  go list -deps -test ./... | grep -v "^$module" | awk -F/ '$1 ~ /[.]/ && $1 != "vendor"' | while read -r package; do
    awk -v package="$package" '$1 ~ /[.].*\// && index(package "/", $1 "/") == 1 { found = 1 } END { exit !found }' go.mod ||
      echo "go.mod has no module for $package"
  done
}

check "go vet" go vet ./...
check "gofmt" gofmt -l $(go list -f '{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}} {{end}}{{range .TestGoFiles}}{{$d}}/{{.}} {{end}}{{range .XTestGoFiles}}{{$d}}/{{.}} {{end}}' ./...)
check "go.mod" missing_modules
status=0
go test -count=1 -timeout 15m -v "$@" ./... >"$log" 2>&1 || status=$?
count() { grep -c "^ *--- $1: " "$log" || true; }
passed=$((passed + $(count PASS))) failed=$((failed + $(count FAIL))) skipped=$(count SKIP)
if [ $status -ne 0 ]; then
  cat "$log"
  [ "$(count FAIL)" -gt 0 ] || failed=$((failed + 1))
  # Once more at the end, where it is seen.
  grep -A 15 '^ *--- FAIL: ' "$log" || true
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
