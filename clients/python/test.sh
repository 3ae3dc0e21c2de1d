#!/bin/sh
# Every test of the Python client, against the programs in the folder that BOTD_BIN names: pytest, doctests, mypy, basedpyright, the
# wheel in fresh environments, the examples, the notebook. The last line is the count. Arguments go to pytest.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ ! -x "${BOTD_BIN:-}/botd" ]; then
  echo "BOTD_BIN must name the folder that holds botd, botctl and botsim" >&2
  exit 2
fi
# The reason of a skip is the last line of standard output.
environment=$("$here/environment.sh" test 2>&1) || { status=$?; echo "$environment"; exit $status; }
cd "$here"
PYTHONPATH=$here/src PYTHONDONTWRITEBYTECODE=1 exec "$environment/bin/python" -m pytest -p no:cacheprovider --doctest-modules "$@"
