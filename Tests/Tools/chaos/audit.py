#!/usr/bin/env python3
"""Judges a run of chaos.py by what was recorded: the exchange's truth, the times of faults, and what botd said at the end.

  audit.py DIR

Each promise is printed with what was found. An old record can be judged again by a newer audit."""

import base64
import json
import pathlib
import re
import sys
from collections import Counter, defaultdict
from decimal import Decimal

HAND = "hand-"
STEP = {"BTCUSDT": Decimal("0.00001"), "ETHUSDT": Decimal("0.0001"), "SOLUSDT": Decimal("0.001"), "XRPUSDT": Decimal("0.1")}
# A stop below the exchange's smallest notional can't rest.
SMALLEST = Decimal("5.5")
# While the market stream is silent and no stop rests, botd asks for the best bid twice a second. In milliseconds.
HARD = 3000


def lines(path):
    with open(path) as file:
        for line in file:
            yield json.loads(line)


def plain(text):
    value = Decimal(text).normalize()
    return f"{value:f}"


def trade(report, name):
    return (report["s"], report["t"], name, report["S"], plain(report["L"]), plain(report["l"]), plain(report["n"]), report["N"] or "")


def own_name(report):
    # A cancel or an amendment carries its own name; the order's is in C then.
    return report["C"] or report["c"]


def bot_of(name):
    parts = name.split("-")
    return parts[2] if len(parts) == 4 else "?"


def percentile(values, share):
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0


class Intervals:
    """Half-open spans of time, in nanoseconds."""

    def __init__(self):
        self.spans, self.begun = [], None

    def begin(self, at):
        if self.begun is None:
            self.begun = at

    def end(self, at):
        if self.begun is not None:
            self.spans.append((self.begun, at))
            self.begun = None

    def overlap(self, begin, end):
        return [(max(begin, b), min(end, e)) for b, e in self.spans if b < end and e > begin]


def minus(span, others):
    """What of a span is in none of the others."""
    left = [span]
    for begin, end in others:
        left = [piece for b, e in left for piece in ((b, min(e, begin)), (max(b, end), e)) if piece[0] < piece[1]]
    return left


