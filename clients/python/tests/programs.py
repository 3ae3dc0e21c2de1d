"""The real programs, as processes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READY_SECONDS = 60


def program(name: str) -> str:
    """A program of the folder that BOTD_BIN names."""
    folder = os.environ.get("BOTD_BIN")
    if not folder:
        raise RuntimeError("BOTD_BIN must name the folder that holds botd, botctl and botsim")
    return str(Path(folder) / name)


@contextmanager
def blocked_signals() -> Iterator[None]:
    """What is started within inherits blocked signals, as from a thread of a Swift program."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Process:
    """A process whose output is read line by line; `wait_for` waits for a line."""

    def __init__(self, arguments: list[str], environment: dict[str, str] | None = None, stdin: int | None = None) -> None:
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._ended = False
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("BOTD_")}
        self._child = subprocess.Popen(
            arguments,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=inherited | (environment or {}),
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._child.stdout is not None
        with self._child.stdout as output:
            for line in output:
                with self._changed:
                    self.lines.append(line.rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def pid(self) -> int:
        return self._child.pid

    def wait_for(self, pattern: str, since: int = 0, timeout: float = READY_SECONDS) -> str:
        """The first line from line `since` on that matches."""
        with self._changed:
            seen = since
            while True:
                for line in self.lines[seen:]:
                    if re.search(pattern, line):
                        return line
                seen = len(self.lines)
                if self._ended or not self._changed.wait(timeout):
                    raise AssertionError(f"{pattern!r} did not come: {self.lines[-8:]}")

    def write(self, text: str) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(text)
        self._child.stdin.flush()

    def send(self, number: int) -> None:
        self._child.send_signal(number)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends a signal and waits for the end; gives the exit code."""
        if self._child.poll() is None:
            self._child.send_signal(number)
        return self.wait()

    def wait(self, timeout: float = READY_SECONDS) -> int:
        code = self._child.wait(timeout)
        self._reader.join()
        if self._child.stdin is not None:
            self._child.stdin.close()
        return code


class Daemon:
    """A botd, by default on a simulated market, five minutes a second."""

    def __init__(
        self,
        folder: Path,
        arguments: tuple[str, ...] = ("--mode", "simulated", "--speed", "300"),
        environment: dict[str, str] | None = None,
        listen: str | None = None,
        state: str = "state",
    ) -> None:
        self.folder = folder
        self.state = folder / state
        self.address = listen or f"unix:{folder}/botd.sock"
        self._arguments = arguments
        self._environment = environment or {}
        self._process: Process | None = None

    def start(self) -> Daemon:
        command = [program("botd"), *self._arguments, "--state-dir", str(self.state), "--listen", self.address]
        self._process = Process(command, self._environment)
        ready = self._process.wait_for(r"msg=ready|cannot start")
        assert "msg=ready" in ready, ready
        listen = re.search(r"listen=(\S+)", ready)
        assert listen is not None
        self.address = listen[1]
        return self

    @property
    def process(self) -> Process:
        assert self._process is not None
        return self._process

    def kill(self) -> None:
        """As if the power had failed."""
        self.process.stop(signal.SIGKILL)

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop(signal.SIGTERM)
            self._process = None


class Simulator:
    """A botsim: the exchange's interfaces on a simulated market."""

    KEY = "testkeytestkeytestkeytestkey"
    SECRET = "testsecrettestsecrettestsecret"

    def __init__(self, symbols: str, speed: int) -> None:
        command = [program("botsim"), "--port", "0", "--print-json-ready", "--symbol", symbols, "--speed", str(speed), "--seed", "11"]
        self.process = Process([*command, "--api-key", self.KEY, "--api-secret", self.SECRET, "--balance", "USDT=1000000"])
        self.port = int(json.loads(self.process.wait_for(r'"port"'))["port"])

    @property
    def environment(self) -> dict[str, str]:
        """What makes botd trade there."""
        at = f"127.0.0.1:{self.port}"
        return {
            "BINANCE_REST_URL": f"http://{at}",
            "BINANCE_STREAM_URL": f"ws://{at}",
            "BINANCE_WS_API_URL": f"ws://{at}/ws-api/v3",
            "BINANCE_API_KEY": self.KEY,
            "BINANCE_API_SECRET": self.SECRET,
        }

    def stop(self) -> None:
        self.process.stop()
