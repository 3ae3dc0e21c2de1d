#!/bin/sh
# The scenario that all clients play: scenario.sh --address ADDR --bot ID --symbol SYMBOL [--bookmark-file FILE]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
environment=$("$here/environment.sh" run)
PYTHONPATH=$here/src PYTHONDONTWRITEBYTECODE=1 exec "$environment/bin/python" -m botd.scenario "$@"
