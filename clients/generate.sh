#!/bin/sh
# Regenerates, in place, everything that is made from proto/: the package's own code (proto/generate.sh), the exchanges under
# proto/vectors, and the generated code of each client (clients/*/generate.sh). `make clients` does that.
#
# What cannot be made because a tool is missing (exit code 77) is left as it is and named; with BOT_CLIENTS_REQUIRED=1 that is a failure.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
if [ -z "${PROTOC_GEN_BOTD:-}" ]; then
  swift build --package-path "$root" --product protoc-gen-botd >&2
  PROTOC_GEN_BOTD=$(swift build --package-path "$root" --show-bin-path)/protoc-gen-botd
fi
export PROTOC_GEN_BOTD
failed=
for script in "$root/proto/generate.sh" "$root/proto/vectors/generate.sh" "$root"/clients/*/generate.sh; do
  [ -x "$script" ] || continue
  name=${script#"$root"/}
  status=0
  "$script" || status=$?
  case $status in
    0) echo "$name: done" ;;
    77) if [ -n "${BOT_CLIENTS_REQUIRED:-}" ]; then failed="$failed $name"; else echo "$name: skipped"; fi ;;
    *) failed="$failed $name" ;;
  esac
done
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
