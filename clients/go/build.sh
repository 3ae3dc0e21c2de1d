#!/bin/sh
# Builds a command and prints its path: clients/go/build.sh cmd/bench. Exit code 77 when there is no toolchain.
set -eu
. "$(dirname "$0")/environment.sh"
go build -o "$here/.build/$(basename "$1")" "$module/$1"
echo "$here/.build/$(basename "$1")"
