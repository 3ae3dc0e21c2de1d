#!/bin/sh
# The bench program prints one line with every figure, all of them above 0.
set -eux
cd "$(dirname "$0")/.."
# Once the example has seen a fill, there are trades to stream.
line=$(tests/with_daemon.sh sh -c 'build/follow_fills sample 2 >/dev/null && build/bench --calls 500 --items 50')
number='[0-9]*[1-9][0-9.]*'
echo "$line" | grep -qx \
  "{\"client\":\"c\",\"calls_per_second\":$number,\"p50_us\":$number,\"p99_us\":$number,\"items_per_second\":$number}"
if build/bench --address "unix:/nonexistent"; then exit 1; fi
if build/bench --calls x; then exit 1; fi
