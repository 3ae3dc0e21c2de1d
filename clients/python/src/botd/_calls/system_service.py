# Made by generate.sh from proto/botd/v1. Do not edit.
"""SystemService: The daemon itself."""

from __future__ import annotations

from .._call import AsyncCalls, Bidirectional, Calls, Unary, build
from .._stream import AsyncStream, Stream
from ..v1.system_pb2 import (
    GetConfigRequest,
    GetConfigResponse,
    GetDescriptorsRequest,
    GetDescriptorsResponse,
    GetHealthRequest,
    GetHealthResponse,
    GetJournalRequest,
    GetJournalResponse,
    GetMarketTapeRequest,
    GetMarketTapeResponse,
    HelloRequest,
    HelloResponse,
    LoginRequest,
    LoginResponse,
    PingRequest,
    PingResponse,
    RunSelfTestRequest,
    RunSelfTestResponse,
    ShutdownRequest,
    ShutdownResponse,
    WatchHealthRequest,
    WatchHealthResponse,
)


HELLO = Unary("botd.v1.SystemService", "Hello", HelloRequest, HelloResponse)
LOGIN = Unary("botd.v1.SystemService", "Login", LoginRequest, LoginResponse)
PING = Unary("botd.v1.SystemService", "Ping", PingRequest, PingResponse)
GET_HEALTH = Unary("botd.v1.SystemService", "GetHealth", GetHealthRequest, GetHealthResponse)
WATCH_HEALTH = Bidirectional("botd.v1.SystemService", "WatchHealth", WatchHealthRequest, WatchHealthResponse)
GET_CONFIG = Unary("botd.v1.SystemService", "GetConfig", GetConfigRequest, GetConfigResponse)
GET_DESCRIPTORS = Unary("botd.v1.SystemService", "GetDescriptors", GetDescriptorsRequest, GetDescriptorsResponse)
RUN_SELF_TEST = Unary("botd.v1.SystemService", "RunSelfTest", RunSelfTestRequest, RunSelfTestResponse)
GET_JOURNAL = Unary("botd.v1.SystemService", "GetJournal", GetJournalRequest, GetJournalResponse)
GET_MARKET_TAPE = Unary("botd.v1.SystemService", "GetMarketTape", GetMarketTapeRequest, GetMarketTapeResponse)
SHUTDOWN = Unary("botd.v1.SystemService", "Shutdown", ShutdownRequest, ShutdownResponse)


