#!/usr/bin/env python3
"""Kills botd at named places around entry, fill, placing, moving and exit, while the market of a simulated exchange goes on, and measures how
long coins of a bot were under no resting order.

  kills.py --programs .build/debug [--rounds 60] [--seed 7] [--directory DIR]

Nothing else goes wrong: each gap has a kill for its cause, or a request on its way. A gap counts once its position was under an order for the
first time; what is longer than 500 ms breaks the promise, unless botd declared that it watches (a stop that found no buyer). Exit code 0: it was kept. The ledger is judged by audit.py as well."""

import argparse
import itertools
import json
import os
import pathlib
import random
import sys
import tempfile
import time
from decimal import Decimal

import audit
from chaos import HAND, SYMBOLS, Chaos

# Each with how often it is passed before it strikes: the first passages are those of the start.
PLACES = [
    f"{place}:{passage}" for place in (
        # entry
        "submit.entry.send", "submit.entry.handed", "record.orderIntent.write", "record.orderIntent.durable",
        # fill
        "submitted.accepted.heard", "submitted.accepted.handled", "report.filled.heard", "report.filled.handled", "record.fill.write",
        "record.fill.durable",
        # placing
        "submit.stop_loss.send", "submit.stop_loss.handed", "report.accepted.heard",
        # moving and exit
        "cancel.send", "cancel.handed", "record.cancelRequested.durable", "record.exitRequested.durable", "submit.exit.send",
        "submit.exit.handed", "submit.take_profit.handed", "submit.trailing_stop.send", "canceled.heard",
    ) for passage in (1, 2, 3)]
# In milliseconds.
BOUND = 500


class Kills(Chaos):
    def __init__(self, arguments, directory):
        super().__init__(arguments, directory)
        self.rounds = arguments.rounds

    def run(self):
        for symbol in SYMBOLS:
            self.exchange.price(symbol)
        self.daemon.start()
        self.create()
        places = itertools.cycle(PLACES)
        reached = 0
        for number in range(self.rounds):
            place = next(places)
            self.daemon.ready.wait(30)
            self.daemon.end()
            self.daemon.start({"BOT_FAIL": place})
            until = time.monotonic() + 25
            while self.daemon.process.poll() is None and time.monotonic() < until:
                # The market goes on, and gives every bot something to do.
                self.moves()
                time.sleep(self.random.uniform(0.1, 0.6))
            if self.daemon.process.poll() is None:
                self.daemon.end()
            else:
                reached += 1
                self.note("dead", f"at {place}")
            until = time.monotonic() + self.random.choice([0.2, 1, 3])
            while time.monotonic() < until:
                self.moves()
                time.sleep(0.2)
            self.daemon.start()
            self.daemon.ready.wait(30)
            for _ in range(6):
                self.moves()
                time.sleep(0.3)
            print(f"{number + 1} of {self.rounds}: {place}", flush=True)
        self.counts["places reached"] = reached
        self.finish()


