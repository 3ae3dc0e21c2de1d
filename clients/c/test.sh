#!/bin/sh
# Builds the client with every warning an error, and tests it: plain, under gcc's address and undefined-behaviour sanitizers, under
# valgrind, and as it is installed. The last line is "N passed, M failed, K skipped".
#
#   BOTD_BIN=FOLDER clients/c/test.sh [NAME]     FOLDER holds botd and botsim; NAME: only tests whose name holds it
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/tools.sh"
need cc make pkg-config valgrind flock
[ -x "${BOTD_BIN:?names the folder that holds botd and botsim}/botd" ] || { echo "there is no $BOTD_BIN/botd" >&2; exit 1; }
cd "$here"
mkdir -p build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

# Builds, one at a time: scenario.sh and bench.sh may be called meanwhile.
build() { flock build make -s -j2 "$@"; }

# Runs a test program; adds its counts. A program that dies counts as one failure.
count() {
  echo "-- $1"
  shift
  status=0
  "$@" >"$work/output" 2>&1 || status=$?
  cat "$work/output"
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$work/output" | tail -1)
  [ -n "$line" ] || line="0 passed, 1 failed, 0 skipped"
  set -- $(echo "$line" | tr -d ,)
  passed=$((passed + $1)) failed=$((failed + $3)) skipped=$((skipped + $5))
  # A checker's complaint may come after the count.
  if [ "$status" -ne 0 ] && [ "$3" -eq 0 ]; then failed=$((failed + 1)); fi
}

# Runs one step; it passes when its exit code is 0.
step() {
  name=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    passed=$((passed + 1))
    echo "ok $name"
  else
    failed=$((failed + 1))
    cat "$work/output"
    echo "FAILED $name"
  fi
}

build all build/tests
count "plain" build/tests "$@"
sanitizers="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"
build BUILD=build/sanitized CFLAGS="$sanitizers" build/sanitized/tests
count "address and undefined-behaviour sanitizers" env CLIENT_TEST_SCALE=4 CLIENT_TEST_NO_MEMORY=1 build/sanitized/tests "$@"
# The processes that a test forks to play a peer end by SIGKILL: what they hold is nobody's leak.
count "valgrind" env CLIENT_TEST_SCALE=50 CLIENT_TEST_NO_MEMORY=1 valgrind -q --leak-check=full --show-leak-kinds=all --track-fds=no \
  --child-silent-after-fork=yes --error-exitcode=9 build/tests "$@"
step "installed, found by pkg-config, built, run, uninstalled" tests/installed.sh
step "the bench program prints its figures" tests/bench.sh
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
