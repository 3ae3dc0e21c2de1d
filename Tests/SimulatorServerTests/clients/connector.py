"""binance-connector: REST, WebSocket API and streams."""

import json
import threading

from binance.spot import Spot
from binance.websocket.spot.websocket_api import SpotWebsocketAPIClient
from binance.websocket.spot.websocket_stream import SpotWebsocketStreamClient

from common import HTTP, KEY, SECONDS, SECRET, STREAM, SYMBOL, WEBSOCKET_API, Prices, call, check

client = Spot(api_key=KEY, api_secret=SECRET, base_url=HTTP)
LIMIT = {"timeInForce": "GTC", "quantity": "0.01"}


def market():
    call("rest ping", client.ping)
    call("rest time", client.time)
    call("rest exchangeInfo", client.exchange_info)
    call("rest exchangeInfo symbols", lambda: client.exchange_info(symbols=[SYMBOL, "ETHUSDT"]))
    call("rest exchangeInfo permissions", lambda: client.exchange_info(permissions=["SPOT"]))
    call("rest depth", lambda: client.depth(SYMBOL, limit=5))
    trades = call("rest trades", lambda: client.trades(SYMBOL, limit=5))
    call("rest historicalTrades", lambda: client.historical_trades(SYMBOL, fromId=trades[0]["id"]))
    call("rest aggTrades", lambda: client.agg_trades(SYMBOL, limit=5))
    call("rest klines", lambda: client.klines(SYMBOL, "1m", timeZone="8"))
    call("rest uiKlines", lambda: client.ui_klines(SYMBOL, "1m"))
    call("rest avgPrice", lambda: client.avg_price(SYMBOL))
    call("rest ticker/24hr", lambda: client.ticker_24hr(SYMBOL))
    call("rest ticker/24hr symbols", lambda: client.ticker_24hr(symbols=[SYMBOL, "ETHUSDT"], type="MINI"))
    call("rest ticker/tradingDay", lambda: client.trading_day_ticker(SYMBOL))
    call("rest ticker/price", client.ticker_price)
    call("rest ticker/bookTicker", lambda: client.book_ticker(SYMBOL))
    call("rest ticker", lambda: client.rolling_window_ticker(SYMBOL, windowSize="4h"))


def trading():
    price = Prices(client.ticker_price(SYMBOL)["price"])
    call("rest order/test", lambda: client.new_order_test(SYMBOL, "BUY", "LIMIT", price=price.low, **LIMIT))
    call("rest order market", lambda: client.new_order(SYMBOL, "BUY", "MARKET", quantity="0.02"))
    order = call("rest order limit", lambda: client.new_order(SYMBOL, "BUY", "LIMIT", price=price.low, **LIMIT))
    call("rest GET order", lambda: client.get_order(SYMBOL, orderId=order["orderId"]))
    call("rest GET openOrders", lambda: client.get_open_orders(SYMBOL))
    call("rest allOrders", lambda: client.get_orders(SYMBOL))
    replaced = call(
        "rest cancelReplace",
        lambda: client.cancel_and_replace(
            SYMBOL, "BUY", "LIMIT", "STOP_ON_FAILURE", cancelOrderId=order["orderId"], price=price.lower, **LIMIT
        ),
    )
    call("rest DELETE order", lambda: client.cancel_order(SYMBOL, orderId=replaced["newOrderResponse"]["orderId"]))
    oco = call(
        "rest orderList/oco",
        lambda: client.new_oco_order(
            SYMBOL, "SELL", "0.01", aboveType="LIMIT_MAKER", abovePrice=price.high, belowType="STOP_LOSS", belowStopPrice=price.low
        ),
    )
    call("rest GET orderList", lambda: client.get_oco_order(orderListId=oco["orderListId"]))
    call("rest openOrderList", client.get_oco_open_orders)
    call("rest allOrderList", client.get_oco_orders)
    call("rest DELETE orderList", lambda: client.cancel_oco_order(SYMBOL, orderListId=oco["orderListId"]))
    call(
        "rest orderList/oto",
        lambda: client.new_oto_order(
            SYMBOL, "LIMIT", "BUY", price.low, "0.01", "LIMIT_MAKER", "SELL", "0.01", pendingPrice=price.high,
            workingTimeInForce="GTC",
        ),
    )
    call(
        "rest orderList/otoco",
        lambda: client.new_otoco_order(
            SYMBOL, "LIMIT", "BUY", price.low, "0.01", "SELL", "0.01", "LIMIT_MAKER", workingTimeInForce="GTC",
            pendingAbovePrice=price.high, pendingBelowType="STOP_LOSS", pendingBelowStopPrice=price.lower,
        ),
    )
    call("rest DELETE openOrders", lambda: client.cancel_open_orders(SYMBOL))
    call("rest account", client.account)
    call("rest myTrades", lambda: client.my_trades(SYMBOL))
    call("rest rateLimit/order", client.get_order_rate_limit)
    call("rest myPreventedMatches", lambda: client.query_prevented_matches(SYMBOL, orderId=order["orderId"]))
    call("rest myAllocations", lambda: client.query_allocations(SYMBOL))
    call("rest account/commission", lambda: client.query_commission_rates(SYMBOL))