def gaps(directory):
    """Spans in which a bot's coins were under no resting order: (bot, begin, end, whether it had been under one before, what began it)."""
    position, cover, symbol_of, price = {}, {}, {}, {}
    since, covered, spans = {}, {}, []
    wall = 0
    for entry in audit.lines(directory / "truth.jsonl"):
        wall = entry.get("wallNanoseconds", wall)
        if entry.get("record") != "execution":
            continue
        report = entry["report"]
        name, symbol = audit.own_name(report), report["s"]
        if report["x"] == "TRADE":
            price[symbol] = Decimal(report["L"])
        if name.startswith(HAND):
            continue
        bot = audit.bot_of(name)
        symbol_of[bot] = symbol
        base = symbol.removesuffix("USDT")
        held, orders = position.setdefault(bot, Decimal(0)), cover.setdefault(bot, {})
        if report["x"] == "TRADE":
            amount = Decimal(report["l"])
            fee = Decimal(report["n"]) if report["N"] == base else Decimal(0)
            held += amount - fee if report["S"] == "BUY" else -amount - fee
            position[bot] = held
        left = Decimal(report["q"]) - Decimal(report["z"])
        if report["S"] == "SELL" and report["X"] in ("NEW", "PARTIALLY_FILLED") and left > 0:
            orders[report["i"]] = left
        else:
            orders.pop(report["i"], None)
        step = audit.STEP[symbol]
        # What cannot be sold is no position, and the next entry begins anew.
        is_small = held < step or held * price.get(symbol, Decimal(0)) < audit.SMALLEST
        if is_small:
            covered[bot] = False
        # Of a pair only one can sell.
        bare = held - max(orders.values(), default=Decimal(0))
        is_bare = bare >= step and bare * price.get(symbol, Decimal(0)) >= audit.SMALLEST
        if not is_small and not is_bare:
            covered[bot] = True
        if is_bare and bot not in since:
            since[bot] = (wall, covered.get(bot, False), f"{report['x'].lower()} of {name} ({report['o'].lower()})")
        elif not is_bare and bot in since:
            begin, was, cause = since.pop(bot)
            spans.append((bot, begin, wall, was, cause))
    for bot, (begin, was, cause) in since.items():
        spans.append((bot, begin, wall, was, cause))
    return spans


def judge(directory):
    timeline = list(audit.lines(directory / "timeline.jsonl"))
    broken = 0
    for bot, begin, end, was, cause in sorted(gaps(directory), key=lambda span: span[1] - span[2]):
        length = (end - begin) / 1e6
        # What happened to botd in it, or just before: a process that died a moment ago caused it.
        near = [e["kind"] + (" " + e["detail"] if e["detail"] else "") for e in timeline
                if e["kind"] in ("dead", "start", "ready") and begin - 200_000_000 < e["wall"] < end]
        # A stop that found no buyer ended without a trade; its position is held, watched, and an alert says so.
        declared = cause.startswith("expired of") and "(stop_loss)" in cause
        counts = was and length > BOUND and not declared
        broken += counts
        if length > BOUND / 5:
            print(f"  {'NOT' if counts else 'held' if declared else 'ok '} {length:8.1f} ms bare, bot {bot}, {'after' if was else 'before'} its first protection: {cause}; "
                  f"{', '.join(near) or 'botd ran'}")
    lengths = {was: sorted((end - begin) / 1e6 for _, begin, end, w, _ in gaps(directory) if w == was) for was in (False, True)}
    for was, words in ((False, "before the first protection"), (True, "after it")):
        values = lengths[was]
        print(f"  {words}: {len(values)} gaps, p50 {audit.percentile(values, 0.5):.1f} ms, p99 {audit.percentile(values, 0.99):.1f} ms, "
              f"longest {values[-1] if values else 0:.1f} ms")
    print("  after the first protection no position was bare for more than 500 ms, but for those that are held" if not broken else f"  {broken} gaps above 500 ms")
    return broken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, help="where botd, botctl and botsim are")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--directory", type=pathlib.Path, default=None)
    parser.add_argument("--judge", type=pathlib.Path, help="only judge what an earlier run recorded")
    arguments = parser.parse_args()
    if arguments.judge:
        return 1 if judge(arguments.judge) else 0
    arguments.programs = arguments.programs.resolve()
    arguments.seconds, arguments.kills, arguments.calm = 0, True, 20
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(1_000_000)
    directory = (arguments.directory or pathlib.Path(tempfile.mkdtemp(prefix="kills"))).resolve()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chmod(directory, 0o700)
    print(f"seed {arguments.seed}, {arguments.rounds} kills, recorded in {directory}", flush=True)
    kills = Kills(arguments, directory)
    try:
        kills.run()
    finally:
        for process in (kills.daemon.process, kills.exchange.process):
            if process and process.poll() is None:
                process.kill()
    print(f"what happened: {json.dumps(kills.counts)}")
    broken = judge(directory)
    return 1 if audit.judge(directory) or broken else 0


if __name__ == "__main__":
    sys.exit(main())
