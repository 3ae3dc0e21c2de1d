"""Unary calls: answers and refusals."""

from frames import SECOND, Vector

SYSTEM, BOTS, TRADES = "botd.v1.SystemService", "botd.v1.BotService", "botd.v1.TradeService"
# A varint, a 64-bit, a text and a 32-bit field, with numbers that no message of ours has.
UNKNOWN = bytes.fromhex("a0c21e96c801" "a1c21e0102030405060708" "a2c21e03616263" "a5c21e01020304")


def vectors(schema):
    return answers(schema) + refusals(schema) + refusals_of_the_transport(schema)


def answers(schema):
    m = schema.message
    ping = m("botd.v1.PingRequest", {"payload": "aGk="})
    pong = m("botd.v1.PingResponse", {"payload": "aGk=", "server_time_ns": "1700000000000000000"})

    def pinging(name, meaning, **more):
        return Vector(schema, name, meaning, f"{SYSTEM}/Ping", **more).request(ping)

    return [
        pinging("ping", "A call that is answered.", timeout=SECOND).respond(pong).answered_by_botd(ignoring=["server_time_ns"]),
        pinging("ping_with_token", "A call that carries a token, where the connection has no role of its own.",
                metadata=[("authorization", "Bearer secret")]).respond(pong),
        pinging("explicit_ok", "A status with code 0 means OK: some servers send it.").respond(pong, status=bytes.fromhex("0a020800")),
        pinging("unknown_fields", "Fields that the client does not know, of all wire types, in message and envelope: they are skipped.")
        .respond(pong, extra=UNKNOWN, status=UNKNOWN),
        Vector(schema, "empty_answer", "A request and an answer that encode to nothing: no payload field, and a RESPONSE of length 0.",
               f"{TRADES}/ListTrades").request(m("botd.v1.ListTradesRequest")).respond(m("botd.v1.ListTradesResponse")).answered_by_botd(),
        hello(schema),
        statistics(schema),
    ]


def hello(schema):
    limits = {"max_frame_bytes": "4194304", "max_page_size": "1000", "max_subscriptions": "64", "max_calls_in_flight": "1024",
              "max_bots": "10000"}
    answer = {
        "version": "1.0.0", "api_version": "botd.v1", "features": ["first", "second"], "limits": limits, "mode": "TRADING_MODE_TESTNET",
        "journal_id": "k3v9x2mq", "role": "operate", "identity": "uid 1000", "started_time_ns": "1700000000123456789",
        "server_time_ns": "1700000001123456789", "process_id": "4711"}
    vector = Vector(schema, "hello", "The first call of a client: nested messages, repeated text, an enum.", f"{SYSTEM}/Hello")
    return vector.request(schema.message("botd.v1.HelloRequest", {"client": "golden 1.0"})).respond(
        schema.message("botd.v1.HelloResponse", answer))


def statistics(schema):
    stats = {
        "bot_id": "alpha", "state": "BOT_STATE_RUNNING", "quote_asset": "USDT", "capital": "10000", "equity": "9999.12345678",
        "net_pnl": "-0.87654322", "fees": [{"asset": "BNB", "amount": "0.00075"}, {"asset": "币安人生", "amount": "999999999999999999.99999999"}],
        "fills": "9223372036854775807", "signals": "-9223372036854775808", "trades": "9007199254740993", "sharpe_ratio": 1.5,
        "sortino_ratio": -0.1, "calmar_ratio": 1e300, "rates": [{"asset": "BNB", "rate": "600.5", "time_ns": "1700000000123456789"}]}
    vector = Vector(
        schema, "numbers", "Integers at the ends of int64 and beyond 2^53, doubles, decimals of 18 and 8 digits, text beyond ASCII.",
        f"{BOTS}/GetBotStats")
    return vector.request(schema.message("botd.v1.GetBotStatsRequest", {"bot_id": "alpha"})).respond(
        schema.message("botd.v1.GetBotStatsResponse", {"stats": stats}))


