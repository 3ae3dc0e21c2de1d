#!/usr/bin/env python3
"""Makes the fixtures of the recorded runs with the programs of a release. See README.md.

  record.py PROGRAMS DATA [PART...]

PROGRAMS holds botd, botctl and botsim; DATA the candle files named below. Parts: candles backtest paper testnet state shown.
Needs gzip, tar, and for `state` PostgreSQL (initdb, postgres, psql, pg_dump).
"""
import atexit
import glob
import gzip
import io
import itertools
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS, DATA = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PARTS = sys.argv[3:] or ["candles", "backtest", "paper", "testnet", "state", "shown"]
EXCERPTS = [("btcusdt-5m-2024", 16_128, 2_592), ("ethusdt-5m-2024", 16_128, 2_592), ("btcusdt-1m-2024-12", 0, 3_600)]
KEY, SECRET = "testkeytestkeytestkeytestkey", "testsecrettestsecrettestsecret"


def here(*names):
    path = os.path.join(HERE, *names)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def write(data, *names):
    """Writes a file, compressed without a time when its name ends in .gz."""
    data = data if isinstance(data, bytes) else data.encode()
    with open(here(*names), "wb") as file:
        file.write(gzip.compress(data, 9, mtime=0) if names[-1].endswith(".gz") else data)


def lines(*names):
    with open(here(*names)) as file:
        return [line.split() for line in file if line.strip()]


def program(name):
    return os.path.join(PROGRAMS, name)


def run(words, **options):
    result = subprocess.run(words, stdout=subprocess.PIPE, **options)
    if result.returncode != 0:
        sys.exit(f"{words} failed with {result.returncode}: {result.stdout[-2000:].decode()}")
    return result.stdout


STARTED = []


def start(words, **options):
    """A process that does not outlive this program."""
    STARTED.append(subprocess.Popen(words, **options))
    return STARTED[-1]


@atexit.register
def end_all():
    for process in STARTED:
        if process.poll() is None:
            process.kill()
            process.wait()


def wait(what, condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"gave up waiting: {what}")
        time.sleep(0.05)


