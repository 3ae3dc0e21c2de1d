#!/bin/sh
# Regenerates what is made from proto/: the messages (src/botd/v1, src/botd/ttrpc) and the calls (src/botd/_calls).
#
#   clients/python/generate.sh [OUTPUT]     OUTPUT: the package folder to write to, by default src/botd beside this file
#
# Needs protoc 3.21 (Debian's protobuf-compiler) and python3; exits with 77 when they are missing.
set -eu
for program in protoc python3; do
  command -v "$program" >/dev/null || { echo "$program is missing: apt-get install protobuf-compiler python3" >&2; exit 77; }
done
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/src/botd}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here/../../proto"
protoc -I. --python_out="$work" --pyi_out="$work" botd/v1/*.proto botd/ttrpc/v1/*.proto
protoc -I. --include_imports --include_source_info --descriptor_set_out="$work/descriptors.binpb" botd/v1/*.proto
# What protoc leaves untyped: the items of a mapping, and __slots__.
find "$work" -name '*.pyi' -exec sed -i -e 's/_Mapping\]/_Mapping[str, _Any]]/g' -e 's/import ClassVar as _ClassVar/import Any as _Any, ClassVar as _ClassVar/' \
  -e 's/__slots__ = \[\]/__slots__ = ()/' -e 's/__slots__ = \[\(.*\)\]/__slots__ = (\1,)/' {} +
rm -rf "$out/v1" "$out/ttrpc" "$out/_calls"
mkdir -p "$out/v1" "$out/ttrpc/v1"
cp "$work"/botd/v1/* "$out/v1/"
cp "$work"/botd/ttrpc/v1/* "$out/ttrpc/v1/"
printf '"""The envelope of ttrpc."""\n' | tee "$out/ttrpc/__init__.py" > "$out/ttrpc/v1/__init__.py"
cd "$here"
PYTHONDONTWRITEBYTECODE=1 python3 -m generator "$work/descriptors.binpb" "$out"
