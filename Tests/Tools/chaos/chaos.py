#!/usr/bin/env python3
"""Leaves botd in testnet mode to a simulated exchange for a while and makes everything go wrong at random: faults of the exchange, kills,
stops of the whole process, a disk that fails, clocks that step, a person who trades on the same account. Then everything heals, the bots
are stopped, and audit.py judges what was recorded.

  chaos.py --programs .build/debug --seconds 3600 [--seed 7] [--directory DIR]

The seed is printed; the same seed chooses the same faults at the same times (what they meet depends on the machine). Exit code 0: every
promise held."""

import argparse
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

import audit

KEY, SECRET = "chaoskeychaoskeychaoskey", "chaossecretchaossecretchaossecret"
SYMBOLS = {"BTCUSDT": "BTC", "ETHUSDT": "ETH", "SOLUSDT": "SOL", "XRPUSDT": "XRP"}
# What the person holds at the beginning, beside the money. Entries of XRP take their protection along: there the person only cancels.
HOLDINGS = {"BTC": "1", "ETH": "10", "SOL": "100", "XRP": "0"}
# Orders that the person places carry names that the daemon can't mistake for its own.
HAND = "hand-"


class Exchange:
    """botsim, and what it can be asked."""

    def __init__(self, programs, directory, seed):
        self.prices = {}
        self.truth = str(directory / "truth.jsonl")
        self.log = open(directory / "botsim.log", "w")
        balances = ["USDT=1000000"] + [f"{asset}={amount}" for asset, amount in HOLDINGS.items() if amount != "0"]
        self.process = subprocess.Popen(
            [str(programs / "botsim"), "--port", "0", "--print-json-ready", "--symbol", ",".join(SYMBOLS), "--seed", str(seed), "--speed",
             "1", "--api-key", KEY, "--api-secret", SECRET, "--truth", self.truth] + [word for b in balances for word in ("--balance", b)],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.process.stdout:
            if '"port"' in line:
                self.port = json.loads(line)["port"]
                break
        else:
            raise SystemExit("botsim did not become ready; see botsim.log")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def ask(self, path, body=None, method=None):
        # A fault may strike this question as well: the exchange does not know who asks.
        for attempt in range(5):
            try:
                return self.ask_once(path, body, method)
            except (OSError, http.client.HTTPException):
                if attempt == 4:
                    raise
        return None

    def ask_once(self, path, body=None, method=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body.encode() if body else None, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def try_to(self, path, body=None, method=None):
        """What the exchange may refuse: a hand order without funds, a cancel of what is gone."""
        try:
            return self.ask_once(path, body, method)
        except (OSError, ValueError, http.client.HTTPException):
            return None

    def signed(self, path, **parameters):
        parameters |= {"recvWindow": 60000, "timestamp": self.ask("/api/v3/time")["serverTime"]}
        query = urllib.parse.urlencode(parameters)
        signature = hmac.new(SECRET.encode(), query.encode(), hashlib.sha256).hexdigest()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}?{query}&signature={signature}", headers={"X-MBX-APIKEY": KEY})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def fills(self):
        """How many trades the account has made."""
        count = 0
        for symbol in SYMBOLS:
            first = 0
            while page := self.signed("/api/v3/myTrades", symbol=symbol, fromId=first, limit=1000):
                count, first = count + len(page), page[-1]["id"] + 1
        return count

    def price(self, symbol):
        """The last price; the one before where a fault strikes this question."""
        try:
            self.prices[symbol] = float(self.ask_once(f"/api/v3/ticker/price?symbol={symbol}")["price"])
        except (OSError, ValueError, http.client.HTTPException):
            pass
        return self.prices.get(symbol, 100.0)


class Clock:
    """The host's wall clock as the daemon sees it."""

    def __init__(self, directory):
        source = pathlib.Path(__file__).resolve().parent.parent / "clock_shim.c"
        self.library, self.file = directory / "clock_shim.so", directory / "clock"
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", self.library, source], check=True)
        self.set(0)

    def set(self, seconds):
        data = struct.pack("=qqq", int(seconds * 1e9), 0, 0)
        if self.file.exists():
            with open(self.file, "r+b") as file:  # mapped by the daemon: never replaced
                file.write(data)
        else:
            self.file.write_bytes(data)

    def environment(self):
        return {"LD_PRELOAD": str(self.library), "CLOCK_SHIM_FILE": str(self.file)}


class Daemon:
    """botd, which is started again and again, and what it says to its supervisor."""

    def __init__(self, programs, directory, exchange, clock, note):
        self.programs, self.directory, self.note = programs, directory, note
        self.state, self.address = directory / "state", f"unix:{directory}/b"
        url = f"127.0.0.1:{exchange.port}"
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(directory), "BINANCE_REST_URL": f"http://{url}", "BINANCE_STREAM_URL": f"ws://{url}",
            "BINANCE_WS_API_URL": f"ws://{url}/ws-api/v3", "BINANCE_API_KEY": KEY, "BINANCE_API_SECRET": SECRET,
            "NOTIFY_SOCKET": str(directory / "n"), **clock.environment()}
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(self.environment["NOTIFY_SOCKET"])
        self.ready = threading.Event()
        self.process = None
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            text = self.notices.recv(65536).decode(errors="replace")
            if "READY=1" in text:
                self.note("ready", "")
                self.ready.set()

    def start(self, more=None):
        self.ready.clear()
        self.note("start", json.dumps(more or {}))
        self.process = subprocess.Popen(
            [str(self.programs / "botd"), "--mode", "testnet", "--state-dir", str(self.state), "--listen", self.address, "--log-level",
             "info"], env={**self.environment, **(more or {})}, stdout=open(self.directory / "botd.log", "a"), stderr=subprocess.STDOUT)

    def end(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        self.note("dead", f"{signal.Signals(number).name}, exit code {code}")
        return code

    def control(self, *words, check=True, timeout=60):
        result = subprocess.run(
            [str(self.programs / "botctl"), *words, "--address", self.address], capture_output=True, text=True, timeout=timeout,
            env={"PATH": os.environ["PATH"], "NO_COLOR": "1", "HOME": str(self.directory)})
        if check and result.returncode != 0:
            raise RuntimeError(f"botctl {' '.join(words)}: {result.stdout}{result.stderr}")
        return result

    def read(self, *words):
        return json.loads(self.control(*words, "--output", "json").stdout)


class Chaos:
    def __init__(self, arguments, directory):
        self.random = random.Random(arguments.seed)
        self.seconds, self.directory = arguments.seconds, directory
        self.timeline = open(directory / "timeline.jsonl", "w")
        self.lock = threading.Lock()
        self.exchange = Exchange(arguments.programs, directory, arguments.seed)
        self.clock = Clock(directory)
        self.daemon = Daemon(arguments.programs, directory, self.exchange, self.clock, self.note)
        self.counts = {}
        self.pending = []  # (time, what heals a fault)
        self.hand = 0
        self.own = {asset: float(amount) for asset, amount in HOLDINGS.items()}
        self.kills, self.calm = arguments.kills, arguments.calm

    def note(self, kind, detail, wall=None):
        with self.lock:
            self.timeline.write(json.dumps({"wall": wall or time.time_ns(), "kind": kind, "detail": detail}) + "\n")
            self.timeline.flush()

    # What can happen. Each returns nothing, and notes what it did.

    def fault(self, seconds, **fields):
        # It may strike, and what it struck may be made anew, before this question is answered.
        wall = time.time_ns()
        identity = self.exchange.ask("/sim/faults", json.dumps(fields))["ids"][0]
        self.note("fault", f"{identity} {json.dumps(fields)}", wall)
        self.later(seconds, lambda: self.heal(identity))

    def heal(self, identity):
        self.exchange.try_to(f"/sim/faults/{identity}", method="DELETE")
        self.note("healed", str(identity))

    def later(self, seconds, action):
        self.pending.append((time.monotonic() + seconds, action))

    def answers(self):
        r = self.random
        kind = r.choice(["place", "place", "replace", "replace", "cancel", "query"])
        what = r.choice(["swallow", "status", "code", "delay", "cut", "partial", "lag", "omit", "limit", "refuse"])
        count, executed = r.randint(1, 3), r.random() < 0.5
        if what == "swallow":
            self.fault(20, on="request", do="swallow", request=kind, executed=executed, reset=r.random() < 0.5, count=count)
        elif what == "status":
            status = r.choice([500, 502, 503, 504])
            self.fault(20, on="request", do="answer", request=kind, status=status, code=0, message="", executed=executed, count=count)
        elif what == "code":
            code = r.choice([-1000, -1001, -1006, -1007])
            self.fault(20, on="request", do="answer", request=kind, status=400, code=code, message="Internal error; unable to process.",
                       executed=executed, count=count)
        elif what == "delay":
            self.fault(20, on="request", do="delay", request=kind, beforeMs=r.randint(0, 4000), afterMs=r.randint(0, 4000), count=count)
        elif what == "cut":
            self.fault(20, on="request", do="cut", request=kind, bytes=r.randint(0, 200), reset=r.random() < 0.5, count=count)
        elif what == "partial":
            self.fault(20, on="request", do="partial", request=r.choice(["place", "replace"]), fraction=r.choice([0.2, 0.5, 0.9]), count=count)
        elif what == "lag":
            self.fault(r.randint(2, 10), on="request", do="lag", request="query", ms=r.randint(500, 5000), count=0)
        elif what == "omit":
            self.fault(r.randint(2, 10), on="request", do="omit", request="query", newest=r.randint(1, 3), count=0)
        elif what == "limit":
            self.fault(20, on="request", do="answer", request="all", status=429, code=-1003, message="Too many requests.",
                       headers={"Retry-After": str(r.randint(1, 3))}, count=1)
        else:
            self.fault(20, on="request", do="answer", request="place", side=r.choice(["BUY", "SELL"]), status=400, code=-2010,
                       message="Account has insufficient balance for requested action.", count=count)

    def reports(self):
        r = self.random
        what = r.choice(["lose", "double", "delay", "reorder", "garble"])
        fields = {"delay": {"ms": r.randint(100, 6000)}, "reorder": {"ms": 1000}}.get(what, {})
        self.fault(20, on="userEvent", do=what, count=r.randint(1, 4), **fields)

    def market(self):
        r = self.random
        what = r.choice(["lose", "double", "delay", "garble", "price"])
        symbol = r.choice(list(SYMBOLS))
        fields = {"delay": {"ms": r.randint(100, 3000)}, "price": {"factor": r.choice([0.01, 0.5, 1.5, 100])}}.get(what, {})
        self.fault(20, on="marketEvent", do=what, symbol=symbol, count=r.randint(1, 5), **fields)

    def connections(self):
        r = self.random
        what = r.choice(["silent", "oneWay", "blackHole", "terminate", "shutdown", "unsubscribe", "drop", "drop"])
        kind = "webSocketAPI" if what == "terminate" else r.choice(["stream", "webSocketAPI"])
        fields = {"lost": r.choice(["toServer", "toClient"])} if what == "oneWay" else {}
        self.fault(r.randint(1, 12), on="connection", do=what, kind=kind, count=1, **fields)

    def moves(self):
        symbol = self.random.choice(list(SYMBOLS))
        price = self.exchange.price(symbol) * self.random.choice([0.9, 0.96, 0.97, 0.98, 0.99, 1.01, 1.02, 1.03, 1.04, 1.1])
        self.exchange.ask(f"/sim/price?symbol={symbol}&price={price:.4f}")
        self.note("move", f"{symbol} {price:.4f}")

    def keeper(self):
        symbol = self.random.choice(list(SYMBOLS))
        status = self.random.choice(["HALT", "BREAK", "CANCEL_ONLY"])
        self.exchange.ask(f"/sim/symbol?symbol={symbol}&status={status}")
        self.note("status", f"{symbol} {status}")

        def back():
            self.exchange.ask(f"/sim/symbol?symbol={symbol}&status=TRADING")
            self.note("status", f"{symbol} TRADING")

        self.later(self.random.randint(2, 8), back)

    def person(self):
        r = self.random
        symbol, asset = r.choice(list(SYMBOLS.items()))
        price = self.exchange.price(symbol)
        self.hand += 1
        name = f"{HAND}{self.hand}"
        what = r.choice(["buy", "sell", "sell", "cancel", "deposit", "withdraw"])
        if not self.own[asset]:
            what = "cancel"
        if what == "buy":
            self.exchange.try_to(f"/sim/hand?symbol={symbol}&side=BUY&type=MARKET&quoteOrderQty={r.randint(20, 300)}&newClientOrderId={name}")
        elif what == "sell":
            # Half of what is certainly the person's: fees are paid from the quote when selling.
            amount = min(self.own[asset] * 0.02, 300 / price)
            quantity = f"{amount:.4f}" if price > 1000 else f"{amount:.1f}"
            if self.exchange.try_to(
                    f"/sim/hand?symbol={symbol}&side=SELL&type=MARKET&quantity={quantity}&newClientOrderId={name}") is not None:
                self.own[asset] -= float(quantity)
        elif what == "cancel":
            # The person takes a bot's stop away in the exchange's app.
            orders = [o for o in self.exchange.ask("/sim/account")["openOrders"] if not o["clientOrderId"].startswith(HAND)]
            if orders:
                order = r.choice(orders)
                self.exchange.try_to(f"/sim/hand?symbol={order['symbol']}&cancel={order['orderId']}")
                name = order["clientOrderId"]
        elif what == "deposit":
            self.exchange.ask(f"/sim/transfer?asset={asset}&amount={self.own[asset] * 0.01:.6f}")
        else:
            amount = float(f"{self.own[asset] * 0.01:.6f}")
            if self.exchange.try_to(f"/sim/transfer?asset={asset}&amount=-{amount:.6f}") is not None:
                self.own[asset] -= amount
        self.note("person", f"{what} {symbol} {name}")

    def clocks(self):
        r = self.random
        if r.random() < 0.6:
            step = r.choice([-3600, -10, -2, -1, 1, 2, 10, 3600])
            self.clock.set(step)
            self.note("clock", f"host {step:+} s")
            self.later(r.randint(3, 30), lambda: (self.clock.set(0), self.note("clock", "host right")))
        else:
            offset = r.choice([-5000, -1000, 1000, 5000])
            self.exchange.ask(f"/sim/clock?offset={offset}")
            self.note("clock", f"exchange {offset:+} ms")
            self.later(r.randint(3, 30), lambda: (self.exchange.ask("/sim/clock?offset=0"), self.note("clock", "exchange right")))

    def disk(self):
        r = self.random
        if r.random() < 0.5 or not shutil.which("strace"):
            self.note("disk", "locked")
            try:
                database = sqlite3.connect(self.daemon.state / "journal.sqlite", timeout=5, isolation_level=None, check_same_thread=False)
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as problem:
                self.note("disk", f"not locked: {problem}")
                return
            self.later(r.uniform(0.5, 8), lambda: (database.close(), self.note("disk", "unlocked")))
            return
        effect = r.choice(["error=EIO", "delay_enter=1000000", "delay_enter=300000"])
        self.note("disk", effect)
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", f"inject=fsync,fdatasync:{effect}", "-p",
             str(self.daemon.process.pid)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def end():
            if tracer.poll() is None:
                tracer.send_signal(signal.SIGINT)
            tracer.wait()
            self.note("disk", "right")

        self.later(r.uniform(1, 8), end)

    def kill(self):
        r = self.random
        if not self.kills:
            return
        if r.random() < 0.2:
            seconds = r.uniform(0.5, 8)
            self.note("stopped", f"{seconds:.1f} s")
            self.daemon.process.send_signal(signal.SIGSTOP)

            def go():
                self.daemon.process.send_signal(signal.SIGCONT)
                self.note("continued", "")

            self.later(seconds, go)
            return
        self.settle_process()
        number = signal.SIGTERM if r.random() < 0.15 else signal.SIGKILL
        self.daemon.end(number)
        pause = r.choice([0, 0, 0.5, 2, 5])
        until = time.monotonic() + pause
        while time.monotonic() < until:
            self.heal_due()
            time.sleep(0.05)
        # Sometimes it is killed while it recovers, at a named place.
        if r.random() < 0.25:
            place = r.choice(["recovery.loaded", "recovery.served", "recovery.resumed", "journal.commit:3", "submit.stop_loss.send"])
            self.daemon.start({"BOT_FAIL": place})
            try:
                code = self.daemon.process.wait(timeout=20)
                self.note("dead", f"at {place}, exit code {code}")
            except subprocess.TimeoutExpired:
                self.daemon.end()
        self.daemon.start()

    def settle_process(self):
        """A stopped or traced process goes on before it is killed."""
        for entry in list(self.pending):
            if entry[1].__name__ in ("go", "end"):
                self.pending.remove(entry)
                entry[1]()

    def heal_due(self, all_of_them=False):
        for entry in list(self.pending):
            if all_of_them or entry[0] <= time.monotonic():
                self.pending.remove(entry)
                entry[1]()

    # The run.

    def create(self):
        settings = [
            ("--stop-loss", "0.02"), ("--stop-loss", "0.01", "--take-profit", "0.01"), ("--stop-loss", "0.03", "--trailing-stop", "0.015"),
            ("--stop-loss", "0.02", "--time-stop", "20", "--entry", "limit", "--entry-offset", "0.0003", "--entry-lifetime", "3", "--entry-then", "market"),
            ("--stop-loss", "0.02", "--compound"), ("--stop-loss", "0.015", "--cooldown", "3", "--entry", "maker", "--entry-lifetime", "4"),
            ("--stop-loss", "0.02", "--sizing", "fraction", "--entry", "maker", "--entry-offset", "0.0002", "--entry-then", "market"), ("--stop-loss", "0.02", "--trailing-stop-atr", "3"),
            ("--trailing-stop", "0.008", "--take-profit", "0.02")]
        for number, words in enumerate(settings):
            symbol = list(SYMBOLS)[number % len(SYMBOLS)]
            words = ["create", f"bot{number}", "--symbol", symbol, "--strategy", "rsi", "--param", f"period={4 + number}", "--param",
                     "oversold=45", "--param", "overbought=58", "--interval", "1s", "--capital", str(5000 + number), "--max-position", "0.2",
                     "--start", *words]
            for _ in range(60):
                result = self.daemon.control(*words, check=False)
                if result.returncode == 0:
                    break
                time.sleep(0.5)
            else:
                raise SystemExit(f"bot{number} could not be created: {result.stdout}{result.stderr}")

    def run(self):
        for symbol in SYMBOLS:
            self.exchange.price(symbol)
        self.daemon.start()
        self.create()
        # The list of a symbol's trades begins at the first that is known: one of the person's from before, whose event is lost, is not found.
        for _ in range(240):
            if {t["symbol"] for t in self.daemon.read("trades", "--from", "0")} == set(SYMBOLS):
                break
            time.sleep(0.25)
        actions = [(self.answers, 6), (self.reports, 4), (self.market, 3), (self.connections, 4), (self.moves, 5), (self.keeper, 1),
                   (self.person, 5), (self.clocks, 1.5), (self.disk, 1.5), (self.kill, 1.5)]
        end = time.monotonic() + self.seconds
        said = time.monotonic()
        while time.monotonic() < end:
            wait = time.monotonic() + self.random.uniform(0.3, 3)
            while time.monotonic() < wait:
                self.heal_due()
                if self.daemon.process.poll() is not None:
                    # Some ends are its own: the journal could not be trusted any more, or the copy of a later start was seen.
                    self.note("ended", f"exit code {self.daemon.process.returncode}")
                    self.daemon.start()
                time.sleep(0.05)
            action = self.random.choices([a for a, _ in actions], [w for _, w in actions])[0]
            self.counts[action.__name__] = self.counts.get(action.__name__, 0) + 1
            action()
            if time.monotonic() - said > 60:
                said = time.monotonic()
                print(f"{end - said:6.0f} s to go, so far {json.dumps(self.counts)}", flush=True)
        self.finish()

    def finish(self):
        self.heal_due(all_of_them=True)
        self.exchange.ask("/sim/faults", method="DELETE")
        self.exchange.ask("/sim/clock?offset=0")
        self.clock.set(0)
        self.note("healed", "all")
        if self.daemon.process.poll() is not None:
            self.daemon.start()
        if not self.daemon.ready.wait(60):
            print("botd did not become ready within 60 s after everything was healed")
        self.note("calm", "")
        time.sleep(self.calm)
        self.snapshot("calm")
        self.daemon.control("stop-all", "--close", "--timeout", "60", check=False)
        for _ in range(60):
            if not self.daemon.read("positions") and not [
                    o for o in self.exchange.ask("/sim/account")["openOrders"] if not o["clientOrderId"].startswith(HAND)]:
                break
            time.sleep(1)
        # Once more through a recovery: a trade of the person's that the account's events did not tell of is found by listing the trades.
        self.daemon.end()
        self.daemon.start()
        if not self.daemon.ready.wait(60):
            print("botd did not become ready within 60 s at the end")
        begun = time.monotonic()
        while time.monotonic() < begun + 60 and len(self.daemon.read("trades", "--from", "0")) != self.exchange.fills():
            time.sleep(5)
        print(f"the ledger was complete {time.monotonic() - begun:.0f} s after the last start")
        self.snapshot("end")
        verified = subprocess.run(
            [str(self.daemon.programs / "botctl"), "verify", str(self.daemon.state)], capture_output=True, text=True)
        self.note("verify", f"{verified.returncode} {verified.stdout}{verified.stderr}")
        self.daemon.end(signal.SIGTERM)
        self.exchange.process.send_signal(signal.SIGTERM)
        self.exchange.process.wait()

    def snapshot(self, name):
        """What the daemon and the exchange say at this moment."""
        parts = {"account": self.exchange.ask("/sim/account")}
        for key, words in {"trades": ["trades", "--from", "0"], "positions": ["positions"], "balances": ["balances", "--all"],
                           "list": ["list"], "discrepancies": ["discrepancies"], "health": ["health"]}.items():
            result = self.daemon.control(*words, "--output", "json", check=False)
            parts[key] = json.loads(result.stdout or "null")
        (self.directory / f"{name}.json").write_text(json.dumps(parts, indent=1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="where botd, botctl and botsim are")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--directory", type=pathlib.Path, default=None, help="what is recorded goes here, and stays")
    parser.add_argument("--calm", type=float, default=35, help="seconds without a fault before the bots are stopped")
    parser.add_argument("--no-kills", dest="kills", action="store_false")
    arguments = parser.parse_args()
    arguments.programs = arguments.programs.resolve()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(1_000_000)
    directory = arguments.directory or pathlib.Path(tempfile.mkdtemp(prefix="chaos"))
    directory = directory.resolve()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chmod(directory, 0o700)
    print(f"seed {arguments.seed}, {arguments.seconds:.0f} s, recorded in {directory}", flush=True)
    chaos = Chaos(arguments, directory)
    try:
        chaos.run()
    finally:
        for process in (chaos.daemon.process, chaos.exchange.process):
            if process and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
    print(f"what happened: {json.dumps(chaos.counts)}")
    return audit.judge(directory)


if __name__ == "__main__":
    sys.exit(main())
