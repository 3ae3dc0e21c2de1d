#!/bin/sh
# Measures this client against a running daemon: clients/typescript/bench.sh [--address ADDRESS] [--seconds N]; one line of JSON.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
"$here/build.sh"
exec node "$here/build/bench.js" "$@"
