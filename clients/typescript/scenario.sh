#!/bin/sh
# The scenario that all clients share: clients/typescript/scenario.sh --address ADDRESS --bot ID --symbol BTCUSDT [--bookmark-file FILE]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
"$here/build.sh"
exec node "$here/build/scenario.js" "$@"
