"""What the generated calls stand on: descriptions of methods, and the ways to call one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Generic, TypeVar, Union

from google.protobuf.message import DecodeError, Message

from .errors import message_malformed

if TYPE_CHECKING:
    from ._stream import AsyncStream, Stream

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)
Value = Union[Message, str, bytes, int, float, bool, Decimal, datetime, Iterable[object], Mapping[str, object], None]


@dataclass(frozen=True)
class Unary(Generic[Q, R]):
    """A method with one request and one answer."""

    service: str
    name: str
    request: type[Q]
    response: type[R]

    def __str__(self) -> str:
        return f"{self.service}/{self.name}"


@dataclass(frozen=True)
class ServerStreaming(Generic[Q, R]):
    """A method with one request and many answers."""

    service: str
    name: str
    request: type[Q]
    response: type[R]

    def __str__(self) -> str:
        return f"{self.service}/{self.name}"


@dataclass(frozen=True)
class Bidirectional(Generic[Q, R]):
    """A method with many requests and many answers."""

    service: str
    name: str
    request: type[Q]
    response: type[R]

    def __str__(self) -> str:
        return f"{self.service}/{self.name}"


def build(kind: type[Q], request: Q | None, **fields: Value) -> Q:
    """A request from a whole one and single fields; those that are None are not given."""
    given = {name: value for name, value in fields.items() if value is not None}
    made = kind(**given)
    if request is None:
        return made
    merged = kind()
    merged.CopyFrom(request)
    for name in given:
        merged.ClearField(name)
    merged.MergeFrom(made)
    return merged


def decode(method: Unary[Q, R], payload: bytes) -> R:
    """The answer of a unary call."""
    try:
        return method.response.FromString(payload)
    except DecodeError as error:
        raise message_malformed(f"the answer of {method}", error) from None


class Calls:
    """Base of the generated calls, synchronous."""

    def _unary(self, method: Unary[Q, R], request: Q, timeout: float | None) -> R:
        raise NotImplementedError

    def _server_streaming(self, method: ServerStreaming[Q, R], request: Q, timeout: float | None) -> Stream[Q, R]:
        raise NotImplementedError

    def _bidirectional(self, method: Bidirectional[Q, R], request: Q | None, timeout: float | None) -> Stream[Q, R]:
        raise NotImplementedError


class AsyncCalls:
    """Base of the generated calls, asynchronous."""

    async def _unary(self, method: Unary[Q, R], request: Q, timeout: float | None) -> R:
        raise NotImplementedError

    async def _server_streaming(self, method: ServerStreaming[Q, R], request: Q, timeout: float | None) -> AsyncStream[Q, R]:
        raise NotImplementedError

    async def _bidirectional(self, method: Bidirectional[Q, R], request: Q | None, timeout: float | None) -> AsyncStream[Q, R]:
        raise NotImplementedError
