#!/bin/sh
# Regenerates what the package has of proto/: Sources/CBotProto and Sources/CTTRPCProto (by protoc-c), Sources/BotAPI/Generated and the
# embedded descriptor set (by protoc-gen-botd, built from this package). The clients in other languages: clients/generate.sh.
#
#   proto/generate.sh [OUTPUT]     OUTPUT: the folder to write to, by default Sources of this package
#
# Needs protobuf-compiler and protobuf-c-compiler. PROTOC_GEN_BOTD names an already built plugin; otherwise it is built first.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/Sources}
plugin=${PROTOC_GEN_BOTD:-}
if [ -z "$plugin" ]; then
  swift build --package-path "$root" --product protoc-gen-botd >&2
  plugin=$(swift build --package-path "$root" --show-bin-path)/protoc-gen-botd
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root/proto"
protoc-c -I. --c_out="$work" botd/v1/*.proto botd/ttrpc/v1/*.proto
for module in CBotProto:botd/v1 CTTRPCProto:botd/ttrpc/v1; do
  target=$out/${module%%:*} folder=${module#*:}
  mkdir -p "$target/include/$folder" "$target/$folder"
  rm -f "$target/$folder"/*.pb-c.c "$target/include/$folder"/*.pb-c.h
  mv "$work/$folder"/*.pb-c.c "$target/$folder/"
  mv "$work/$folder"/*.pb-c.h "$target/include/$folder/"
done
mkdir -p "$out/BotAPI/Generated"
rm -f "$out"/BotAPI/Generated/*.swift
protoc -I. --plugin=protoc-gen-botd="$plugin" --botd_out="$out" botd/v1/*.proto
