#!/bin/sh
# Makes a virtual environment of Python with the tools that regenerating and checking need (buf, and Python's protobuf), at fixed versions,
# and prints its folder. It is made once: under .build-clients of the repository, or under BOTD_CLIENT_TOOLS.
#
# Exits with 77 and the reason when they are not to be had.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${BOTD_CLIENT_TOOLS:-$root/.build-clients/tools}
packages="buf-bin==1.75.0 protobuf==6.33.6"
mkdir -p "$(dirname "$folder")"
# One at a time: tests of several kinds ask for it at once.
exec 9>"$folder.lock"
flock 9
if [ "$(cat "$folder/installed" 2>/dev/null)" != "$packages" ]; then
  rm -rf "$folder"
  log=$folder.log
  if ! command -v protoc >/dev/null 2>&1; then
    echo "protoc is missing: apt-get install protobuf-compiler" >&2
    exit 77
  fi
  if ! { python3 -m venv "$folder" && "$folder/bin/pip" install --disable-pip-version-check -q $packages; } >"$log" 2>&1; then
    echo "$packages cannot be installed from PyPI: $(tail -1 "$log")" >&2
    rm -rf "$folder"
    exit 77
  fi
  echo "$packages" >"$folder/installed"
fi
echo "$folder"
