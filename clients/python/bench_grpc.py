"""The measurement of bench.py for gRPC (grpcio from PyPI): `bench_grpc.py --address ADDR` prints one JSON line.

A grpcio server in a process of its own answers the same ping and streams the same messages: those of one subscription to all events of the
daemon at ADDR, recorded first. Both sides are grpcio, over a Unix socket; the client decodes every message.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event

import grpc
from bench import PAYLOAD, WARM_UP, report

from botd import Client
from botd.v1 import PingRequest, PingResponse, SubscribeEventsRequest, SubscribeEventsResponse

SERVICE = "bench.Bench"


def recorded(address: str) -> list[bytes]:
    """The messages of a subscription to all events up to now."""
    messages: list[bytes] = []
    with Client(address) as client, client.subscribe_events() as stream:
        for message in stream:
            messages.append(message.SerializeToString())
            if message.HasField("caught_up"):
                return messages
    raise RuntimeError("the subscription ended before it was caught up")


def serve(path: str, messages: list[bytes], ready: Event, done: Event) -> None:
    """The server's process."""

    def ping(request: PingRequest, context: grpc.ServicerContext) -> PingResponse:
        return PingResponse(payload=request.payload, server_time_ns=time.time_ns())

    handlers = {
        "Ping": grpc.unary_unary_rpc_method_handler(ping, PingRequest.FromString, PingResponse.SerializeToString),
        "Events": grpc.unary_stream_rpc_method_handler(lambda request, context: iter(messages), SubscribeEventsRequest.FromString),
    }
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    server.add_insecure_port(f"unix:{path}")
    server.start()
    ready.set()
    done.wait()
    server.stop(None).wait()


def measure(channel: grpc.Channel, calls: int, seconds: float) -> None:
    """The client."""
    ping = channel.unary_unary(f"/{SERVICE}/Ping", PingRequest.SerializeToString, PingResponse.FromString)
    follow = channel.unary_stream(f"/{SERVICE}/Events", SubscribeEventsRequest.SerializeToString, SubscribeEventsResponse.FromString)
    times: list[float] = []
    for _ in range(WARM_UP + calls):
        start = time.perf_counter()
        ping(PingRequest(payload=PAYLOAD), timeout=10)
        times.append(time.perf_counter() - start)
    items, begin = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - begin) < seconds or not items:
        for message in follow(SubscribeEventsRequest()):
            for event in message.events:
                items += event.sequence > 0
    report("python grpcio", times[WARM_UP:], items, elapsed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", required=True)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long items are followed")
    given = parser.parse_args()
    process = multiprocessing.get_context("spawn")  # grpcio does not survive a fork.
    ready, done = process.Event(), process.Event()
    with tempfile.TemporaryDirectory(prefix="bg-", dir="/tmp") as folder:
        server = process.Process(target=serve, args=(f"{folder}/s", recorded(given.address), ready, done))
        server.start()
        ready.wait()
        with grpc.insecure_channel(f"unix:{folder}/s") as channel:
            measure(channel, given.calls, given.seconds)
        done.set()
        server.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