def refusals(schema):
    m = schema.message
    missing = Vector(schema, "get_bot_not_found", "A refusal with its reason and field.", f"{BOTS}/GetBot")
    missing.request(m("botd.v1.GetBotRequest", {"bot_id": "x"}))
    missing.fail(5, "there is no bot x; `botctl list` shows them all", "NOT_FOUND", {"reason": "BOT_NOT_FOUND", "field": "bot_id"})
    return [missing.answered_by_botd(), violations(schema), foreign_details(schema), without_details(schema)]


def violations(schema):
    spec = {"symbol": "btc/usdt", "strategy": "ema_cross", "parameters": [{"key": "fast", "value": "0"}], "interval": "7m", "capital": "-1"}
    request = {"request_id": "golden-1", "bot_id": "Bad Id", "spec": spec, "start": True}
    found = [dict(zip(("field", "reason", "message"), each)) for each in VIOLATIONS]
    vector = Vector(schema, "create_bot_violations", "A refusal that names everything that is wrong with the request.", f"{BOTS}/CreateBot")
    vector.request(schema.message("botd.v1.CreateBotRequest", request))
    vector.fail(3, "; ".join(each["message"] for each in found), "INVALID_ARGUMENT", {"reason": "INVALID_FIELDS", "violations": found})
    return vector.answered_by_botd()


VIOLATIONS = [
    ("bot_id", "BOT_ID_MALFORMED", "bot_id \"Bad Id\" must be 1 to 32 of a-z, 0-9, '-' and '_'"),
    ("spec.symbol", "SYMBOL_MALFORMED", '"btc/usdt" is no symbol, which is like BTCUSDT; `botctl symbols` lists them'),
    ("spec.interval", "INTERVAL_UNKNOWN",
     '"7m" is no interval: one of 1s, 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w, 1M'),
    ("spec.parameters[fast]", "PARAMETER_INVALID", 'fast must be a whole number from 1 to 1000, not "0"'),
    ("spec.capital", "CAPITAL_NOT_POSITIVE", "capital must be greater than 0, not -1"),
]


def foreign_details(schema):
    vector = Vector(
        schema, "foreign_details", "Details of other types stand before ErrorInfo: they are skipped. So is one that cannot be read.",
        f"{BOTS}/StartBot")
    vector.request(schema.message("botd.v1.StartBotRequest", {"request_id": "golden-2", "bot_id": "alpha"}))
    others = [("type.googleapis.com/other.v1.Thing", b"\x08\x01"), ("type.googleapis.com/botd.v1.ErrorInfo", b"\x0a\xff")]
    return vector.fail(9, "the bot is halted", "FAILED_PRECONDITION", {"reason": "BOT_HALTED", "field": "bot_id"}, others)


def without_details(schema):
    vector = Vector(schema, "error_without_details", "A status without details: no reason is known.", f"{SYSTEM}/GetHealth")
    vector.request(schema.message("botd.v1.GetHealthRequest"))
    return vector.fail(2, "something went wrong", "UNKNOWN")


def refusals_of_the_transport(schema):
    ping = schema.message("botd.v1.PingRequest", {"payload": "aGk="})

    def refused(name, meaning, code, reason, message, method=f"{SYSTEM}/Ping", **more):
        return Vector(schema, name, meaning, method, **more).request(ping).fail(code, message, reason, {"reason": reason})

    return [
        refused("unknown_method", "A method that this version does not have.", 12, "METHOD_UNKNOWN", "method Pong",
                f"{SYSTEM}/Pong").answered_by_botd(),
        refused("unknown_service", "A service that this version does not have.", 12, "SERVICE_UNKNOWN", "service botd.v9.SystemService",
                "botd.v9.SystemService/Ping").answered_by_botd(),
        refused("deadline_exceeded", "The server says that the time is over.", 4, "DEADLINE_EXCEEDED", "the time is over"),
        refused("shutting_down", "The daemon stops: the call may be repeated, a change under its request_id.", 14, "SHUTTING_DOWN",
                "the server is shutting down"),
        refused("not_logged_in", "The connection has no role.", 16, "NOT_LOGGED_IN", "log in first"),
        refused("answer_too_large", "The answer would be larger than a frame.", 8, "MESSAGE_TOO_LARGE",
                "a message of 4194305 bytes is larger than the limit of 4194304"),
    ]