def judge(directory):
    directory = pathlib.Path(directory)
    problems = []

    def check(holds, words):
        print(("  ok   " if holds else "  NOT  ") + words)
        if not holds:
            problems.append(words)

    timeline = list(lines(directory / "timeline.jsonl"))
    end = json.loads((directory / "end.json").read_text())
    calm = json.loads((directory / "calm.json").read_text())
    fills, names, lived, refused = {}, Counter(), Counter(), Counter()
    refusals, position, net = defaultdict(list), defaultdict(Decimal), defaultdict(Decimal)
    lowest, numbers = {}, defaultdict(set)
    cover = defaultdict(dict)  # bot -> order id -> what it still may sell
    symbol_of, opened = {}, Intervals()
    price = {}
    gaps, gap_since = [], {}
    streams, sight = set(), []  # when the market stream came (True) or went (False)
    selling, sales = {}, defaultdict(list)  # sales at the market that reached the exchange; bot -> from when to when they were answered
    asking, quotes = {}, defaultdict(list)  # best bids asked for by REST; symbol -> when one was answered
    wall = 0
    for entry in lines(directory / "truth.jsonl"):
        kind = entry.get("record")
        wall = entry.get("wallNanoseconds", wall)
        if kind == "order":
            name = entry["clientOrderId"]
            if name.startswith(HAND):
                continue
            if entry["kind"] in ("place", "placeList"):
                sent = entry.get("memberClientOrderIds", [name])
                for each in sent:
                    # What was refused before it was read has no name.
                    if each:
                        names[each] += 1
                name = sent[0]
                if entry["code"] != 0:
                    refused[entry["code"]] += 1
                    refusals[bot_of(name)].append(wall)
        elif kind == "request" and entry["name"] == "POST /api/v3/order":
            text = base64.b64decode(entry["bytes"])
            name = re.search(rb"newClientOrderId=([\w-]+)", text)
            if name and b"type=MARKET" in text and b"side=SELL" in text:
                selling[entry["connection"], entry["number"]] = (bot_of(name[1].decode()), wall)
        elif kind == "answer" and (entry["connection"], entry["number"]) in selling:
            bot, since = selling.pop((entry["connection"], entry["number"]))
            sales[bot].append((since, wall))
        elif kind == "request" and "bookTicker" in entry["name"]:
            asked = re.search(rb"symbol=([A-Z]+)", base64.b64decode(entry["bytes"]))
            if asked:
                asking[entry["connection"], entry["number"]] = asked[1].decode()
        elif kind == "answer" and (entry["connection"], entry["number"]) in asking:
            symbol = asking.pop((entry["connection"], entry["number"]))
            if entry["status"] == 200:
                quotes[symbol].append(wall)
        elif kind == "connection":
            if entry["change"] == "stream":
                streams.add(entry["connection"])
                sight.append((wall, True))
            elif entry["change"] == "closed" and entry["connection"] in streams:
                streams.discard(entry["connection"])
                if not streams:
                    sight.append((wall, False))
        elif kind == "execution":
            report = entry["report"]
            name = own_name(report)
            if report["x"] == "TRADE":
                fills[(report["s"], report["t"])] = trade(report, name)
                price[report["s"]] = Decimal(report["L"])
            if name.startswith(HAND):
                continue
            # An order that waited for its entry is new twice: when it was taken, and when it was placed.
            if report["x"] == "NEW" and report["i"] not in numbers[name]:
                numbers[name].add(report["i"])
                lived[name] += 1
            bot, symbol = bot_of(name), report["s"]
            symbol_of[bot] = symbol
            base = symbol.removesuffix("USDT")
            if report["x"] == "TRADE":
                change = Decimal(report["l"])
                if report["S"] == "BUY":
                    change -= Decimal(report["n"]) if report["N"] == base else 0
                else:
                    change = -change - (Decimal(report["n"]) if report["N"] == base else 0)
                position[bot] += change
                net[symbol] += change
                if net[symbol] < lowest.get(symbol, (Decimal(0),))[0]:
                    lowest[symbol] = (net[symbol], name)
            left = Decimal(report["q"]) - Decimal(report["z"])
            if report["S"] == "SELL" and report["X"] in ("NEW", "PARTIALLY_FILLED") and left > 0:
                cover[bot][report["i"]] = left
            else:
                cover[bot].pop(report["i"], None)
            uncovered = position[bot] - sum(cover[bot].values())
            is_open = uncovered >= STEP[symbol] and uncovered * price.get(symbol, Decimal(0)) >= SMALLEST
            if is_open and bot not in gap_since:
                gap_since[bot] = wall
            elif not is_open and bot in gap_since:
                gaps.append((bot, gap_since.pop(bot), wall))
    for bot, since in gap_since.items():
        gaps.append((bot, since, wall))

    # Orders and fills.
    twice = sorted({name for counts in (names, lived) for name, count in counts.items() if count > 1})
    check(not twice, f"no client order id twice: {len(set(names) | set(lived))} orders of botd's{', twice: ' + ', '.join(twice[:5]) if twice else ''}")
    # A trade of an order that several bots share has a record for each of them, and their sum is the trade.
    parts = defaultdict(list)
    for t in end["trades"] or []:
        parts[(t["symbol"], int(t["trade_id"]))].append(t)
    doubled = [key for key, records in parts.items() if len({t["bot_id"] for t in records}) != len(records)]
    check(not doubled, f"no trade twice for one bot {doubled[:3] or ''}")
    ledger = {
        key: (
            *key, records[0]["client_order_id"], records[0]["side"].upper(), plain(records[0]["price"]),
            plain(sum(Decimal(t["quantity"]) for t in records)), plain(sum(Decimal(t["commission"]) for t in records)),
            records[0]["commission_asset"]) for key, records in parts.items()}
    missing = [fills[key] for key in fills.keys() - ledger.keys()]
    extra = [ledger[key] for key in ledger.keys() - fills.keys()]
    # A list of trades does not tell the order's name: the person's may be without.
    other = [
        (fills[key], ledger[key]) for key in fills.keys() & ledger.keys()
        if fills[key] != ledger[key] and not (fills[key][2].startswith(HAND) and fills[key][:2] + ("",) + fills[key][3:] == ledger[key])]
    check(not missing and not extra and not other,
          f"the ledger is the exchange's truth: {len(fills)} fills, the person's among them; not in the ledger {len(missing)} "
          f"{missing[:3]}, only there {len(extra)} {extra[:3]}, different {len(other)} {other[:2]}")
    sequences = [int(t["sequence"]) for t in end["trades"] or []]
    check(sequences == sorted(set(sequences)), "sequences of fills rise, none twice")
    check(not lowest, f"nothing of the person's coins was sold {({s: (str(v), n) for s, (v, n) in lowest.items()}) or ''}")
    left = {symbol: str(amount) for symbol, amount in net.items() if amount >= STEP[symbol]}
    held = {p["symbol"]: p["quantity"] for p in (end["positions"] or [])}
    print(f"       left at the end by the truth {left}, by botd {held}")
    theirs = {b["asset"]: (plain(b["free"]), plain(b["locked"])) for b in end["account"]["balances"]}
    said = {b["asset"]: (plain(b["free"]), plain(b["locked"])) for b in end["balances"] or []}
    different = {a: (v, said.get(a)) for a, v in theirs.items() if v != ("0", "0") and said.get(a) != v}
    check(not different, f"balances are the exchange's {different or ''}")
    worst = 0
    for times in refusals.values():
        for i, at in enumerate(times):
            worst = max(worst, sum(1 for t in times[: i + 1] if t > at - 60_000_000_000))
    check(worst <= 10, f"refused orders of a bot in a minute: at most {worst}; by code {dict(refused)}")
    check(all(b.get("state") not in ("BOT_STATE_HALTED", "halted") for b in calm["list"] or []), "no bot was halted by the faults")
    verified = [e["detail"] for e in timeline if e["kind"] == "verify"]
    check(bool(verified) and verified[0].startswith("0 "), f"the journal is whole{'' if verified and verified[0].startswith('0 ') else ': ' + str(verified)}")
    if calm["discrepancies"]:
        print(f"       discrepancies when all was calm: {json.dumps(calm['discrepancies'])[:400]}")

    # Protection.
    dead, starting, stopped, deaf = Intervals(), Intervals(), Intervals(), set()
    starting.begin(timeline[0]["wall"])
    for entry in timeline:
        at, kind = entry["wall"], entry["kind"]
        if kind in ("dead", "ended"):
            starting.end(at)
            stopped.end(at)
            dead.begin(at)
        elif kind == "start":
            dead.end(at)
            starting.begin(at)
        elif kind == "ready":
            starting.end(at)
        elif kind == "stopped":
            stopped.begin(at)
        elif kind == "continued":
            stopped.end(at)
        # Of a connection that ends the truth tells; one that loses only what we send loses nothing of the market.
        elif kind == "fault" and '"on": "connection"' in entry["detail"] and '"kind": "stream"' in entry["detail"] and (
                '"lost": "toServer"' not in entry["detail"]) and not re.search('"do": "(drop|shutdown|terminate)"', entry["detail"]):
            deaf.add(entry["detail"].split()[0])
            sight.append((at, False))
        elif kind == "healed" and entry["detail"] in deaf:
            # The connection goes on, unless botd has made another one before.
            sight.append((at, True))
    blind = Intervals()
    for at, sees in sorted(sight):
        if sees:
            blind.end(at)
        else:
            blind.begin(at)
    for intervals in (dead, starting, stopped, blind):
        intervals.end(wall)
    running, recovering, down, unwatched, blindest = [], [], [], [], []
    for bot, begin, finish in gaps:
        off = dead.overlap(begin, finish) + stopped.overlap(begin, finish)
        down += [e - b for b, e in off]
        rest = minus((begin, finish), off)
        first = [span for b, e in rest for span in starting.overlap(b, e)]
        recovering += [e - b for b, e in first]
        for b, e in rest:
            for piece in minus((b, e), first):
                running.append(((piece[1] - piece[0]) / 1e6, bot, piece))
                longest, where = 0, piece
                # What is being sold needs no watching.
                sold = [(max(x, piece[0]), min(y, piece[1])) for x, y in sales[bot] if x < piece[1] and y > piece[0]]
                for x, y in [part for span in blind.overlap(*piece) for part in minus(span, sold)]:
                    moments = [x] + [q for q in quotes[symbol_of.get(bot, "")] if x < q < y] + [y]
                    for before, after in zip(moments, moments[1:]):
                        if after - before > longest:
                            longest, where = after - before, (before, after)
                unwatched.append(longest / 1e6)
                blindest.append((longest / 1e6, bot, where))

    def tell(name, values):
        values = sorted(values)
        print(f"       {name}: {len(values)} times, in all {sum(values) / 1000:.1f} s, p50 {percentile(values, 0.5):.0f} ms, "
              f"p99 {percentile(values, 0.99):.0f} ms, longest {values[-1] if values else 0:.0f} ms")

    print("     time that coins of a bot were under no resting order:")
    tell("while botd ran (watched)", [r[0] for r in running])
    tell("  the longest of each without the market stream and without a best bid that was asked for (not watched)", unwatched)
    tell("while it started", [v / 1e6 for v in recovering])
    tell("while it was dead or stopped", [v / 1e6 for v in down])
    for name, length, bot, piece in [("longest", *each) for each in sorted(running, reverse=True)[:5]] + [
            ("longest not watched", *each) for each in sorted(blindest, reverse=True)[:3]]:
        near = [f"{(e['wall'] - piece[0]) / 1e9:+.1f}s {e['kind']} {e['detail'][:90]}" for e in timeline
                if piece[0] - 3e9 < e["wall"] < piece[1] + 1e9]
        print(f"       {name}: {length:.0f} ms, bot {bot} {symbol_of.get(bot, '')}, at {piece[0]}: {near[:8]}")
    unwatched.sort()
    check(percentile(unwatched, 0.99) <= 1000 and (not unwatched or unwatched[-1] <= HARD),
          f"neither resting nor watched while running: p99 at most 1 s, never above {HARD / 1000:.0f} s")
    print(f"{len(problems)} promises broken" if problems else "every promise held")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(judge(sys.argv[1]))
