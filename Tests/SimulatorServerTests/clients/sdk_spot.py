"""binance-sdk-spot: REST, WebSocket API and streams."""

import asyncio

from binance_common.configuration import ConfigurationRestAPI, ConfigurationWebSocketAPI, ConfigurationWebSocketStreams
from binance_sdk_spot.spot import Spot

from common import HTTP, KEY, SECONDS, SECRET, STREAM, SYMBOL, WEBSOCKET_API, Prices, acall, call, check

client = Spot(
    ConfigurationRestAPI(KEY, SECRET, base_path=HTTP, timeout=10_000, retries=0),
    ConfigurationWebSocketAPI(KEY, SECRET, stream_url=WEBSOCKET_API, timeout=10_000),
    ConfigurationWebSocketStreams(stream_url=STREAM),
)
rest = client.rest_api
TWO = [SYMBOL, "ETHUSDT"]


def limit(price):
    return {
        "symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "time_in_force": "GTC", "quantity": 0.01, "price": float(price.low),
    }


def oco(price):
    return {
        "symbol": SYMBOL, "side": "SELL", "quantity": 0.01, "above_type": "LIMIT_MAKER", "above_price": float(price.high),
        "below_type": "STOP_LOSS", "below_stop_price": float(price.low),
    }


def old_oco(price):
    return {
        "symbol": SYMBOL, "side": "SELL", "quantity": 0.01, "price": float(price.high), "stop_price": float(price.low),
    }


def working(price):
    return {
        "symbol": SYMBOL, "working_type": "LIMIT", "working_side": "BUY", "working_price": float(price.low),
        "working_quantity": 0.01, "working_time_in_force": "GTC", "pending_side": "SELL",
    }


def single(price):
    return {"pending_type": "LIMIT_MAKER", "pending_price": float(price.high)}


def pair(price):
    return {
        "pending_above_type": "LIMIT_MAKER", "pending_above_price": float(price.high), "pending_below_type": "STOP_LOSS",
        "pending_below_stop_price": float(price.lower),
    }


def data(response):
    """The answer as the client's own model reads it."""
    return response.data()


def ask(name, body):
    return call("rest " + name, lambda: data(body()))


def market():
    ask("ping", rest.ping)
    ask("time", rest.time)
    ask("exchangeInfo", rest.exchange_info)
    ask("exchangeInfo symbols", lambda: rest.exchange_info(symbols=TWO))
    ask("exchangeInfo symbolStatus", lambda: rest.exchange_info(symbol_status="TRADING", show_permission_sets=False))
    ask("executionRules", rest.execution_rules)
    ask("depth", lambda: rest.depth(SYMBOL, limit=5))
    ask("trades", lambda: rest.get_trades(SYMBOL))
    ask("historicalTrades", lambda: rest.historical_trades(SYMBOL, from_id=1))
    ask("historicalBlockTrades", lambda: rest.historical_block_trades(SYMBOL, from_id=0))
    ask("aggTrades", lambda: rest.agg_trades(SYMBOL))
    ask("klines", lambda: rest.klines(SYMBOL, "1m", time_zone="05:45"))
    ask("uiKlines", lambda: rest.ui_klines(SYMBOL, "1m"))
    ask("avgPrice", lambda: rest.avg_price(SYMBOL))
    ask("ticker/24hr", lambda: rest.ticker24hr(symbol=SYMBOL))
    ask("ticker/24hr all", rest.ticker24hr)
    ask("ticker/tradingDay", lambda: rest.ticker_trading_day(symbols=TWO, time_zone="8"))
    ask("ticker/price", rest.ticker_price)
    ask("ticker/bookTicker", lambda: rest.ticker_book_ticker(symbols=TWO))
    ask("ticker", lambda: rest.ticker(symbol=SYMBOL, window_size="1h", type="MINI"))
    ask("referencePrice", lambda: rest.reference_price(SYMBOL))
    ask("referencePrice/calculation", lambda: rest.reference_price_calculation(SYMBOL))


def prices():
    return Prices(rest.avg_price(SYMBOL).data().price)


