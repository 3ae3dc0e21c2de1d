"""The idempotency keys of changes."""

from __future__ import annotations

import uuid
from typing import TypeVar

from google.protobuf.message import Message

Q = TypeVar("Q", bound=Message)


def with_request_id(request: Q) -> Q:
    """The request, which is given an id of its own when it is a change that has none yet."""
    if "request_id" in request.DESCRIPTOR.fields_by_name and not getattr(request, "request_id"):
        setattr(request, "request_id", str(uuid.uuid4()))
    return request
