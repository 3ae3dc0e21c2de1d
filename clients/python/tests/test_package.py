"""The package as others get it: the wheel, its types, what its documents say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbclient
import nbformat
import pytest
from conftest import create_busy_bots
from programs import Daemon, Process

from botd import Client

ROOT = Path(__file__).resolve().parents[1]
OLDEST_PROTOBUF = "4.21.1"
NEWEST_PROTOBUF = re.findall(r"protobuf==(\S+)", (ROOT / "requirements" / "run.txt").read_text())[0]
PYTEST = re.findall(r"pytest==\S+", (ROOT / "requirements" / "test.txt").read_text())[0]
WITHOUT_PANDAS = ["test_values", "test_follow", "test_frames", "test_golden", "test_bad_peers", "test_calls"]


def run(arguments: list[str], folder: Path = ROOT, **environment: str) -> str:
    """The output of a command that must succeed."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(arguments, cwd=folder, env=inherited | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel() -> Iterator[Path]:
    """The package, built from a copy of its sources."""
    folder = Path(tempfile.mkdtemp(prefix="bp-", dir="/tmp"))
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*")
    shutil.copytree(ROOT / "src", folder / "source" / "src", ignore=unwanted)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder / "source")
    pip = [sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "-q", "--no-deps"]
    run([*pip, "--wheel-dir", str(folder), str(folder / "source")], folder)
    yield next(folder.glob("botd-*.whl"))
    shutil.rmtree(folder)


def test_the_wheel_holds_types_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"botd/py.typed", "botd/v1/bot_pb2.pyi", "botd/ttrpc/v1/ttrpc_pb2.py", "botd/_calls/bot_service.py"} <= set(names)
    assert not [name for name in names if "test" in Path(name).name and "backtest" not in name]


@pytest.mark.parametrize("protobuf", [OLDEST_PROTOBUF, NEWEST_PROTOBUF])
def test_the_wheel_works_in_a_fresh_environment(wheel: Path, folder: Path, protobuf: str) -> None:
    run([sys.executable, "-m", "venv", str(folder / "venv")])
    python = str(folder / "venv" / "bin" / "python")
    run([python, "-m", "pip", "install", "--disable-pip-version-check", "-q", str(wheel), f"protobuf=={protobuf}", PYTEST])
    assert run([python, "-c", "import botd; print(botd.__file__)"], folder).startswith(str(folder))
    files = [str(ROOT / "tests" / f"{name}.py") for name in WITHOUT_PANDAS]
    output = run([python, "-m", "pytest", "-p", "no:cacheprovider", *files], PYTHONDONTWRITEBYTECODE="1")
    assert re.search(r"[1-9]\d+ passed, 0 failed, 0 skipped$", output.strip())
    complaint = run([python, "-c", "import botd.frames as f\ntry: f.candles_frame([])\nexcept ImportError as error: print(error)"], folder)
    assert "pip install 'botd[pandas]'" in complaint


def test_mypy_strict() -> None:
    assert "Success" in run([sys.executable, "-m", "mypy", "--cache-dir", os.devnull])


def test_basedpyright_strict() -> None:
    assert "0 errors, 0 warnings" in run([sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable])


def test_the_readme_runs(daemon: Daemon) -> None:
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 6
    with Client(daemon.address) as client:
        create_busy_bots(client)
        with client.trades(from_start=True) as trades:
            next(trades)
    program = "\n".join(blocks)
    run([sys.executable, "-W", "error", "-c", program], PYTHONPATH=str(ROOT / "src"), BOTD_ADDRESS=daemon.address)


def test_the_sample_follows_fills_through_a_restart(daemon: Daemon, folder: Path) -> None:
    command = [sys.executable, str(ROOT / "examples" / "follow_fills.py"), "--bookmark-file", str(folder / "bookmark"), "--fills", "4"]
    environment = {"PYTHONPATH": str(ROOT / "src"), "BOTD_ADDRESS": daemon.address}
    sample = Process(command, environment)
    sample.wait_for("bought")
    daemon.kill()
    daemon.start()
    assert sample.wait() == 0, sample.lines
    again = Process(command, environment)
    assert again.wait() == 0, again.lines
    told = sample.lines + again.lines
    with Client(daemon.address) as client:
        listed = [f"{'bought' if trade.side == 1 else 'sold'} {trade.quantity} BTCUSDT at {trade.price}" for trade in client.iter_trades()]
    assert [line.partition("+00:00 ")[2] for line in told] == listed[:8]


def test_the_notebook_runs(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = nbformat.read(ROOT / "examples" / "tour.ipynb", as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells), "outputs are stripped before it is committed"
    with Client(daemon.address) as client:
        create_busy_bots(client)
    monkeypatch.setenv("BOTD_ADDRESS", daemon.address)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    nbclient.NotebookClient(notebook, timeout=60).execute()
