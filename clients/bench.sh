#!/bin/sh
# Calls a second, their latency, and streamed items a second of every client against one daemon, beside a stock Go ttrpc server and gRPC
# (Python) in the same run. `make bench` does that with the release build.
#
#   clients/bench.sh FOLDER      FOLDER: where botd and botctl are
#
# A client whose tools are missing is left out and named. The daemon is a generated market with 22 bots; each stream takes the same events
# of its journal from the first on. The stock server and gRPC send one prepared message again and again and do nothing else.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
programs=$(cd "$1" && pwd)
events=10000
folder=$(mktemp -d /tmp/botd-bench-XXXXXX)
daemon=
trap '[ -z "$daemon" ] || { kill "$daemon"; wait "$daemon" || true; }; rm -rf "$folder"' EXIT
address=unix:$folder/s
"$programs/botd" --mode simulated --speed 1000 --example-bots --seed 7 --log-level error --state-dir "$folder/state" --listen "$address" \
  >"$folder/log" 2>&1 &
daemon=$!
# Bots that trade at every turn fill the journal.
until "$programs/botctl" health --address "$address" >/dev/null 2>&1; do kill -0 "$daemon"; done
for number in $(seq 20); do
  symbol=BTCUSDT
  [ $((number % 2)) -eq 0 ] || symbol=ETHUSDT
  "$programs/botctl" create "bench-$number" --symbol $symbol --strategy rsi --param period=2 --param oversold=49 --param overbought=51 \
    --capital 1000 --start --address "$address" >/dev/null
done
last=0
while [ "$last" -lt $events ]; do
  kill -0 "$daemon" || { cat "$folder/log" >&2; exit 1; }
  last=$("$programs/botctl" call SubscribeEvents '{"live_only": true}' --count 1 --address "$address" 2>/dev/null | sed -n 's/.*"last_sequence": *"\([0-9]*\)".*/\1/p')
  last=${last:-0}
done
measure() {
  status=0
  "$@" >>"$folder/lines" 2>"$folder/errors" || status=$?
  [ $status -eq 0 ] || echo "left out: ${1#"$here"/} (exit code $status: $(tail -1 "$folder/errors"))"
}
measure "$here/go/bench.sh" --baseline
for client in python go c typescript; do measure "$here/$client/bench.sh" --address "$address"; done
python3 - "$folder/lines" <<'PROGRAM'
import json
import sys

lines = [json.loads(line) for line in open(sys.argv[1]) if line.startswith("{")]
base = next((line for line in lines if line["client"] == "go-stock-server"), None)
print(f"{'client':<18}{'calls/s':>10}{'p50 us':>10}{'p99 us':>10}{'items/s':>12}{'calls, of stock':>18}{'items, of stock':>18}")
for line in lines:
    ratios = [f"{line[key] / base[key]:.2f} x" if base else "-" for key in ("calls_per_second", "items_per_second")]
    print(
        f"{line['client']:<18}{line['calls_per_second']:>10.0f}{line['p50_us']:>10.0f}{line['p99_us']:>10.0f}"
        f"{line['items_per_second']:>12.0f}{ratios[0]:>18}{ratios[1]:>18}"
    )
PROGRAM
[ ! -x "$here/python/bench_strategies.sh" ] || "$here/python/bench_strategies.sh" || echo "left out: python/bench_strategies.sh"
