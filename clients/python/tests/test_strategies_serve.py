"""`botd-strategies run` as a process, against a daemon that follows a script, over real sockets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from programs import Process, blocked_signals
from strategy_peers import CANDLES, PipeParent, Session, StrategyPeer, asking, closing, opening

from botd.ttrpc.v1.ttrpc_pb2 import Response, Status
from botd.v1 import SIGNAL_ACTION_BUY, SIGNAL_ACTION_HOLD, ErrorInfo, ServeStrategiesRequest, ServeStrategiesResponse

SOURCE = Path(__file__).parent / "strategies_for_tests.py"
Start = Callable[..., Process]


@pytest.fixture
def peer(folder: Path) -> Iterator[StrategyPeer]:
    made = StrategyPeer(folder / "s")
    yield made
    made.close()


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts `botd-strategies run`, and sees to it that it ends."""
    started: list[Process] = []

    def run(*arguments: str, source: Path = SOURCE) -> Process:
        command = [sys.executable, "-m", "botd.strategies", "run", str(source), "--address", f"unix:{folder}/s", *arguments]
        started.append(Process(command))
        return started[-1]

    yield run
    for process in started:
        process.stop(signal.SIGKILL)


@pytest.fixture
def session(peer: StrategyPeer, start: Start) -> Session:
    """A stream on which the strategies are registered."""
    start()
    made = peer.accept()
    made.registered()
    return made


def test_registers_with_the_deadline(peer: StrategyPeer, start: Start) -> None:
    process = start("--deadline", "250ms", "--history", "90")
    session = peer.accept()
    served = session.receive().register.strategies
    assert [entry.deadline_ms for entry in served] == [250] * 6
    assert {entry.strategy.name: entry.history_candles for entry in served} == {
        "my_strategy": 90,
        "frame": 5,
        "echo": 90,
        "broken": 10,
        "none_frame": 90,
        "slow": 10,
    }
    assert "registered" not in "\n".join(process.lines), "it is not registered before the daemon says so"


def test_many_bots(session: Session) -> None:
    """100 bots on 10 symbols: each has an instance of its own, and its answers are those of a process of its own."""
    for number in range(1, 101):
        session.send(opening("echo", number, {"every": str(number)}, symbol=f"S{number % 10}USDT"))
    ready = {session.receive().ready.instance for _ in range(100)}
    assert ready == set(range(1, 101))
    bought: dict[int, int] = {}
    for index in range(120):
        for number in range(1, 101):
            session.send(asking(CANDLES[index : index + 1], number, index + 1))
        for _ in range(100):
            answer = session.receive().signal
            assert (answer.number, answer.candles) == (index + 1, 1)
            if answer.action == SIGNAL_ACTION_BUY:
                bought.setdefault(answer.instance, index + 1)
                assert f"bot-{answer.instance} S{answer.instance % 10}USDT 1m {index + 1} {CANDLES[index].close}" in answer.reason
    assert bought == {number: number for number in range(1, 101)}


@pytest.mark.parametrize("name", ["my_strategy", "echo", "frame"])
def test_answers_as_the_pipe(session: Session, name: str) -> None:
    """Candle by candle over the stream, and in batches over the pipe: byte for byte the same answers, history included."""
    with PipeParent(SOURCE) as pipe:
        pipe.receive()
        opened = opening(name, history=CANDLES[:60])
        assert session.ask(opened) == pipe.ask(opened)
        at = 60
        while at < 360:
            batch = pipe.ask(asking(CANDLES[at:360], number=at + 1)).signal
            for index in range(at, at + batch.candles):
                live = session.ask(asking(CANDLES[index : index + 1], number=at + 1)).signal
            at += batch.candles
            live.candles = batch.candles
            assert live == batch


def test_failure_of_one(session: Session) -> None:
    session.ask(opening("broken", 1, {"how": "raise"}))
    session.ask(opening("echo", 2))
    assert session.ask(asking(CANDLES[:1])).failure.message.startswith("ValueError: no luck")
    assert session.ask(asking(CANDLES[:1], 2)).signal.action == SIGNAL_ACTION_HOLD
    assert session.ask(opening("broken", 3, {"how": "hold"}, bot_id="bot-1")).ready.instance == 3
    assert session.ask(asking(CANDLES[:1], 3)).signal.action == SIGNAL_ACTION_HOLD


def test_failure_again(peer: StrategyPeer, start: Start) -> None:
    """botd opens a failed instance anew with each candle: the traceback comes once."""
    process = start()
    session = peer.accept()
    session.registered()
    for number in range(1, 4):
        session.ask(opening("broken", number, {"how": "exit"}, bot_id="bot-1"))
        assert session.ask(asking(CANDLES[:1], number)).failure.message == "SystemExit: the strategy ends it"
    process.wait_for(r"failure of broken for bot-1 \(BTCUSDT 1m\), again: SystemExit: the strategy ends it")
    assert sum("Traceback" in line for line in process.lines) == 1


