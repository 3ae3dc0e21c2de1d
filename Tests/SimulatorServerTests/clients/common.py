"""What the public clients' scripts share: one line of output per call, `passed NAME` or `failed NAME: reason`.

Each script is started with the simulator's HOST:PORT, an API key and its secret. It calls whatever its client has of the exchange's
endpoints, unmodified, and judges no more than that the call came back as the client itself thinks right.
"""

import asyncio
import sys
import traceback

ADDRESS, KEY, SECRET = sys.argv[1:4]
HTTP = "http://" + ADDRESS
STREAM = "ws://" + ADDRESS
WEBSOCKET_API = "ws://" + ADDRESS + "/ws-api/v3"
SYMBOL = "BTCUSDT"
# How long one message of a stream may take.
SECONDS = 20


def _reason(error):
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:400]


def passed(name):
    print(f"passed {name}", flush=True)


def failed(name, error):
    print(f"failed {name}: {_reason(error)}", flush=True)
    if "--trace" in sys.argv:
        traceback.print_exception(error)


def call(name, body):
    """Calls and reports; the result, or None where it failed."""
    try:
        result = body()
    except Exception as error:
        failed(name, error)
        return None
    passed(name)
    return result


async def acall(name, body):
    """The same for a coroutine, bounded in time."""
    try:
        result = await asyncio.wait_for(body(), SECONDS)
    except asyncio.TimeoutError:
        failed(name, RuntimeError(f"nothing within {SECONDS} seconds"))
        return None
    except Exception as error:
        failed(name, error)
        return None
    passed(name)
    return result


def check(condition, what):
    if not condition:
        raise RuntimeError(what)


class Prices:
    """Texts of prices around the market's."""

    def __init__(self, last):
        self.last = float(last)

    def at(self, factor):
        return f"{self.last * factor:.2f}"

    @property
    def low(self):
        return self.at(0.9)

    @property
    def lower(self):
        return self.at(0.8)

    @property
    def high(self):
        return self.at(1.1)

    @property
    def higher(self):
        return self.at(1.2)
