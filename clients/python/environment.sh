#!/bin/sh
# Makes the virtual environment .venv-NAME with the packages of requirements/NAME.txt, once, and prints its folder.
#
#   clients/python/environment.sh NAME
#
# PYTHON names the interpreter (by default python3). Exits with 77 and the reason when something is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
name=$1
python=${PYTHON:-python3}
folder=$here/.venv-$name
packages=$here/requirements/$name.txt
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
  echo "Python 3.10 or newer is missing: apt-get install python3 python3-venv" >&2
  exit 77
fi
# One at a time: tests of several kinds ask for it at once.
exec 9>"$folder.lock"
flock 9
if ! cmp -s "$packages" "$folder/installed"; then
  rm -rf "$folder"
  if ! { "$python" -m venv "$folder" && "$folder/bin/pip" install --disable-pip-version-check -q -r "$packages"; } >"$folder.log" 2>&1; then
    echo "a virtual environment with the packages of $packages cannot be made: $(tail -1 "$folder.log")" >&2
    rm -rf "$folder"
    exit 77
  fi
  cp "$packages" "$folder/installed"
fi
echo "$folder"