def wallet():
    call("sapi system/status", client.system_status)
    call("sapi capital/config/getall", client.coin_info)
    call("sapi account/status", client.account_status)
    call("sapi account/apiTradingStatus", client.api_trading_status)
    call("sapi account/apiRestrictions", client.api_key_permissions)
    call("sapi asset/tradeFee", client.trade_fee)
    call("sapi asset/assetDetail", client.asset_detail)
    call("sapi asset/getUserAsset", client.user_asset)
    call("sapi spot/delist-schedule", client.delist_schedule_symbols)


class Inbox:
    """The messages of a socket, read on the client's own thread."""

    def __init__(self):
        self.condition = threading.Condition()
        self.messages = []

    def take(self, _, text):
        with self.condition:
            self.messages.append(json.loads(text))
            self.condition.notify_all()

    def first(self, fits, what):
        with self.condition:
            found = lambda: next((message for message in self.messages if fits(message)), None)
            self.condition.wait_for(lambda: found() is not None, SECONDS)
            check(found() is not None, f"{what}: nothing within {SECONDS} seconds, of {self.messages[-1:]}")
            return found()


def websocket_api():
    inbox = Inbox()
    api = SpotWebsocketAPIClient(stream_url=WEBSOCKET_API, api_key=KEY, api_secret=SECRET, on_message=inbox.take)
    price = Prices(client.ticker_price(SYMBOL)["price"])
    count = [0]

    def ask(name, body, expects=200):
        count[0] += 1
        identifier = f"q{count[0]}"

        def run():
            body(identifier)
            answer = inbox.first(lambda message: message.get("id") == identifier, name)
            check(answer["status"] == expects, str(answer))
            return answer.get("result")

        return call("ws-api " + name, run)

    ask("ping", lambda i: api.ping_connectivity(id=i))
    ask("time", lambda i: api.server_time(id=i))
    ask("exchangeInfo", lambda i: api.exchange_info(id=i))
    ask("depth", lambda i: api.order_book(SYMBOL, id=i, limit=5))
    trades = ask("trades.recent", lambda i: api.recent_trades(SYMBOL, id=i))
    ask("trades.historical", lambda i: api.historical_trades(SYMBOL, KEY, id=i, fromId=trades[0]["id"]))
    ask("trades.aggregate", lambda i: api.aggregate_trades(SYMBOL, id=i))
    ask("klines", lambda i: api.klines(SYMBOL, "1m", id=i))
    ask("uiKlines", lambda i: api.ui_klines(SYMBOL, "1m", id=i))
    ask("avgPrice", lambda i: api.avg_price(SYMBOL, id=i))
    ask("ticker.24hr", lambda i: api.ticker_24hr(symbol=SYMBOL, id=i))
    ask("ticker", lambda i: api.ticker(symbol=SYMBOL, id=i))
    ask("ticker.price", lambda i: api.ticker_price(symbol=SYMBOL, id=i))
    ask("ticker.book", lambda i: api.ticker_book(symbol=SYMBOL, id=i))
    ask("order.test", lambda i: api.new_order_test(SYMBOL, "BUY", "LIMIT", id=i, price=price.low, **LIMIT))
    order = ask("order.place", lambda i: api.new_order(SYMBOL, "BUY", "LIMIT", id=i, price=price.low, **LIMIT))
    ask("order.status", lambda i: api.get_order(SYMBOL, id=i, orderId=order["orderId"]))
    ask("openOrders.status", lambda i: api.get_open_orders(symbol=SYMBOL, id=i))
    replaced = ask(
        "order.cancelReplace",
        lambda i: api.cancel_replace_order(
            SYMBOL, "STOP_ON_FAILURE", "BUY", "LIMIT", id=i, cancelOrderId=order["orderId"], price=price.lower, **LIMIT
        ),
    )
    ask("order.cancel", lambda i: api.cancel_order(SYMBOL, id=i, orderId=replaced["newOrderResponse"]["orderId"]))
    oco = ask(
        "orderList.place.oco",
        lambda i: api.new_oco_order(
            SYMBOL, "SELL", "0.01", id=i, aboveType="LIMIT_MAKER", abovePrice=price.high, belowType="STOP_LOSS",
            belowStopPrice=price.low,
        ),
    )
    ask("orderList.status", lambda i: api.get_oco_order(id=i, orderListId=oco["orderListId"]))
    ask("openOrderLists.status", lambda i: api.get_open_oco_orders(id=i))
    ask("orderList.cancel", lambda i: api.cancel_oco_order(SYMBOL, id=i, orderListId=oco["orderListId"]))
    ask(
        "orderList.place.oto",
        lambda i: api.new_oto_order(
            SYMBOL, "LIMIT", "BUY", price.low, "0.01", "LIMIT_MAKER", "SELL", "0.01", id=i, pendingPrice=price.high,
            workingTimeInForce="GTC",
        ),
    )
    ask(
        "orderList.place.otoco",
        lambda i: api.new_otoco_order(
            SYMBOL, "LIMIT", "BUY", price.low, "SELL", "0.01", "LIMIT_MAKER", id=i, workingQuantity="0.01", workingTimeInForce="GTC",
            pendingAbovePrice=price.high, pendingBelowType="STOP_LOSS", pendingBelowStopPrice=price.lower,
        ),
    )
    ask("openOrders.cancelAll", lambda i: api.cancel_open_orders(SYMBOL, id=i))
    ask("account.status", lambda i: api.account(id=i))
    ask("account.rateLimits.orders", lambda i: api.order_rate_limit(id=i))
    ask("allOrders", lambda i: api.order_history(symbol=SYMBOL, id=i))
    ask("allOrderLists", lambda i: api.oco_history(id=i))
    ask("myTrades", lambda i: api.my_trades(symbol=SYMBOL, id=i))
    ask("myPreventedMatches", lambda i: api.prevented_matches(SYMBOL, id=i, orderId=order["orderId"]))
    api.stop()


