"""What goes wrong on the wire: servers that a client must survive, and clients that botd must survive."""

from frames import DATA, LIMIT, ND, RC, REQUEST, RESPONSE, Vector, frame

PING = "botd.v1.SystemService/Ping"


def vectors(schema):
    return tolerated(schema) + servers(schema) + clients(schema)


def pinging(schema, name, meaning):
    return Vector(schema, name, meaning, PING).request(schema.message("botd.v1.PingRequest", {"payload": "aGk="}))


def pong(schema):
    return schema.message("botd.v1.PingResponse", {"payload": "aGk=", "server_time_ns": "1700000000000000000"})


def tolerated(schema):
    """What a client ignores before the answer."""
    unknown = pinging(schema, "unknown_frame_type", "A frame of a type that the client does not know: ignored.")
    unknown.raw("server", frame(1, 9, 0, b"new"), "a frame of type 9").respond(pong(schema))
    other = pinging(schema, "other_stream", "Frames of a stream that the client has not opened: ignored.")
    other.raw("server", frame(7, DATA, 0, b"late"), "DATA of stream 7")
    other.raw("server", frame(7, DATA, RC | ND), "the end of stream 7").respond(pong(schema))
    return [unknown, other]


def servers(schema):
    """The client ends the call with a clear error of its own."""
    large = pinging(schema, "frame_too_large", "A frame that says that it is larger than 4 MiB.")
    large.raw("server", frame(1, RESPONSE, 0, b"", LIMIT + 1), "a header of length 4194305", (0, LIMIT + 1))
    header = pinging(schema, "cut_in_header", "The connection ends within the header of a frame.")
    header.raw("server", frame(1, RESPONSE, 0, b"", 16)[:7], "seven bytes of a header").hang_up("the connection ends")
    body = pinging(schema, "cut_in_body", "The connection ends within the data of a frame.")
    body.raw("server", frame(1, RESPONSE, 0, b"\x12\x0e\x0a", 16), "three bytes of sixteen").hang_up("the connection ends")
    silent = pinging(schema, "cut_without_answer", "The connection ends without an answer.").hang_up("the connection ends")
    http = pinging(schema, "http_server", "A server that speaks HTTP.")
    http.raw("server", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "an answer in HTTP")
    http.hang_up("the connection ends")
    envelope = pinging(schema, "answer_malformed", "An envelope that cannot be decoded.")
    envelope.raw("server", frame(1, RESPONSE, 0, b"\x12\xff\xff"), "a payload longer than its frame")
    message = pinging(schema, "message_malformed", "A payload that is not the message of the method.")
    message.raw("server", frame(1, RESPONSE, 0, b"\x12\x03\x0a\x09a"), "a field longer than the payload")
    cut = Vector(schema, "cut_stream", "A subscription whose connection ends: resume after the bookmark.",
                 "botd.v1.TradeService/SubscribeTrades", "bidirectional", timeout=0)
    cut.open().send(schema.message("botd.v1.SubscribeTradesRequest", {"after_sequence": "11"}))
    opened = {"opened": {"journal_id": "k3v9x2mq", "first_sequence": "1", "last_sequence": "16"}}
    cut.data(schema.message("botd.v1.SubscribeTradesResponse", opened), "opened").hang_up("the connection ends")
    return [
        large.fails_locally("message_too_large"), header.fails_locally("connection_lost"), body.fails_locally("connection_lost"),
        silent.fails_locally("connection_lost"), http.fails_locally("not_ttrpc"), envelope.fails_locally("malformed"),
        message.fails_locally("malformed"), cut.fails_locally("connection_lost")]


def clients(schema):
    """What botd answers to clients that are wrong; no client of ours sends this."""

    def answered(name, meaning, sent, stream, code, reason, message):
        vector = Vector(schema, name, meaning)
        for each in sent:
            vector.raw("client", *each)
        vector.stream = stream
        return vector.fail(code, message, reason, {"reason": reason}).answered_by_botd()

    ping = schema.ttrpc.Request(service="botd.v1.SystemService", method="Ping").SerializeToString()
    late = schema.ttrpc.Request(service="botd.v1.SystemService", method="Ping", timeout_nano=-1).SerializeToString()
    trades = schema.ttrpc.Request(service="botd.v1.TradeService", method="SubscribeTrades").SerializeToString()
    return [
        answered("request_malformed", "An envelope that cannot be decoded.",
                 [(frame(1, REQUEST, 0, b"\x0a\xff\xff"), "a service name longer than its frame")], 1, 3, "ENVELOPE_MALFORMED",
                 "the request cannot be decoded: the bytes are not a botd.ttrpc.v1.Request"),
        answered("stream_id_even", "Stream ids of clients are odd.", [(frame(2, REQUEST, 0, ping), "a request on stream 2")], 2, 3,
                 "STREAM_ID_EVEN", "stream id 2: a client's stream ids are odd"),
        answered("stream_id_in_use", "An id twice at the same time.",
                 [(frame(1, REQUEST, 2, trades), "opens stream 1"), (frame(1, REQUEST, 0, ping), "a request on it")], 1, 3,
                 "STREAM_ID_IN_USE", "stream id 1 is in use"),
        answered("stream_not_open", "DATA of a stream that is not open.", [(frame(9, DATA, 0, b"\x08\x01"), "DATA of stream 9")], 9, 3,
                 "STREAM_NOT_OPEN", "stream id 9 is not open"),
        answered("deadline_expired", "A timeout below 0: the time was over before the request arrived.",
                 [(frame(1, REQUEST, 0, late), "a request with timeout_nano -1")], 1, 4, "DEADLINE_EXCEEDED",
                 "the call's time was over before it arrived"),
        oversize(schema),
    ]


def oversize(schema):
    vector = Vector(schema, "request_too_large", "A frame of more than 4 MiB: botd skips it and refuses the call; the connection lives on.")
    vector.raw("client", frame(1, REQUEST, 0, b"", LIMIT + 1), "a header of length 4194305, and as many bytes", (0, LIMIT + 1))
    message = "a message of 4194305 bytes is larger than the limit of 4194304"
    return vector.fail(8, message, "MESSAGE_TOO_LARGE", {"reason": "MESSAGE_TOO_LARGE"}).answered_by_botd()
