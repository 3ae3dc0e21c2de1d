"""python-binance: REST, WebSocket API and streams."""

import asyncio

from binance import AsyncClient, BinanceSocketManager
from binance.client import Client

from common import HTTP, KEY, SECRET, STREAM, SYMBOL, WEBSOCKET_API, Prices, acall, call, check

# Where the client finds the exchange: its own class variables.
for kind in (Client, AsyncClient):
    kind.API_URL = HTTP + "/api"
    kind.MARGIN_API_URL = HTTP + "/sapi"
    kind.WS_API_URL = WEBSOCKET_API
BinanceSocketManager.STREAM_URL = STREAM + "/"
LIMIT = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}


def oco(price):
    return {
        "symbol": SYMBOL, "side": "SELL", "quantity": "0.01", "aboveType": "LIMIT_MAKER", "abovePrice": price.high,
        "belowType": "STOP_LOSS", "belowStopPrice": price.low,
    }


def working(price):
    return {
        "symbol": SYMBOL, "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": price.low, "workingQuantity": "0.01",
        "workingTimeInForce": "GTC", "pendingSide": "SELL", "pendingQuantity": "0.01",
    }


def oto(price):
    return {**working(price), "pendingType": "LIMIT_MAKER", "pendingPrice": price.high}


def otoco(price):
    return {
        **working(price), "pendingAboveType": "LIMIT_MAKER", "pendingAbovePrice": price.high, "pendingBelowType": "STOP_LOSS",
        "pendingBelowStopPrice": price.lower,
    }


def market(client):
    call("rest ping", client.ping)
    call("rest time", client.get_server_time)
    call("rest exchangeInfo", client.get_exchange_info)
    call("rest exchangeInfo symbol", lambda: check(client.get_symbol_info(SYMBOL)["symbol"] == SYMBOL, "another symbol"))
    call("rest ticker/price", client.get_all_tickers)
    call("rest ticker/price symbol", lambda: client.get_symbol_ticker(symbol=SYMBOL))
    call("rest ticker/bookTicker", client.get_orderbook_tickers)
    call("rest ticker/bookTicker symbol", lambda: client.get_orderbook_ticker(symbol=SYMBOL))
    call("rest ticker/24hr", client.get_ticker)
    call("rest ticker", lambda: client.get_symbol_ticker_window(symbol=SYMBOL, windowSize="7d"))
    call("rest ticker/tradingDay", lambda: client.v3_get_ticker_trading_day(symbol=SYMBOL))
    call("rest depth", lambda: client.get_order_book(symbol=SYMBOL))
    trades = call("rest trades", lambda: client.get_recent_trades(symbol=SYMBOL))
    call("rest historicalTrades", lambda: client.get_historical_trades(symbol=SYMBOL, fromId=trades[0]["id"]))
    call("rest aggTrades", lambda: client.get_aggregate_trades(symbol=SYMBOL))

    def follow():
        trades = client.aggregate_trade_iter(SYMBOL, last_id=client.get_aggregate_trades(symbol=SYMBOL, limit=20)[0]["a"])
        ids = [next(trades)["a"] for _ in range(10)]
        check(ids == list(range(ids[0], ids[0] + 10)), str(ids))

    call("rest aggTrades paged", follow)
    call("rest klines", lambda: client.get_klines(symbol=SYMBOL, interval="1m"))
    call("rest klines paged", lambda: check(len(client.get_historical_klines(SYMBOL, "1m", "1 hour ago UTC")) >= 59, "too few"))
    call("rest uiKlines", lambda: client.get_ui_klines(symbol=SYMBOL, interval="1m"))
    call("rest avgPrice", lambda: client.get_avg_price(symbol=SYMBOL))


