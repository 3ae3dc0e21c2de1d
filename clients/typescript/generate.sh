#!/bin/sh
# Regenerates src/generated from proto/ by protoc-gen-botd, and test/generated from the tests' own schema.
#
# Needs protobuf-compiler (exit code 77 without it). PROTOC_GEN_BOTD names an already built plugin; otherwise it is built first.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
if ! command -v protoc >/dev/null 2>&1; then
  echo "protoc is missing: apt-get install protobuf-compiler"
  exit 77
fi
plugin=${PROTOC_GEN_BOTD:-}
if [ -z "$plugin" ]; then
  if ! command -v swift >/dev/null 2>&1; then
    echo "swift is missing, and PROTOC_GEN_BOTD does not name a built plugin"
    exit 77
  fi
  swift build --package-path "$root" --product protoc-gen-botd >&2
  plugin=$(swift build --package-path "$root" --show-bin-path)/protoc-gen-botd
fi

# generate OUTPUT SCHEMA_FOLDER RUNTIME FILE...
generate() {
  out=$here/$1 schema=$2 runtime=$3
  shift 3
  rm -rf "$out"
  mkdir -p "$out"
  (cd "$schema" && protoc -I. --plugin=protoc-gen-botd="$plugin" --botd_out="$out" --botd_opt="typescript,runtime=$runtime" "$@")
}
cd "$root/proto"
generate src/generated/botd . ../../wire botd/v1/*.proto
generate src/generated/ttrpc . ../../wire botd/ttrpc/v1/ttrpc.proto
generate test/generated "$here/test/schema" '#internal/wire' kinds.proto
