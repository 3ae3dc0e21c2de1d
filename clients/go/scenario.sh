#!/bin/sh
# The scenario that all clients share: clients/go/scenario.sh --address ADDR --bot ID --symbol BTCUSDT [--bookmark-file F]
set -eu
program=$("$(dirname "$0")/build.sh" cmd/scenario) || exit $?
exec "$program" "$@"