def trading():
    price = prices()
    plain = limit(price)
    lower = {**plain, "price": float(price.lower)}
    ask("order/test", lambda: rest.order_test(**plain))
    ask("order/test rates", lambda: rest.order_test(**plain, compute_commission_rates=True))
    ask("order market", lambda: rest.new_order(SYMBOL, "BUY", "MARKET", quantity=0.02))
    order = ask("order limit", lambda: rest.new_order(**plain))
    ask("GET order", lambda: rest.get_order(SYMBOL, order_id=order.order_id))
    ask("openOrders", lambda: rest.get_open_orders(symbol=SYMBOL))
    ask("amend/keepPriority", lambda: rest.order_amend_keep_priority(SYMBOL, 0.005, order_id=order.order_id))
    ask("order/amendments", lambda: rest.order_amendments(SYMBOL, order.order_id))
    replaced = ask(
        "cancelReplace",
        lambda: rest.order_cancel_replace(**lower, cancel_replace_mode="STOP_ON_FAILURE", cancel_order_id=order.order_id),
    )
    ask("DELETE order", lambda: rest.delete_order(SYMBOL, order_id=replaced.new_order_response.order_id))
    listed = ask("orderList/oco", lambda: rest.order_list_oco(**oco(price)))
    ask("GET orderList", lambda: rest.get_order_list(order_list_id=listed.order_list_id))
    ask("openOrderList", rest.open_order_list)
    ask("allOrderList", rest.all_order_list)
    ask("DELETE orderList", lambda: rest.delete_order_list(SYMBOL, order_list_id=listed.order_list_id))
    ask("order/oco", lambda: rest.order_oco(**old_oco(price)))
    ask("orderList/oto", lambda: rest.order_list_oto(**working(price), **single(price), pending_quantity=0.01))
    ask("orderList/otoco", lambda: rest.order_list_otoco(**working(price), **pair(price), pending_quantity=0.01))
    ask("orderList/opo", lambda: rest.order_list_opo(**working(price), **single(price)))
    ask("orderList/opoco", lambda: rest.order_list_opoco(**working(price), **pair(price)))
    ask("DELETE openOrders", lambda: rest.delete_open_orders(SYMBOL))
    ask("sor/order/test", lambda: rest.sor_order_test(**plain))
    ask("sor/order", lambda: rest.sor_order(**plain))
    ask("allOrders", lambda: rest.all_orders(SYMBOL))
    ask("account", lambda: rest.get_account(omit_zero_balances=True))
    ask("account/commission", lambda: rest.account_commission(SYMBOL))
    ask("myTrades", lambda: rest.my_trades(SYMBOL))
    ask("rateLimit/order", rest.rate_limit_order)
    ask("myPreventedMatches", lambda: rest.my_prevented_matches(SYMBOL, order_id=order.order_id))
    ask("myAllocations", lambda: rest.my_allocations(SYMBOL))
    ask("myFilters", lambda: rest.my_filters(SYMBOL))


