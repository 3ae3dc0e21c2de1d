#!/bin/sh
# Compiles everything and runs the tests against real programs. BOTD_BIN: the folder that holds botd, botctl and botsim.
#
# The last line is the count. Exits with 77 and the reason when a tool is missing.
set -eu
cd "$(dirname "$0")"
if ! command -v protoc >/dev/null 2>&1; then
  echo "protoc is missing: apt-get install protobuf-compiler"
  exit 77
fi
: "${BOTD_BIN:?the folder that holds botd, botctl and botsim}"
./build.sh 2>&1 || exit $?
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
timeout -k 10 900 node --test --test-reporter=tap build/test/*.test.js >"$log" 2>&1 || status=$?
# What failed, whole.
sed -n '/^ *not ok /,/^ *\.\.\.$/p' "$log"
count() { sed -n "s/^# $1 \([0-9][0-9]*\)\$/\1/p" "$log" | tail -1; }
passed=$(count pass) failed=$(count fail) canceled=$(count cancelled) skipped=$(count skipped)
if [ -z "$passed" ]; then
  tail -20 "$log"
  passed=0 failed=1 canceled=0 skipped=0
fi
failed=$((failed + canceled))
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
  tail -20 "$log"
  failed=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
