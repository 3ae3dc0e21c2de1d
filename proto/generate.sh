#!/bin/sh
# Regenerates everything that is made from proto/botd/v1: Sources/CBotProto (by protoc-c), Sources/BotAPI/Generated and the embedded
# descriptor set (by protoc-gen-botd, built from this package).
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
protoc-c -I. --c_out="$work" botd/v1/*.proto
mkdir -p "$out/CBotProto/include/botd/v1" "$out/CBotProto/botd/v1" "$out/BotAPI/Generated"
rm -f "$out"/CBotProto/botd/v1/*.pb-c.c "$out"/CBotProto/include/botd/v1/*.pb-c.h "$out"/BotAPI/Generated/*.swift
mv "$work"/botd/v1/*.pb-c.c "$out/CBotProto/botd/v1/"
mv "$work"/botd/v1/*.pb-c.h "$out/CBotProto/include/botd/v1/"
protoc -I. --plugin=protoc-gen-botd="$plugin" --botd_out="$out" botd/v1/*.proto