class SystemServiceCalls(Calls):
    """The daemon itself."""

    def hello(
        self,
        request: HelloRequest | None = None,
        *,
        client: str | None = None,
        timeout: float | None = None,
    ) -> HelloResponse:
        """Version, features and limits. Allowed before Login.

        Args:
            request: The whole request; the other arguments replace its fields.
            client: Name and version of the client, for the log, for example "botctl 1.0".
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(HelloRequest, request, client=client)
        return self._unary(HELLO, built, timeout)

    def login(
        self,
        request: LoginRequest | None = None,
        *,
        token: str | None = None,
        timeout: float | None = None,
    ) -> LoginResponse:
        """Binds an identity to the connection. UNAUTHENTICATED: wrong token. Allowed before Login.

        Args:
            request: The whole request; the other arguments replace its fields.
            token: The access token.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(LoginRequest, request, token=token)
        return self._unary(LOGIN, built, timeout)

    def ping(
        self,
        request: PingRequest | None = None,
        *,
        payload: bytes | None = None,
        timeout: float | None = None,
    ) -> PingResponse:
        """Sign of life.

        Args:
            request: The whole request; the other arguments replace its fields.
            payload: Comes back unchanged; at most 1 MiB.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(PingRequest, request, payload=payload)
        return self._unary(PING, built, timeout)

    def get_health(
        self,
        request: GetHealthRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetHealthResponse:
        """Health of all parts.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetHealthRequest, request)
        return self._unary(GET_HEALTH, built, timeout)

    def watch_health(
        self,
        request: WatchHealthRequest | None = None,
        *,
        heartbeat_ms: int | None = None,
        timeout: float | None = None,
    ) -> Stream[WatchHealthRequest, WatchHealthResponse]:
        """Health after every change. The client's half-close ends it.

        Args:
            request: The whole request; the other arguments replace its fields.
            heartbeat_ms: Idle time after which a heartbeat is sent, in ms; 0: 10000; less than 100 counts as
                100.
            timeout: Seconds within which the stream must be open; not given: the client's `timeout`.
        """
        built = build(WatchHealthRequest, request, heartbeat_ms=heartbeat_ms)
        return self._bidirectional(WATCH_HEALTH, built, timeout)

    def get_config(
        self,
        request: GetConfigRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetConfigResponse:
        """The configuration in force, without secrets.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetConfigRequest, request)
        return self._unary(GET_CONFIG, built, timeout)

    def get_descriptors(
        self,
        request: GetDescriptorsRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetDescriptorsResponse:
        """The schema of this interface; a generic client needs nothing else.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetDescriptorsRequest, request)
        return self._unary(GET_DESCRIPTORS, built, timeout)

    def run_self_test(
        self,
        request: RunSelfTestRequest | None = None,
        *,
        symbol: str | None = None,
        interval: str | None = None,
        timeout: float | None = None,
    ) -> RunSelfTestResponse:
        """Runs the decision path on its own data: indicator, signal, paper order.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbol: Symbol to test with; empty: the first one with a feed.
            interval: Candle interval to test with; empty: "1m".
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(RunSelfTestRequest, request, symbol=symbol, interval=interval)
        return self._unary(RUN_SELF_TEST, built, timeout)

    def get_journal(
        self,
        request: GetJournalRequest | None = None,
        *,
        after_sequence: int | None = None,
        timeout: float | None = None,
    ) -> GetJournalResponse:
        """Entries of the journal, page by page, for a backup. Needs the role operate.

        Args:
            request: The whole request; the other arguments replace its fields.
            after_sequence: Entries after this sequence; 0: from the first.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetJournalRequest, request, after_sequence=after_sequence)
        return self._unary(GET_JOURNAL, built, timeout)

    def get_market_tape(
        self,
        request: GetMarketTapeRequest | None = None,
        *,
        file: str | None = None,
        offset: int | None = None,
        timeout: float | None = None,
    ) -> GetMarketTapeResponse:
        """The market tape beside the journal, file by file and piece by piece, for comparisons. Needs the role operate.
        NOT_FOUND: no such file.

        Args:
            request: The whole request; the other arguments replace its fields.
            file: A file's name; empty: which files there are.
            offset: The first byte wanted.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetMarketTapeRequest, request, file=file, offset=offset)
        return self._unary(GET_MARKET_TAPE, built, timeout)

    def shutdown(
        self,
        request: ShutdownRequest | None = None,
        *,
        request_id: str | None = None,
        reason: str | None = None,
        timeout: float | None = None,
    ) -> ShutdownResponse:
        """Stops the daemon in order.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            reason: Why, in words, for the log.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(ShutdownRequest, request, request_id=request_id, reason=reason)
        return self._unary(SHUTDOWN, built, timeout)


