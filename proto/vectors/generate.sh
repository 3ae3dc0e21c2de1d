#!/bin/sh
# Writes the exchanges of this folder anew.
#
#   proto/vectors/generate.sh [OUTPUT]     OUTPUT: the folder to write to, by default this one
#
# Needs protobuf-compiler and python3-venv; exits with 77 and the reason when the tools are not to be had.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tools=$("$here/../../clients/tools.sh") || exit $?
exec "$tools/bin/python" "$here/make.py" "${1:-$here}"
