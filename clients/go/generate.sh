#!/bin/sh
# Regenerates botdv1 from proto/botd/v1 by the stock protoc-gen-go and protoc-gen-go-ttrpc.
#
#   clients/go/generate.sh [OUTPUT]     OUTPUT: the folder to write botdv1 to, by default this one
#
# Needs protobuf-compiler and what toolchain.sh needs; exit code 77 with the reason when that cannot be had.
set -eu
output=${1:-}
command -v protoc >/dev/null || { echo "clients/go/generate.sh: needs protoc (package protobuf-compiler)" >&2; exit 77; }
. "$(dirname "$0")/environment.sh"
output=${output:-$here}
mkdir -p "$output"
output=$(cd "$output" && pwd)
package="$module/botdv1"
cd "$here/../../proto"
# protos that do not name their Go package yet are told it; the mapping is then the same for all.
mappings=
for file in botd/v1/*.proto; do
  grep -q '^option go_package' "$file" || mappings="$mappings,M$file=$package;botdv1"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
protoc -I. --go_out="$work" --go_opt="module=$module$mappings" \
  --go-ttrpc_out="$work" --go-ttrpc_opt="module=$module$mappings" botd/v1/*.proto
# The compiler's version is no part of the code: it differs from machine to machine.
sed -i -E '/^\/\/ \tprotoc( |-gen)/d; /^\/\/ versions:$/d' "$work"/botdv1/*.go
mkdir -p "$output/botdv1"
rm -f "$output"/botdv1/*.go
mv "$work"/botdv1/*.go "$output/botdv1/"
