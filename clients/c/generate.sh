#!/bin/sh
# Regenerates gen/ from ../../proto, in place: protoc-c's messages and stubs, the envelope, and the table of streaming methods that
# protoc-c leaves out.
#
# Needs protobuf-compiler and protobuf-c-compiler. Exits with 77 and the reason when they are missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for tool in protoc:protobuf-compiler protoc-c:protobuf-c-compiler; do
  command -v "${tool%%:*}" >/dev/null 2>&1 || { echo "${tool%%:*} is missing: apt-get install ${tool#*:}" >&2; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here/../../proto"
protoc-c -I. --c_out="$work" botd/ttrpc/v1/ttrpc.proto botd/v1/*.proto
LC_ALL=C awk '
  BEGIN {
    print "/* The methods that stream; made by generate.sh from proto/botd/v1. */"
    print "static const struct { const char *service, *method; int kind; } streaming_methods[] = {"
  }
  /^service / { service = $2 }
  /^ *rpc / {
    methods += 1
    if ($0 !~ /^ *rpc [A-Za-z]+\((stream )?[A-Za-z]+\) returns \((stream )?[A-Za-z]+\);$/) { print FILENAME ": " $0 > "/dev/stderr"; exit bad = 1 }
    name = $2; sub(/\(.*/, "", name)
    kind = /\(stream .*returns/ ? "BIDIRECTIONAL" : /returns \(stream/ ? "SERVER_STREAM" : ""
    if (kind) printf "  { \"botd.v1.%s\", \"%s\", %s },\n", service, name, kind
  }
  END { if (bad || !methods) exit 1; print "};" }' botd/v1/*.proto >"$work/botd/streaming.h"
rm -rf "$here/gen"
mkdir "$here/gen"
cp -R "$work/." "$here/gen/"
