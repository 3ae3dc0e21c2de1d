"""Server streams and subscriptions."""

from frames import Vector

TRADES, EVENTS, BACKTESTS = "botd.v1.TradeService", "botd.v1.EventService", "botd.v1.BacktestService"
JOURNAL = "k3v9x2mq"
NOW = "1733011203000000000"
RESPONSE = "botd.v1.SubscribeTradesResponse"


def vectors(schema):
    return (
        [subscribe_trades(schema), subscribe_events(schema), zero_length_message(schema), not_recorded(schema), draining(schema)]
        + refused_subscriptions(schema) + backtests(schema))


def trade(sequence, previous, side, price, quantity, **more):
    """A fill as the session of the tests has it."""
    fields = {
        "sequence": str(sequence), "previous_sequence": str(previous), "symbol": "COIN2USDT", "trade_id": str(sequence),
        "client_order_id": f"{JOURNAL}-1", "venue_order_id": "9000001", "bot_id": "bot2", "side": side, "price": price, "quantity": quantity,
        "commission": "0.00075", "commission_asset": "BNB", "realized_pnl": "0", "purpose": "ORDER_PURPOSE_ENTRY",
        "reason": "RSI 28.41 below 30"}
    return fields | more


FIRST = trade(14, 11, "SIDE_BUY", "64971.00275358", "0.22373786", quote_quantity="14536.47311814", time_ns="1733011201781000000")
SECOND = trade(15, 14, "SIDE_BUY", "64971.00275358", "0.44747572", quote_quantity="29072.94623628", time_ns="1733011201918000000")


def subscribed(schema, name, meaning, after=0, method="SubscribeTrades", service=TRADES, **request):
    vector = Vector(schema, name, meaning, f"{service}/{method}", "bidirectional", timeout=0).open()
    fields = {"after_sequence": str(after), "heartbeat_ms": 1000} | request
    return vector.send(schema.message(f"botd.v1.{method}Request", fields))


def opened(last, first=1):
    return {"opened": {"journal_id": JOURNAL, "first_sequence": str(first), "last_sequence": str(last)}}


def caught_up(sequence):
    return {"caught_up": {"sequence": str(sequence), "server_time_ns": NOW}}


def heartbeat(sequence):
    return {"heartbeat": {"last_sequence": str(sequence), "server_time_ns": NOW}}


def subscribe_trades(schema):
    m = schema.message
    vector = subscribed(
        schema, "subscribe_trades", "History after a bookmark, then caught_up, a heartbeat, the half-close and the end.", 11,
        journal_id=JOURNAL)
    vector.data(m(RESPONSE, opened(16)), "opened: the identity of the journal")
    vector.data(m(RESPONSE, {"trades": [FIRST, SECOND]}), "two trades; the first follows the bookmark")
    vector.data(m(RESPONSE, caught_up(16)), "history is over")
    vector.data(m(RESPONSE, heartbeat(15)), "nothing happened: the last sequence sent")
    return vector.half_close().end().answered_by_botd("session", ["server_time_ns"])


def subscribe_events(schema):
    m = schema.message
    response = "botd.v1.SubscribeEventsResponse"
    kinds = ["EVENT_KIND_BOT", "EVENT_KIND_TRADE", "EVENT_KIND_ALERT"]
    vector = subscribed(
        schema, "subscribe_events", "Events of some kinds. The payload is a oneof; an event that is not journaled has sequence 0.", 0,
        "SubscribeEvents", EVENTS, kinds=kinds, journal_id=JOURNAL, bot_ids=["bot2"])
    bot = {"id": "bot2", "spec": {"symbol": "COIN2USDT", "strategy": "rsi", "interval": "1m", "capital": "10002"},
           "state": "BOT_STATE_RUNNING", "mode": "TRADING_MODE_PAPER", "created_sequence": "6"}
    vector.data(m(response, opened(16)), "opened")
    started = {"sequence": "7", "previous_sequence": "0", "time_ns": NOW, "bot": {"change": "started", "bot": bot}}
    filled = {"sequence": "14", "previous_sequence": "7", "time_ns": NOW, "trade": FIRST | {"previous_sequence": "0"}}
    vector.data(m(response, {"events": [started, filled]}), "two events")
    alert = {"severity": "ALERT_SEVERITY_WARNING", "reason": "FEED_STALE", "message": "no price of COIN2USDT for 12 s", "bot_id": "bot2"}
    health = {"name": "feed", "status": "HEALTH_STATUS_DEGRADED", "message": "no price for 12 s", "counters": [{"name": "drops", "value": "3"}]}
    vector.data(
        m(response, {"events": [
            {"sequence": "17", "previous_sequence": "14", "time_ns": NOW, "alert": alert},
            {"sequence": "0", "previous_sequence": "17", "time_ns": NOW, "health": health}]}), "an alert, and health, which is not journaled")
    vector.data(m(response, caught_up(17)), "history is over")
    return vector.half_close().end()


def zero_length_message(schema):
    m = schema.message
    vector = subscribed(schema, "zero_length_message", "A DATA frame of length 0 without ND is a message with nothing set; unknown fields too.")
    vector.data(m(RESPONSE, opened(0, 0)), "opened on an empty journal")
    vector.data(m(RESPONSE), "a message that encodes to nothing: it counts")
    vector.data(m(RESPONSE), "a message of nothing but a field that the client does not know", bytes.fromhex("a2c21e03616263"))
    vector.data(m(RESPONSE, caught_up(0)), "history is over")
    return vector.half_close().end()