class AsyncSystemServiceCalls(AsyncCalls):
    """The daemon itself."""

    async def hello(
        self,
        request: HelloRequest | None = None,
        *,
        client: str | None = None,
        timeout: float | None = None,
    ) -> HelloResponse:
        """Version, features and limits. Allowed before Login.

        Args:
            request: The whole request; the other arguments replace its fields.
            client: Name and version of the client, for the log, for example "botctl 1.0".
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(HelloRequest, request, client=client)
        return await self._unary(HELLO, built, timeout)

    async def login(
        self,
        request: LoginRequest | None = None,
        *,
        token: str | None = None,
        timeout: float | None = None,
    ) -> LoginResponse:
        """Binds an identity to the connection. UNAUTHENTICATED: wrong token. Allowed before Login.

        Args:
            request: The whole request; the other arguments replace its fields.
            token: The access token.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(LoginRequest, request, token=token)
        return await self._unary(LOGIN, built, timeout)

    async def ping(
        self,
        request: PingRequest | None = None,
        *,
        payload: bytes | None = None,
        timeout: float | None = None,
    ) -> PingResponse:
        """Sign of life.

        Args:
            request: The whole request; the other arguments replace its fields.
            payload: Comes back unchanged; at most 1 MiB.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(PingRequest, request, payload=payload)
        return await self._unary(PING, built, timeout)

    async def get_health(
        self,
        request: GetHealthRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetHealthResponse:
        """Health of all parts.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetHealthRequest, request)
        return await self._unary(GET_HEALTH, built, timeout)

    async def watch_health(
        self,
        request: WatchHealthRequest | None = None,
        *,
        heartbeat_ms: int | None = None,
        timeout: float | None = None,
    ) -> AsyncStream[WatchHealthRequest, WatchHealthResponse]:
        """Health after every change. The client's half-close ends it.

        Args:
            request: The whole request; the other arguments replace its fields.
            heartbeat_ms: Idle time after which a heartbeat is sent, in ms; 0: 10000; less than 100 counts as
                100.
            timeout: Seconds within which the stream must be open; not given: the client's `timeout`.
        """
        built = build(WatchHealthRequest, request, heartbeat_ms=heartbeat_ms)
        return await self._bidirectional(WATCH_HEALTH, built, timeout)

    async def get_config(
        self,
        request: GetConfigRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetConfigResponse:
        """The configuration in force, without secrets.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetConfigRequest, request)
        return await self._unary(GET_CONFIG, built, timeout)

    async def get_descriptors(
        self,
        request: GetDescriptorsRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetDescriptorsResponse:
        """The schema of this interface; a generic client needs nothing else.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetDescriptorsRequest, request)
        return await self._unary(GET_DESCRIPTORS, built, timeout)

    async def run_self_test(
        self,
        request: RunSelfTestRequest | None = None,
        *,
        symbol: str | None = None,
        interval: str | None = None,
        timeout: float | None = None,
    ) -> RunSelfTestResponse:
        """Runs the decision path on its own data: indicator, signal, paper order.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbol: Symbol to test with; empty: the first one with a feed.
            interval: Candle interval to test with; empty: "1m".
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(RunSelfTestRequest, request, symbol=symbol, interval=interval)
        return await self._unary(RUN_SELF_TEST, built, timeout)

    async def get_journal(
        self,
        request: GetJournalRequest | None = None,
        *,
        after_sequence: int | None = None,
        timeout: float | None = None,
    ) -> GetJournalResponse:
        """Entries of the journal, page by page, for a backup. Needs the role operate.

        Args:
            request: The whole request; the other arguments replace its fields.
            after_sequence: Entries after this sequence; 0: from the first.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetJournalRequest, request, after_sequence=after_sequence)
        return await self._unary(GET_JOURNAL, built, timeout)

    async def get_market_tape(
        self,
        request: GetMarketTapeRequest | None = None,
        *,
        file: str | None = None,
        offset: int | None = None,
        timeout: float | None = None,
    ) -> GetMarketTapeResponse:
        """The market tape beside the journal, file by file and piece by piece, for comparisons. Needs the role operate.
        NOT_FOUND: no such file.

        Args:
            request: The whole request; the other arguments replace its fields.
            file: A file's name; empty: which files there are.
            offset: The first byte wanted.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetMarketTapeRequest, request, file=file, offset=offset)
        return await self._unary(GET_MARKET_TAPE, built, timeout)

    async def shutdown(
        self,
        request: ShutdownRequest | None = None,
        *,
        request_id: str | None = None,
        reason: str | None = None,
        timeout: float | None = None,
    ) -> ShutdownResponse:
        """Stops the daemon in order.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            reason: Why, in words, for the log.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(ShutdownRequest, request, request_id=request_id, reason=reason)
        return await self._unary(SHUTDOWN, built, timeout)