def streams():
    def listen(name, subscribe, fits):
        def run():
            inbox = Inbox()
            socket = SpotWebsocketStreamClient(stream_url=STREAM, on_message=inbox.take)
            try:
                subscribe(socket)
                return inbox.first(fits, name)
            finally:
                socket.stop()

        call("stream " + name, run)

    def event(name):
        return lambda message: isinstance(message, dict) and message.get("e") == name

    listen("aggTrade", lambda s: s.agg_trade(SYMBOL), event("aggTrade"))
    listen("trade", lambda s: s.trade(SYMBOL), event("trade"))
    listen("kline", lambda s: s.kline(SYMBOL, "1m"), event("kline"))
    listen("kline +08:00", lambda s: s.kline_timezone_offset(SYMBOL, "1d"), event("kline"))
    listen("miniTicker", lambda s: s.mini_ticker(SYMBOL), event("24hrMiniTicker"))
    listen("miniTicker arr", lambda s: s.mini_ticker(), lambda m: isinstance(m, list) and m[0]["e"] == "24hrMiniTicker")
    listen("ticker", lambda s: s.ticker(SYMBOL), event("24hrTicker"))
    listen("ticker arr", lambda s: s.ticker(), lambda m: isinstance(m, list))
    listen("bookTicker", lambda s: s.book_ticker(SYMBOL), lambda m: "b" in m and "A" in m)
    listen("depth5", lambda s: s.partial_book_depth(SYMBOL, level=5, speed=100), lambda m: "lastUpdateId" in m)
    listen("depth", lambda s: s.diff_book_depth(SYMBOL, speed=100), event("depthUpdate"))
    listen("ticker_1h", lambda s: s.rolling_window_ticker(SYMBOL, "1h"), event("1hTicker"))
    listen("ticker_1h arr", lambda s: s.rolling_window_ticker_all_symbols("1h"), lambda m: isinstance(m, list))


market()
trading()
wallet()
websocket_api()
streams()