def not_recorded(schema):
    m = schema.message
    vector = subscribed(schema, "not_recorded", "The journal failed: items are marked, and their sequences are no bookmarks.", 11)
    vector.data(m(RESPONSE, opened(14)), "opened")
    vector.data(m(RESPONSE, {"trades": [FIRST]}), "a recorded trade: the bookmark is 14")
    vector.data(m(RESPONSE, caught_up(14)), "history is over")
    vector.data(m(RESPONSE, {"trades": [SECOND], "not_recorded": True}), "a trade that is not in the journal: the bookmark stays 14")
    vector.data(m(RESPONSE, heartbeat(15) | {"not_recorded": True}), "the heartbeat names it, marked as well")
    return vector.half_close().end()


def draining(schema):
    m = schema.message
    vector = subscribed(schema, "draining", "The daemon stops: draining, then the end without a half-close. Reconnect and resume.", 11)
    vector.data(m(RESPONSE, opened(16)), "opened")
    vector.data(m(RESPONSE, {"trades": [FIRST]} | caught_up(16)), "a trade and a marker in one message: the trade first")
    vector.data(m(RESPONSE, {"draining": {"last_sequence": "14", "reason": "the daemon stops"}}), "the last message")
    return vector.end()


def refused_subscriptions(schema):
    m = schema.message
    slow = subscribed(schema, "reader_too_slow", "A reader that fell behind: resume after last_sequence.", 11)
    slow.data(m(RESPONSE, opened(16)), "opened").data(m(RESPONSE, {"trades": [FIRST]}), "a trade")
    slow.fail(8, "the reader fell behind", "RESOURCE_EXHAUSTED", {"reason": "READER_TOO_SLOW", "last_sequence": "14"})
    other = subscribed(schema, "other_journal", "The bookmark is of another journal.", 41, journal_id="aaaaaaaa")
    other.fail(11, f"after_sequence belongs to journal aaaaaaaa, this daemon's is {JOURNAL}: start again with after_sequence 0",
               "OUT_OF_RANGE", {"reason": "OTHER_JOURNAL", "field": "journal_id"})
    beyond = subscribed(schema, "sequence_beyond_end", "The journal is shorter than the bookmark says.", 41, journal_id=JOURNAL)
    message = (
        "after_sequence 41 is beyond the journal's end 16: it was never recorded, is not of this journal, or the journal was lost; "
        "start again with after_sequence 0")
    beyond.fail(11, message, "OUT_OF_RANGE", {"reason": "SEQUENCE_BEYOND_END", "field": "after_sequence", "last_sequence": "16"})
    negative = subscribed(schema, "negative_sequence", "A subscription with a wrong field.", -1)
    wrong = {"reason": "MUST_NOT_BE_NEGATIVE", "field": "after_sequence"}
    message = "after_sequence must be 0 or more, not -1: 0 is everything, live_only what comes from now on"
    negative.fail(3, message, "INVALID_ARGUMENT", wrong | {"violations": [wrong | {"message": message}]})
    return [slow, other.answered_by_botd("session"), beyond.answered_by_botd("session"), negative.answered_by_botd("session")]


def backtests(schema):
    m = schema.message
    response = "botd.v1.RunBacktestResponse"
    spec = {"symbol": "BTCUSDT", "strategy": "ema_cross", "parameters": [{"key": "fast", "value": "2"}, {"key": "slow", "value": "3"}],
            "interval": "1m", "capital": "10000"}
    request = m("botd.v1.RunBacktestRequest", {"spec": spec, "include_trades": True})

    def run(name, meaning):
        return Vector(schema, name, meaning, f"{BACKTESTS}/RunBacktest", "server_stream", timeout=0).request(request)

    def progress(done):
        return m(response, {"progress": {"candles_done": str(done), "candles_total": "500", "time_ns": "1733011200000000000"}})

    whole = run("run_backtest", "A server stream: progress, a trade, the result, the end.")
    whole.data(progress(250), "half of it").data(progress(500), "all of it")
    trade = {"number": "1", "bot_id": "backtest", "symbol": "BTCUSDT", "opened_time_ns": "1733011260000000000",
             "closed_time_ns": "1733011320000000000", "entry_price": "64000.5", "exit_price": "64100", "quantity": "0.015", "fees": "1.9215",
             "profit": "-0.429", "profit_fraction": "-0.00044687", "candles": "1", "entry_reason": "fast above slow", "exit_kind": "exit",
             "exit_reason": "fast below slow", "is_closed": True}
    whole.data(m(response, {"trade": trade}), "the trade")
    figures = [{"section": "Result", "key": "net_profit", "label": "Net profit", "text": "-0.43 USDT", "number": "-0.429"}]
    result = {"equity": [{"time_ns": "1733011200000000000", "equity": "10000"}, {"time_ns": "1733011320000000000", "equity": "9999.571"}],
              "elapsed_ns": "1234567", "figures": figures, "notes": ["fills at the next open"], "candles": "500",
              "title": "ema_cross on BTCUSDT, 1m", "stats": {"trades": "1", "losses": "1", "net_pnl": "-0.429"}}
    whole.data(m(response, {"result": result}), "the result").end()
    failed = run("run_backtest_failed", "A stream that fails after messages: a RESPONSE with a status is its end.")
    failed.data(progress(250), "half of it")
    failed.fail(13, "the candle file changed while it was read", "INTERNAL", {"reason": "DATA_CHANGED"})
    canceled = run("run_backtest_canceled", "The client has had enough and says so; the daemon ends the stream.")
    canceled.data(progress(250), "half of it").half_close().end()
    return [whole, failed, canceled]