def trading(client):
    price = Prices(client.get_symbol_ticker(symbol=SYMBOL)["price"])
    call("rest order/test", lambda: client.create_test_order(price=price.low, **LIMIT))
    call("rest order market", lambda: client.order_market_buy(symbol=SYMBOL, quantity="0.02"))
    call("rest order quote", lambda: client.order_market_buy(symbol=SYMBOL, quoteOrderQty="100"))
    order = call("rest order limit", lambda: client.create_order(price=price.low, **LIMIT))
    call("rest GET order", lambda: client.get_order(symbol=SYMBOL, orderId=order["orderId"]))
    call("rest GET openOrders", lambda: client.get_open_orders(symbol=SYMBOL))
    call("rest allOrders", lambda: client.get_all_orders(symbol=SYMBOL))
    replacement = {"cancelReplaceMode": "STOP_ON_FAILURE", "price": price.lower, **LIMIT}
    replaced = call("rest cancelReplace", lambda: client.cancel_replace_order(cancelOrderId=order["orderId"], **replacement))
    call("rest DELETE order", lambda: client.cancel_order(symbol=SYMBOL, orderId=replaced["newOrderResponse"]["orderId"]))
    # Signed by the client with the list's old name, `order/oco`, or the new one.
    listed = call("rest orderList/oco", lambda: client.create_oco_order(**oco(price)))
    call("rest openOrderList", client.get_open_oco_orders)
    call("rest GET orderList", lambda: client.v3_get_order_list(orderListId=listed["orderListId"]))
    call("rest allOrderList", client.v3_get_all_order_list)
    call("rest DELETE orderList", lambda: client.v3_delete_order_list(symbol=SYMBOL, orderListId=listed["orderListId"]))
    call("rest orderList/oto", lambda: client.v3_post_order_list_oto(**oto(price)))
    call("rest orderList/otoco", lambda: client.v3_post_order_list_otoco(**otoco(price)))
    call("rest DELETE openOrders", lambda: client.cancel_all_open_orders(symbol=SYMBOL))
    smart = {**LIMIT, "price": price.low}
    call("rest sor/order/test", lambda: client.v3_post_sor_order_test(**smart))
    call("rest sor/order", lambda: client.v3_post_sor_order(**smart))
    call("rest account", client.get_account)
    call("rest account balance", lambda: check(client.get_asset_balance(asset="USDT") is not None, "none"))
    call("rest myTrades", lambda: client.get_my_trades(symbol=SYMBOL))
    call("rest rateLimit/order", client.get_current_order_count)
    call("rest myPreventedMatches", lambda: client.get_prevented_matches(symbol=SYMBOL, orderId=order["orderId"]))
    call("rest myAllocations", lambda: client.get_allocations(symbol=SYMBOL))
    call("rest account/commission", lambda: client.v3_get_account_commission(symbol=SYMBOL))


def wallet(client):
    call("sapi system/status", client.get_system_status)
    call("sapi account/status", client.get_account_status)
    call("sapi account/apiTradingStatus", client.get_account_api_trading_status)
    call("sapi account/apiRestrictions", client.get_account_api_permissions)
    call("sapi asset/tradeFee", lambda: client.get_trade_fee(symbol=SYMBOL))
    call("sapi asset/assetDetail", client.get_asset_details)
    call("sapi capital/config/getall", client.get_all_coins_info)
    call("sapi asset/getUserAsset", client.get_user_asset)
    call("sapi spot/delist-schedule", client.get_spot_delist_schedule)