async def websocket_api():
    connection = await client.websocket_api.create_connection()

    async def ask(name, body):
        async def run():
            answer = await body()
            # A subscription to user data comes as a stream with its answer.
            answer = getattr(answer, "response", answer).data()
            check(not (isinstance(answer, dict) and "error" in answer), str(answer))
            return getattr(answer, "result", answer)

        return await acall("ws-api " + name, run)

    await ask("ping", connection.ping)
    await ask("time", connection.time)
    await ask("exchangeInfo", lambda: connection.exchange_info(symbol=SYMBOL))
    await ask("executionRules", lambda: connection.execution_rules(symbol=SYMBOL))
    await ask("depth", lambda: connection.depth(SYMBOL, limit=5))
    await ask("trades.recent", lambda: connection.trades_recent(SYMBOL))
    await ask("trades.historical", lambda: connection.trades_historical(SYMBOL, from_id=1))
    await ask("trades.aggregate", lambda: connection.trades_aggregate(SYMBOL))
    await ask("blockTrades.historical", lambda: connection.block_trades_historical(SYMBOL, from_id=0))
    await ask("klines", lambda: connection.klines(SYMBOL, "1m"))
    await ask("uiKlines", lambda: connection.ui_klines(SYMBOL, "1m"))
    await ask("avgPrice", lambda: connection.avg_price(SYMBOL))
    await ask("ticker.24hr", lambda: connection.ticker24hr(symbols=TWO))
    await ask("ticker.tradingDay", lambda: connection.ticker_trading_day(symbol=SYMBOL))
    await ask("ticker", lambda: connection.ticker(symbol=SYMBOL))
    await ask("ticker.price", lambda: connection.ticker_price(symbol=SYMBOL))
    await ask("ticker.book", lambda: connection.ticker_book(symbol=SYMBOL))
    await ask("referencePrice", lambda: connection.reference_price(SYMBOL))
    await ask("referencePrice.calculation", lambda: connection.reference_price_calculation(SYMBOL))
    price = prices()
    plain = limit(price)
    lower = {**plain, "price": float(price.lower)}
    await ask("order.test", lambda: connection.order_test(**plain))
    order = await ask("order.place", lambda: connection.order_place(**plain))
    await ask("order.status", lambda: connection.order_status(SYMBOL, order_id=order.order_id))
    await ask("openOrders.status", lambda: connection.open_orders_status(symbol=SYMBOL))
    await ask("order.amend.keepPriority", lambda: connection.order_amend_keep_priority(SYMBOL, 0.005, order_id=order.order_id))
    await ask("order.amendments", lambda: connection.order_amendments(SYMBOL, order.order_id))
    replaced = await ask(
        "order.cancelReplace",
        lambda: connection.order_cancel_replace(
            **lower, cancel_replace_mode="STOP_ON_FAILURE", cancel_order_id=order.order_id
        ),
    )
    await ask("order.cancel", lambda: connection.order_cancel(SYMBOL, order_id=replaced.new_order_response.order_id))
    listed = await ask("orderList.place.oco", lambda: connection.order_list_place_oco(**oco(price)))
    await ask("orderList.status", lambda: connection.order_list_status(order_list_id=listed.order_list_id))
    await ask("openOrderLists.status", connection.open_order_lists_status)
    await ask("allOrderLists", connection.all_order_lists)
    await ask("orderList.cancel", lambda: connection.order_list_cancel(SYMBOL, order_list_id=listed.order_list_id))
    await ask("orderList.place", lambda: connection.order_list_place(**old_oco(price)))
    await ask("orderList.place.oto", lambda: connection.order_list_place_oto(**working(price), **single(price), pending_quantity=0.01))
    await ask("orderList.place.otoco", lambda: connection.order_list_place_otoco(**working(price), **pair(price), pending_quantity=0.01))
    await ask("orderList.place.opo", lambda: connection.order_list_place_opo(**working(price), **single(price)))
    await ask("orderList.place.opoco", lambda: connection.order_list_place_opoco(**working(price), **pair(price)))
    await ask("openOrders.cancelAll", lambda: connection.open_orders_cancel_all(SYMBOL))
    await ask("sor.order.test", lambda: connection.sor_order_test(**plain))
    await ask("sor.order.place", lambda: connection.sor_order_place(**plain))
    await ask("allOrders", lambda: connection.all_orders(SYMBOL))
    await ask("account.status", connection.account_status)
    await ask("account.commission", lambda: connection.account_commission(SYMBOL))
    await ask("account.rateLimits.orders", connection.account_rate_limits_orders)
    await ask("myTrades", lambda: connection.my_trades(SYMBOL))
    await ask("myPreventedMatches", lambda: connection.my_prevented_matches(SYMBOL, order_id=order.order_id))
    await ask("myAllocations", lambda: connection.my_allocations(SYMBOL))
    await ask("myFilters", lambda: connection.my_filters(SYMBOL))
    await ask("userDataStream.subscribe.signature", connection.user_data_stream_subscribe_signature)
    await ask("session.subscriptions", connection.session_subscriptions)
    await ask("userDataStream.unsubscribe", connection.user_data_stream_unsubscribe)
    await ask("session.status", connection.session_status)
    await ask("session.logon", connection.session_logon)
    await ask("userDataStream.subscribe", connection.user_data_stream_subscribe)
    await ask("session.logout", connection.session_logout)
    await connection.close_connection(close_session=True)


async def streams():
    connection = await client.websocket_streams.create_connection()

    async def listen(name, subscribe):
        async def run():
            stream = await subscribe()
            came = asyncio.Event()
            stream.on("message", lambda _: came.set())
            await asyncio.wait_for(came.wait(), SECONDS)
            await stream.unsubscribe()

        await acall("stream " + name, run)

    small = SYMBOL.lower()
    await listen("aggTrade", lambda: connection.agg_trade(small))
    await listen("trade", lambda: connection.trade(small))
    await listen("kline", lambda: connection.kline(small, "1m"))
    await listen("kline +08:00", lambda: connection.kline_offset(small, "1d"))
    await listen("miniTicker", lambda: connection.mini_ticker(small))
    await listen("miniTicker arr", connection.all_mini_ticker)
    await listen("ticker", lambda: connection.ticker(small))
    await listen("ticker_1h", lambda: connection.rolling_window_ticker(small, "1h"))
    await listen("ticker_1h arr", lambda: connection.all_market_rolling_window_ticker("1h"))
    await listen("bookTicker", lambda: connection.book_ticker(small))
    await listen("avgPrice", lambda: connection.avg_price(small))
    await listen("depth5", lambda: connection.partial_book_depth(small, "5"))
    await listen("depth", lambda: connection.diff_book_depth(small))
    await listen("referencePrice", lambda: connection.reference_price(small))

    async def quiet():
        # Nobody trades blocks: that the subscription stands is all.
        stream = await connection.block_trade(small)
        await stream.unsubscribe()

    await acall("stream blockTrade", quiet)
    await connection.close_connection(close_session=True)


market()
trading()
asyncio.run(websocket_api())
asyncio.run(streams())
