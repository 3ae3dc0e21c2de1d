"""The messages around the messages: Request, Response, Status."""

from __future__ import annotations

from google.protobuf.message import DecodeError

from .errors import BotdError, Violation, from_status, message_malformed
from .ttrpc.v1.ttrpc_pb2 import KeyValue, Request, Response, Status
from .v1.common_pb2 import ErrorInfo

_ERROR_INFO = "type.googleapis.com/botd.v1.ErrorInfo"


def request(service: str, method: str, payload: bytes, timeout_nano: int, metadata: tuple[tuple[str, str], ...] = ()) -> bytes:
    """The data of a REQUEST frame."""
    entries = [KeyValue(key=key, value=value) for key, value in metadata]
    return Request(service=service, method=method, payload=payload, timeout_nano=timeout_nano, metadata=entries).SerializeToString()


def response(data: bytes) -> tuple[bytes, BotdError | None]:
    """The payload of a RESPONSE frame, or the error in it."""
    try:
        decoded = Response.FromString(data)
    except DecodeError as error:
        return b"", message_malformed("the envelope of the answer", error)
    if decoded.HasField("status") and decoded.status.code != 0:
        return b"", _error(decoded.status)
    return decoded.payload, None


def _error(status: Status) -> BotdError:
    for detail in status.details:
        if detail.type_url != _ERROR_INFO:
            continue
        try:
            info = ErrorInfo.FromString(detail.value)
        except DecodeError:
            continue
        violations = [Violation(item.field, item.reason, item.message) for item in info.violations]
        message = info.message or status.message
        return from_status(status.code, message, info.reason, info.field, violations, info.last_sequence)
    return from_status(status.code, status.message)
