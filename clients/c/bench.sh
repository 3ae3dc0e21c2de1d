#!/bin/sh
# Builds the bench program if it is not built, and becomes it: bench.sh --address ADDR [--calls N] [--items N]. One JSON line.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/tools.sh"
{ need cc make pkg-config flock; } >/dev/null
mkdir -p "$here/build"
flock "$here/build" make -s -C "$here" build/bench >&2
exec "$here/build/bench" "$@"
