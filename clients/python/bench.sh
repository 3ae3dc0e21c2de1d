#!/bin/sh
# Measures the clients against the daemon at ADDR, and gRPC with the same messages, one after the other: three JSON lines.
#
#   clients/python/bench.sh --address ADDR [--calls N] [--seconds N]
#
# Exits with 77 and the reason when Python or the packages are missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
environment=$("$here/environment.sh" bench)
export PYTHONPATH="$here/src" PYTHONDONTWRITEBYTECODE=1
"$environment/bin/python" "$here/bench.py" "$@"
"$environment/bin/python" "$here/bench.py" "$@" --asyncio
"$environment/bin/python" "$here/bench_grpc.py" "$@"
