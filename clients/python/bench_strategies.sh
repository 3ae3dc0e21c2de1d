#!/bin/sh
# Measures what a strategy in Python costs per candle, over the pipe of backtests: JSON lines.
#
#   clients/python/bench_strategies.sh [--candles N]
#
# Exits with 77 and the reason when Python or the packages are missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
environment=$("$here/environment.sh" test)
PYTHONPATH=$here/src PYTHONDONTWRITEBYTECODE=1 exec "$environment/bin/python" "$here/bench_strategies.py" "$@"
