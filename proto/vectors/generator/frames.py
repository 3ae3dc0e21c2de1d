"""Builds one exchange: frames with their bytes, their meaning and, beside them, the message as proto3 JSON."""

import base64

from google.protobuf import json_format

REQUEST, RESPONSE, DATA = 1, 2, 3
RC, RO, ND = 1, 2, 4
TYPE_URL = "type.googleapis.com/botd.v1.ErrorInfo"
SECOND = 1_000_000_000
# Most bytes of data in a frame.
LIMIT = 4 << 20


def frame(stream, kind, flags, body=b"", length=None):
    """A frame; `length` says something else than the truth."""
    size = len(body) if length is None else length
    return size.to_bytes(4, "big") + stream.to_bytes(4, "big") + bytes([kind, flags]) + body


class Vector:
    """One call, which is the first of its connection, and what goes over the wire."""

    def __init__(self, schema, name, meaning, method=None, kind="unary", timeout=10 * SECOND, metadata=()):
        self.schema, self.name, self.meaning = schema, name, meaning
        self.method, self.kind, self.timeout, self.metadata = method, kind, timeout, list(metadata)
        self.stream = 1
        self.exchange, self.messages, self.requests = [], [], []
        self.error = self.failure = self.daemon = None

    # What stands in the file.

    def document(self):
        document = {"name": self.name, "meaning": self.meaning}
        if self.method:
            service, method = self.method.split("/")
            call = {"service": service, "method": method, "kind": self.kind, "stream_id": self.stream}
            call["timeout_nano"] = str(self.timeout)
            call["metadata"] = [{"key": key, "value": value} for key, value in self.metadata]
            call["requests"] = self.requests
            document["call"] = call
        if self.daemon:
            document["daemon"] = self.daemon
        document["exchange"] = self.exchange
        outcome = {"messages": self.messages}
        if self.error:
            outcome["error"] = self.error
        if self.failure:
            outcome["failure"] = self.failure
        if self.method:
            document["outcome"] = outcome
        return document

    def answered_by_botd(self, journal="empty", ignoring=()):
        """botd itself answers the client's frames with the server's, to the byte; times are not compared."""
        self.daemon = {"journal": journal, "ignoring": list(ignoring)}
        return self

    # The two sides.

    def put(self, side, data, meaning, message=None, payload=None, details=None):
        entry = {"from": side, "hex": data.hex(), "meaning": meaning}
        for name, value in (("message", message), ("payload", payload), ("details", details)):
            if value is not None:
                entry[name] = value
        self.exchange.append(entry)
        return self

    def typed(self, message):
        name = message.DESCRIPTOR.full_name
        return {"type": name, "json": json_format.MessageToDict(message)}

    def request(self, message, meaning=None):
        """The one request of a unary call or of a server stream."""
        self.requests.append(self.typed(message))
        flags = RC if self.kind == "server_stream" else 0
        return self._request(flags, message, meaning or "the request" + (", RC: nothing more will follow" if flags else ""))

    def open(self):
        """Opens a bidirectional stream."""
        return self._request(RO, None, "opens the stream, RO: messages will follow")

    def _request(self, flags, message, meaning):
        service, method = self.method.split("/")
        payload = message.SerializeToString(deterministic=True) if message is not None else b""
        envelope = self.schema.ttrpc.Request(service=service, method=method, payload=payload, timeout_nano=self.timeout)
        for key, value in self.metadata:
            envelope.metadata.add(key=key, value=value)
        data = frame(self.stream, REQUEST, flags, envelope.SerializeToString(deterministic=True))
        inner = self.typed(message) if message is not None else None
        return self.put("client", data, meaning, self.envelope(envelope), inner)

    def envelope(self, message):
        return {"type": "ttrpc", "json": json_format.MessageToDict(message)}

    def send(self, message, meaning="the request of the subscription"):
        self.requests.append(self.typed(message))
        data = frame(self.stream, DATA, 0, message.SerializeToString(deterministic=True))
        return self.put("client", data, meaning, self.typed(message))

    def half_close(self):
        return self.put("client", frame(self.stream, DATA, RC | ND), "half-close, RC and ND: the client has had enough")

    def respond(self, message, meaning="the answer", extra=b"", status=b""):
        """A RESPONSE; `extra` are unknown fields of the message, `status` stands before the payload as it is."""
        self.messages.append(self.typed(message))
        payload = message.SerializeToString(deterministic=True) + extra
        envelope = self.schema.ttrpc.Response(payload=payload)
        data = frame(self.stream, RESPONSE, 0, status + envelope.SerializeToString(deterministic=True))
        return self.put("server", data, meaning, self.envelope(envelope), self.typed(message))

    def fail(self, code, message, meaning, info=None, extra_details=(), outcome=None):
        """A RESPONSE with a status; `info` is its ErrorInfo as a dictionary."""
        status = self.schema.ttrpc.Status(code=code, message=message)
        self.error = {"code": code, "message": message}
        for type_url, value in extra_details:
            status.details.add(type_url=type_url, value=value)
        details = None
        if info is not None:
            detail = self.schema.message("botd.v1.ErrorInfo", {"message": message} | info)
            status.details.add(type_url=TYPE_URL, value=detail.SerializeToString(deterministic=True))
            details = [self.typed(detail)]
            self.error |= {"reason": detail.reason, "field": detail.field}
            if detail.violations:
                self.error["violations"] = [json_format.MessageToDict(each) for each in detail.violations]
            if detail.last_sequence:
                self.error["last_sequence"] = str(detail.last_sequence)
        self.error |= outcome or {}
        envelope = self.schema.ttrpc.Response(status=status)
        data = frame(self.stream, RESPONSE, 0, envelope.SerializeToString(deterministic=True))
        return self.put("server", data, meaning, self.envelope(envelope), details=details)

    def data(self, message, meaning, extra=b""):
        """A message of a stream; `extra` are unknown fields."""
        self.messages.append(self.typed(message))
        data = frame(self.stream, DATA, 0, message.SerializeToString(deterministic=True) + extra)
        return self.put("server", data, meaning, self.typed(message))

    def end(self):
        return self.put("server", frame(self.stream, DATA, RC | ND), "the end of the stream, RC and ND")

    def raw(self, side, data, meaning, repeat=None):
        """Bytes that are no frame of this call. `repeat`: (byte, times), sent behind them."""
        self.put(side, data, meaning)
        if repeat:
            self.exchange[-1]["repeat"] = {"byte": f"{repeat[0]:02x}", "times": repeat[1]}
        return self

    def hang_up(self, meaning):
        self.exchange.append({"from": "server", "hex": "", "meaning": meaning, "closes": True})
        return self

    def fails_locally(self, failure):
        """The client ends the call with an error of its own."""
        self.failure = failure
        return self
