#!/bin/sh
# Builds the scenario program if it is not built, and becomes it: scenario.sh --address ADDR --bot ID --symbol SYMBOL [--bookmark-file F]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/tools.sh"
{ need cc make pkg-config flock; } >/dev/null
mkdir -p "$here/build"
flock "$here/build" make -s -C "$here" build/scenario >&2
exec "$here/build/scenario" "$@"
