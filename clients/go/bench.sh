#!/bin/sh
# Measures calls and streamed items and prints one JSON line.
#
#   clients/go/bench.sh --address ADDR [--seconds 2]      this client
#   clients/go/bench.sh --stock --address unix:PATH    the stock transport and stubs alone
#   clients/go/bench.sh --baseline                     those against a server of stock ttrpc, started for it
#
# Exit code 77, with the reason on stderr, when there is no toolchain.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
bench=$("$here/build.sh" cmd/bench) || exit $?
[ "${1:-}" = --baseline ] || exec "$bench" "$@"
shift
server=$("$here/build.sh" cmd/stock-server)
folder=$(mktemp -d)
mkfifo "$folder/ready"
"$server" -listen "unix:$folder/s" -trades 10000 >"$folder/ready" &
trap 'kill $! 2>/dev/null; rm -rf "$folder"' EXIT
read -r _ <"$folder/ready"
"$bench" -stock -address "unix:$folder/s" "$@" | sed 's/"go-stock"/"go-stock-server"/'