def archive(directory, *names):
    """A state directory as .tar.gz: no owner, no lock file, times 0."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for root, folders, files in os.walk(directory):
            folders.sort()
            for name in sorted(folders) + sorted(files):
                path = os.path.join(root, name)
                if name in ("botd.lock", "journal.sqlite-shm") or not (os.path.isfile(path) or os.path.isdir(path)):
                    continue
                info = tar.gettarinfo(path, arcname=os.path.relpath(path, directory))
                info.uid = info.gid = info.mtime = 0
                info.uname = info.gname = ""
                if os.path.isdir(path):
                    tar.addfile(info)
                else:
                    with open(path, "rb") as file:
                        tar.addfile(info, file)
    write(buffer.getvalue(), *names)


class Simulator:
    def __init__(self, folder, *words):
        log = os.path.join(folder, "botsim.log")
        with open(log, "wb") as out:
            self.process = start([program("botsim"), "--port", "0", "--print-json-ready", *words], stdout=out, stderr=out)
        wait("botsim", lambda: b'"port":' in open(log, "rb").read())
        self.address = "127.0.0.1:%d" % next(json.loads(line) for line in open(log) if '"port":' in line)["port"]

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.address}{path}") as response:
            return json.load(response)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Daemon:
    def __init__(self, folder, simulator, *words, **settings):
        self.folder, self.state = folder, os.path.join(folder, "state")
        self.address = "unix:" + os.path.join(folder, "run", "botd.sock")
        self.words = [program("botd"), "--state-dir", self.state, "--listen", self.address, "--log-level", "info", *words]
        self.settings = {
            **os.environ, "BINANCE_REST_URL": f"http://{simulator.address}", "BINANCE_STREAM_URL": f"ws://{simulator.address}",
            "BINANCE_WS_API_URL": f"ws://{simulator.address}/ws-api/v3", **settings,
        }
        self.start()

    def start(self):
        with open(os.path.join(self.folder, "botd.log"), "ab") as out:
            self.process = start(self.words, env=self.settings, cwd=self.folder, stdout=out, stderr=out)
        wait("botd", lambda: self.try_control("list"))

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait()

    def control(self, *words):
        return run([program("botctl"), *words, "--address", self.address], stderr=subprocess.STDOUT)

    def try_control(self, *words):
        return subprocess.run(
            [program("botctl"), *words, "--address", self.address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def create(self, words):
        # Until the exchange's symbols are known.
        wait("the symbols", lambda: self.try_control("symbols", "--output", "json") and b"BTCUSDT" in self.json("symbols"))
        self.control("create", *words)

    def json(self, *words):
        return run([program("botctl"), *words, "--output", "json", "--address", self.address])

    def read(self, *words):
        return json.loads(self.json(*words))


def candles():
    for name, first, count in EXCERPTS:
        with open(os.path.join(DATA, name + ".csv")) as file:
            rows = file.read().splitlines()
        write("\n".join([rows[0]] + rows[1 + first:1 + first + count]) + "\n", "candles", name + ".csv.gz")


def backtest():
    for path in sorted(glob.glob(here("recorded", "backtest-*", "arguments.txt"))):
        name = os.path.basename(os.path.dirname(path))
        with tempfile.TemporaryDirectory() as folder:
            words = [word for line in lines("recorded", name, "arguments.txt") for word in line]
            page, trades = os.path.join(folder, "page.html"), os.path.join(folder, "trades.csv")
            result = run(
                [program("botctl"), "backtest", *words, "--output", "json", "--fills", "--report", page, "--trades", trades],
                cwd=here("candles", ""))
            write(result, "recorded", name, "result.json.gz")
            write(open(page, "rb").read(), "recorded", name, "page.html.gz")
            write(open(trades, "rb").read(), "recorded", name, "trades.csv")
            found = json.loads(result)
            print(name, len(found["fills"]), "fills", [(exit["name"], exit["trades"]) for exit in found["exits"]], found["denials"])


def comparable(text):
    """What two runs of one release share; RecordedRunTests.comparable does the same. See README.md."""
    orders = {}
    count = itertools.count(1)
    text = re.sub(r'("client_order_id": )"([^"]*)"', lambda m: f'{m[1]}"order-{orders.setdefault(m[2], len(orders) + 1)}"', text)
    text = re.sub(r'("sequence": )"?\d+"?', lambda m: f"{m[1]}{next(count)}", text)
    text = re.sub(r'\n\s*"mean_time_in_market": [^\n]*,(?=\n)', "", text)
    text = re.sub(r'("first_time_ns": )\d+', r"\g<1>0", text)
    return re.sub(r'("exposure": )"([^"]*)"', lambda m: f'{m[1]}"{float(m[2]):.5f}"', text)


def paper():
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name in ("btcusdt-5m-2024", "ethusdt-5m-2024"):
            with open(os.path.join(folder, name + ".csv"), "wb") as file:
                file.write(gzip.open(here("candles", name + ".csv.gz")).read())
            files += ["--replay", f"{file.name}:{name[:7].upper()}:5m"]
        simulator = Simulator(folder, *files, "--speed", "30000", "--start-paused")
        daemon = Daemon(folder, simulator, "--mode", "paper")
        bots = lines("recorded", "paper-replay", "bots.txt")
        for words in bots:
            daemon.create(words)
        wait("subscriptions", lambda: simulator.get("/sim/status")["subscriptions"] >= 8)
        simulator.get("/sim/resume")
        wait("the replay", lambda: simulator.get("/sim/status")["finished"], 300)
        time.sleep(10)
        write(comparable(daemon.json("trades", "--from", "0").decode()), "recorded", "paper-replay", "trades.json.gz")
        write(comparable(daemon.json("stats").decode()), "recorded", "paper-replay", "stats.json.gz")
        print("paper", len(daemon.read("trades", "--from", "0")), "fills")
        daemon.end()
        simulator.stop()


def testnet():
    with tempfile.TemporaryDirectory() as folder:
        simulator = Simulator(
            folder, "--symbol", "BTCUSDT,ETHUSDT,SOLUSDT", "--seed", "11", "--speed", "1", "--api-key", KEY, "--api-secret", SECRET,
            "--balance", "USDT=1000000")
        daemon = Daemon(folder, simulator, "--mode", "testnet", BINANCE_API_KEY=KEY, BINANCE_API_SECRET=SECRET)
        for words in lines("recorded", "testnet", "bots.txt"):
            daemon.create(words)
        wait("fills", lambda: len(daemon.read("trades", "--from", "0")) >= 60, 300)
        daemon.control("stop-all")
        time.sleep(2)
        daemon.end()
        simulator.stop()
        archive(daemon.state, "recorded", "testnet", "state.tar.gz")
        replay = run([program("botctl"), "replay", daemon.state, "--output", "json"])
        write(replay, "recorded", "testnet", "replay.json.gz")
        found = json.loads(replay)
        print("testnet", {key: value for key, value in found.items() if key != "fills"}, len(found["fills"]))


class Postgres:
    """A server of its own, as the tests start one."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "postgres")
        os.makedirs(self.folder)
        os.chmod(folder, 0o711)
        self.binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1] + "/"
        self.account = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
            self.account = ["setpriv", "--reuid=postgres", f"--regid={pwd.getpwnam('postgres').pw_gid}", "--clear-groups", "--"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        data = os.path.join(self.folder, "data")
        run([*self.account, self.binaries + "initdb", "-D", data, "-U", "botd", "-A", "trust", "-E", "UTF8", "--locale=C"])
        run([*self.account, self.binaries + "postgres", "--single", "-D", data, "postgres"], input=b"CREATE DATABASE botd;\n")
        with open(os.path.join(folder, "postgres.log"), "ab") as out:
            self.process = start(
                [*self.account, self.binaries + "postgres", "-D", data, "-p", self.port, "-c", "listen_addresses=127.0.0.1", "-c",
                 "unix_socket_directories="], stdout=out, stderr=out)
        self.place = ["-h", "127.0.0.1", "-p", self.port, "-U", "botd", "-d", "botd"]
        wait("postgres", lambda: subprocess.run([self.binaries + "pg_isready", "-q", *self.place]).returncode == 0)
        self.url = f"postgresql://botd:none@127.0.0.1:{self.port}/botd"

    def query(self, sql):
        return run(["psql", "-X", "-A", "-t", "-q", *self.place, "-c", sql]).decode().strip()

    def dump(self):
        text = run(["pg_dump", *self.place, "--schema=botd", "--no-owner", "--no-privileges"]).decode()
        # Newer minor releases write \restrict, which psql of older ones does not know.
        return "\n".join(line for line in text.split("\n") if not line.startswith(("\\restrict", "\\unrestrict")))

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


def state():
    with tempfile.TemporaryDirectory() as folder:
        database = Postgres(folder)
        # The market starts at a time that is over, and goes on later from a fixed one: what is shown does not depend on the day.
        simulator = Simulator(folder, "--symbol", "BTCUSDT,ETHUSDT,SOLUSDT", "--seed", "11", "--speed", "20", "--start-time", "1731000000000")
        daemon = Daemon(folder, simulator, "--mode", "paper", DATABASE_URL=database.url)
        daemon.control("risk", "set", "--total-value", "50000", "--open-positions", "7", "--daily-loss", "9000", "--drawdown", "0.9")
        for words in lines("state", "bots.txt"):
            daemon.create(words)
        fills = lambda bot: len(daemon.read("trades", "--from", "0", "--bot", bot))
        wait("fills", lambda: fills("fast") >= 8 and fills("holder") == 1 and fills("gone") >= 2 and fills("eth") >= 4)
        daemon.control("remove", "gone", "--force")
        daemon.control("pause", "eth")
        daemon.control("stop", "fast")
        # An open position of fast is sold; holder keeps its own, with its stop.
        wait("the removed bot", lambda: all(bot["id"] != "gone" or bot["state"] == "removed" for bot in daemon.read("list")))
        simulator.get("/sim/pause")
        last = [""]

        def settled():
            before, last[0] = last[0], database.query("SELECT max(sequence) FROM botd.journal")
            time.sleep(2)
            return before == last[0]

        wait("the mirror", settled)
        daemon.end(signal.SIGKILL)
        simulator.stop()
        archive(daemon.state, "state", "state.tar.gz")
        write(database.dump(), "state", "mirror.sql.gz")
        database.stop()
        print("state", last)


def shown():
    """What is shown after a start on the archived state, in a market that stands still."""
    with tempfile.TemporaryDirectory() as folder:
        simulator = Simulator(
            folder, "--symbol", "BTCUSDT,ETHUSDT,SOLUSDT", "--seed", "12", "--speed", "20", "--start-time", "1732000000000", "--start-paused")
        os.mkdir(os.path.join(folder, "state"), 0o700)
        run(["tar", "-xzf", here("state", "state.tar.gz"), "-C", os.path.join(folder, "state"), "--no-same-owner"])
        daemon = Daemon(folder, simulator, "--mode", "paper")
        time.sleep(5)
        for line in lines("state", "shown.txt"):
            write(daemon.json(*line[1:]), "state", line[0] + ".json")
        print("shown", len(daemon.read("trades", "--from", "0")), "fills")
        print(daemon.control("list").decode())
        daemon.end()
        simulator.stop()


for part in PARTS:
    {"candles": candles, "backtest": backtest, "paper": paper, "testnet": testnet, "state": state, "shown": shown}[part]()