def test_late_answer(peer: StrategyPeer, start: Start, tmp_path: Path) -> None:
    file = tmp_path / "late.py"
    file.write_text(
        "import time\nfrom botd.strategies import TradingStrategy\nclass Late(TradingStrategy):\n"
        "    def on_candle(self, candle, position):\n        end = time.monotonic() + 0.02\n        while time.monotonic() < end:\n"
        "            pass\n"
    )
    process = start("--deadline", "10ms", source=file)
    session = peer.accept()
    session.registered()
    session.ask(opening("late"))
    assert session.ask(asking(CANDLES[:1])).signal.action == SIGNAL_ACTION_HOLD
    process.wait_for(r"late: late for bot-1 \(BTCUSDT 1m\) answered after \d+ ms; its deadline is 10 ms")


def test_slow_one_does_not_stop_others(peer: StrategyPeer, start: Start) -> None:
    process = start()
    session = peer.accept()
    session.registered()
    session.ask(opening("slow", 1))
    session.send(asking(CANDLES[:1], 1))
    process.wait_for("bot-1 waits")
    session.ask(opening("echo", 2))
    assert session.ask(asking(CANDLES[:5], 2)).signal.candles == 3
    session.send(closing(1))
    process.wait_for(r"closed slow for bot-1 \(BTCUSDT 1m\): not needed any more")
    process.wait_for("bot-1 is broken off")
    session.ask(opening("slow", 3))
    session.send(asking(CANDLES[:1], 3))
    process.wait_for("bot-3 waits")
    assert session.ask(opening("slow", 4, bot_id="bot-3")).ready.instance == 4
    process.wait_for(r"closed slow for bot-3 .*: replaced")
    process.wait_for("bot-3 is broken off")
    assert session.is_quiet


def test_far_behind(peer: StrategyPeer, start: Start) -> None:
    """More than 1000 messages for a strategy that does not return: it is given up, once, and nothing piles up."""
    process = start()
    session = peer.accept()
    session.registered()
    session.ask(opening("slow", 1))
    for number in range(1, 1_200):
        session.send(asking(CANDLES[number : number + 1], 1, number))
    assert session.receive().failure.message == "the strategy is 1000 messages behind"
    assert session.ask(opening("echo", 2)).ready.instance == 2
    assert sum("1000 messages wait" in line for line in process.lines) == 1


@pytest.mark.parametrize("how", ["cut", "end"])
def test_reconnects(peer: StrategyPeer, start: Start, how: str) -> None:
    """It registers anew and forgets the instances; what it was doing is broken off."""
    process = start()
    for _ in range(3):
        session = peer.accept()
        assert "echo" in session.registered()
        assert session.ask(opening("echo")).ready.instance == 1
        assert session.ask(asking(CANDLES[:10])).signal.candles == 3, "a new object each time"
        session.ask(opening("slow", 2))
        since = len(process.lines)
        session.send(asking(CANDLES[:1], 2))
        process.wait_for("bot-2 waits", since)
        session.cut() if how == "cut" else session.end()
        process.wait_for("bot-2 is broken off", since)
        process.wait_for(r"disconnected: .*trying again in 0\.1 s", since)
    peer.accept().registered()


def test_waits_for_the_daemon(folder: Path, start: Start) -> None:
    process = start()
    process.wait_for(r"disconnected: .*is botd running\?.*trying again in")
    peer = StrategyPeer(folder / "s")
    try:
        assert "echo" in peer.accept().registered()
        process.wait_for("registered")
    finally:
        peer.close()


def refusal(code: int, text: str, reason: str) -> bytes:
    """An encoded Response with an error."""
    status = Status(code=code, message=text)
    if reason:
        info = ErrorInfo(reason=reason, message=text)
        status.details.add(type_url="type.googleapis.com/botd.v1.ErrorInfo", value=info.SerializeToString())
    return Response(status=status).SerializeToString()


@pytest.mark.parametrize("code, reason, ends", [(6, "STRATEGY_TAKEN", True), (3, "STRATEGY_INVALID", True), (12, "", True), (14, "", False)])
def test_refused(peer: StrategyPeer, start: Start, code: int, reason: str, ends: bool) -> None:
    process = start()
    session = peer.accept()
    session.receive()
    session.refuse(refusal(code, "no strategies here", reason))
    if ends:
        assert process.wait() == 1
        assert "no strategies here" in process.lines[-1]
    else:
        peer.accept().registered()
        process.wait_for("registered")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_in_order(peer: StrategyPeer, start: Start, number: int) -> None:
    """Half-close, then everything is read up to the daemon's end."""
    process = start()
    session = peer.accept()
    session.registered()
    process.wait_for("registered")
    process.send(number)
    assert session.half_closed.wait(4), "at once, not when the time for reading is over"
    session.send(opening("echo"))
    session.end()
    assert process.wait() == 0
    assert process.lines[-1].endswith("stopped")