async def websocket_api():
    client = await AsyncClient.create(KEY, SECRET)
    price = Prices((await client.get_symbol_ticker(symbol=SYMBOL))["price"])

    async def ask(name, body):
        return await acall("ws-api " + name, body)

    await ask("ping", client.ws_ping)
    await ask("time", client.ws_get_time)
    await ask("exchangeInfo", lambda: client.ws_get_exchange_info(symbol=SYMBOL))
    await ask("depth", lambda: client.ws_get_order_book(symbol=SYMBOL))
    await ask("trades.recent", lambda: client.ws_get_recent_trades(symbol=SYMBOL))
    await ask("trades.historical", lambda: client.ws_get_historical_trades(symbol=SYMBOL))
    await ask("trades.aggregate", lambda: client.ws_get_aggregate_trades(symbol=SYMBOL))
    await ask("klines", lambda: client.ws_get_klines(symbol=SYMBOL, interval="1m"))
    await ask("uiKlines", lambda: client.ws_get_uiKlines(symbol=SYMBOL, interval="1m"))
    await ask("avgPrice", lambda: client.ws_get_avg_price(symbol=SYMBOL))
    await ask("ticker.24hr", lambda: client.ws_get_ticker(symbol=SYMBOL))
    await ask("ticker.tradingDay", lambda: client.ws_get_trading_day_ticker(symbol=SYMBOL))
    await ask("ticker", lambda: client.ws_get_symbol_ticker_window(symbol=SYMBOL))
    await ask("ticker.price", lambda: client.ws_get_symbol_ticker(symbol=SYMBOL))
    await ask("ticker.book", lambda: client.ws_get_orderbook_ticker(symbol=SYMBOL))
    await ask("order.test", lambda: client.ws_create_test_order(price=price.low, **LIMIT))
    order = await ask("order.place", lambda: client.ws_create_order(price=price.low, **LIMIT))
    await ask("order.status", lambda: client.ws_get_order(symbol=SYMBOL, orderId=order["orderId"]))
    await ask("openOrders.status", lambda: client.ws_get_open_orders(symbol=SYMBOL))
    replacement = {"cancelReplaceMode": "STOP_ON_FAILURE", "price": price.lower, **LIMIT}
    replaced = await ask(
        "order.cancelReplace", lambda: client.ws_cancel_and_replace_order(cancelOrderId=order["orderId"], **replacement)
    )
    await ask("order.cancel", lambda: client.ws_cancel_order(symbol=SYMBOL, orderId=replaced["newOrderResponse"]["orderId"]))
    listed = await ask("orderList.place.oco", lambda: client.ws_create_oco_order(**oco(price)))
    await ask("orderList.status", lambda: client.ws_get_oco_order(orderListId=listed["orderListId"]))
    await ask("openOrderLists.status", client.ws_get_oco_open_orders)
    await ask("orderList.cancel", lambda: client.ws_cancel_oco_order(symbol=SYMBOL, orderListId=listed["orderListId"]))
    await ask("orderList.place.oto", lambda: client.ws_create_oto_order(**oto(price)))
    await ask("orderList.place.otoco", lambda: client.ws_create_otoco_order(**otoco(price)))
    await ask("openOrders.cancelAll", lambda: client.ws_cancel_all_open_orders(symbol=SYMBOL))
    await ask("sor.order.test", lambda: client.ws_create_test_sor_order(price=price.low, **LIMIT))
    await ask("sor.order.place", lambda: client.ws_create_sor_order(price=price.low, **LIMIT))
    await ask("account.status", client.ws_get_account)
    await ask("account.rateLimits.orders", client.ws_get_account_rate_limits_orders)
    await ask("account.commission", lambda: client.ws_get_commission_rates(symbol=SYMBOL))
    await ask("allOrders", lambda: client.ws_get_all_orders(symbol=SYMBOL))
    await ask("myTrades", lambda: client.ws_get_my_trades(symbol=SYMBOL))
    await ask("myPreventedMatches", lambda: client.ws_get_prevented_matches(symbol=SYMBOL, orderId=order["orderId"]))
    await ask("myAllocations", lambda: client.ws_get_allocations(symbol=SYMBOL))
    await streams(client)
    await client.close_connection()


async def streams(client):
    manager = BinanceSocketManager(client)

    async def listen(name, socket, fits):
        async def run():
            async with socket as stream:
                while True:
                    message = await stream.recv()
                    check(not (isinstance(message, dict) and message.get("e") == "error"), str(message))
                    check(not (isinstance(message, dict) and "code" in message), str(message))
                    if fits(message):
                        return

        await acall("stream " + name, run)

    def event(name):
        return lambda message: isinstance(message, dict) and message.get("e") == name

    await listen("aggTrade", manager.aggtrade_socket(SYMBOL), event("aggTrade"))
    await listen("trade", manager.trade_socket(SYMBOL), event("trade"))
    await listen("kline", manager.kline_socket(SYMBOL), event("kline"))
    await listen("miniTicker", manager.symbol_miniticker_socket(SYMBOL), event("24hrMiniTicker"))
    await listen("miniTicker arr", manager.miniticker_socket(), lambda message: isinstance(message, list))
    await listen("ticker", manager.symbol_ticker_socket(SYMBOL), event("24hrTicker"))
    await listen("ticker arr", manager.ticker_socket(), lambda message: isinstance(message, list))
    await listen("bookTicker", manager.symbol_book_ticker_socket(SYMBOL), lambda message: "b" in message)
    await listen("bookTicker all", manager.book_ticker_socket(), lambda message: "b" in message)
    await listen("depth", manager.depth_socket(SYMBOL), event("depthUpdate"))
    await listen("depth5", manager.depth_socket(SYMBOL, depth="5"), lambda message: "lastUpdateId" in message)
    await listen("combined", manager.multiplex_socket([f"{SYMBOL.lower()}@trade"]), lambda message: "stream" in message)

    async def user():
        async with manager.user_socket() as stream:
            await client.order_market_buy(symbol=SYMBOL, quantity="0.01")
            while (await stream.recv()).get("e") != "executionReport":
                pass

    await acall("stream user data", user)


blocking = Client(KEY, SECRET)
market(blocking)
trading(blocking)
wallet(blocking)
asyncio.run(websocket_api())