def test_ends_without_a_daemon(start: Start) -> None:
    process = start()
    process.wait_for("disconnected")
    assert process.stop(signal.SIGTERM) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_when_its_parent_blocked_signals(start: Start, number: int) -> None:
    with blocked_signals():
        process = start()
    process.wait_for("disconnected")
    assert process.stop(number) == 0


def test_ends_while_a_strategy_loops(peer: StrategyPeer, start: Start, tmp_path: Path) -> None:
    """The second signal ends it even when a strategy never returns to the event loop."""
    file = tmp_path / "loops.py"
    file.write_text(
        "from botd.strategies import TradingStrategy\nclass Loops(TradingStrategy):\n    def on_candle(self, candle, position):\n"
        "        print('in the loop', flush=True)\n        while True:\n            pass\n"
    )
    process = start(source=file)
    session = peer.accept()
    session.registered()
    session.ask(opening("loops"))
    session.send(asking(CANDLES[:1]))
    process.wait_for("in the loop")
    process.send(signal.SIGTERM)
    process.send(signal.SIGINT)
    assert process.wait(5) == 1, "it is not the alarm that ends it"
    assert process.lines[-1] == "ended at once: a strategy may not have returned"


def test_first_message_is_something_else(peer: StrategyPeer, start: Start) -> None:
    process = start()
    session = peer.accept()
    session.send(opening("echo"))
    assert session.half_closed.wait(20)
    session.end()
    process.wait_for("disconnected: botd's first message is not that the strategies are registered")


def test_the_newest_instance_stays(session: Session) -> None:
    """One with a lower number that arrives later does not replace it."""
    assert session.ask(opening("echo", 8, history=CANDLES[:2], bot_id="bot")).ready.instance == 8
    session.send(opening("echo", 7, bot_id="bot"))
    assert session.ask(asking(CANDLES[2:3], 8)).signal.action == SIGNAL_ACTION_BUY
    assert session.is_quiet


def test_unknown_instances_and_heartbeats(session: Session) -> None:
    session.send(asking(CANDLES[:1], 77))
    session.send(closing(78))
    session.send(ServeStrategiesResponse())
    heartbeat = ServeStrategiesResponse()
    heartbeat.heartbeat.SetInParent()
    session.send(heartbeat)
    assert session.ask(opening("echo")) == ServeStrategiesRequest(ready={"instance": 1})


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--deadline", "9ms"], 'a deadline is from 10ms to 60s, not "9ms"'),
        (["--deadline", "2m"], 'a deadline is from 10ms to 60s, not "2m"'),
        (["--history", "501"], "a history is from 1 to 500 candles"),
        (["--address", "http://x"], "http://x"),
        (["--token-file", "/nonexistent"], "/nonexistent"),
        (["--tls-ca", "/nonexistent"], "/nonexistent"),
        (["--tls-key", "k.pem"], "--tls-key needs --tls-cert"),
    ],
)
def test_wrong_arguments(arguments: list[str], said: str) -> None:
    command = [sys.executable, "-m", "botd.strategies", "run", str(SOURCE), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ)
    assert ended.returncode in (1, 2) and said in ended.stderr and "Traceback" not in ended.stderr, ended.stderr


def descriptors(process: Process) -> int:
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def resident_kib(process: Process) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def test_nothing_grows(peer: StrategyPeer, start: Start) -> None:
    """1,500 instances with 500 candles of history each, opened, replaced and closed, and 40 reconnects."""
    process = start()
    session = peer.accept()
    session.registered()
    first_descriptors, first_memory = 0, 0
    for number in range(1, 1_501):
        session.ask(opening("my_strategy", number, history=CANDLES[:500], bot_id=f"bot-{number % 100}"))
        if number % 3 == 0:
            session.send(closing(number))
        if number == 300:
            first_descriptors, first_memory = descriptors(process), resident_kib(process)
    assert descriptors(process) == first_descriptors
    assert resident_kib(process) - first_memory < 10_000
    for _ in range(40):
        session.cut()
        session = peer.accept()
        session.registered()
        session.ask(opening("echo", history=CANDLES[:500]))
    assert descriptors(process) == first_descriptors
    assert resident_kib(process) - first_memory < 10_000
