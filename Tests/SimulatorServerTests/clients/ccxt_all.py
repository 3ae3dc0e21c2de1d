"""ccxt and ccxt.pro: the unified calls that lead to the spot endpoints, the endpoints by their own names, and the watched streams."""

import asyncio

import ccxt
import ccxt.pro

from common import ADDRESS, KEY, SECRET, SYMBOL, Prices, acall, call, check

PAIR = "BTC/USDT"


def redirected(value):
    """The client's own table of addresses, at the simulator."""
    if isinstance(value, dict):
        return {key: redirected(inner) for key, inner in value.items()}
    scheme, _, rest = value.partition("://")
    path = rest.partition("/")[2]
    return f"{'ws' if scheme == 'wss' else 'http'}://{ADDRESS}/{path}"


def exchange(kind):
    made = kind({"apiKey": KEY, "secret": SECRET, "enableRateLimit": False, "options": {"fetchMargins": False}})
    made.urls["api"] = redirected(made.urls["api"])
    return made


def market(client):
    call("load_markets", client.load_markets)
    call("fetch_time", client.fetch_time)
    call("fetch_status", client.fetch_status)
    call("fetch_currencies", client.fetch_currencies)
    call("fetch_order_book", lambda: client.fetch_order_book(PAIR, 5))
    call("fetch_ticker", lambda: client.fetch_ticker(PAIR))
    call("fetch_ticker rolling", lambda: client.fetch_ticker(PAIR, {"rolling": True}))
    call("fetch_tickers", client.fetch_tickers)
    call("fetch_tickers symbols", lambda: client.fetch_tickers([PAIR, "ETH/USDT"]))
    call("fetch_bids_asks", client.fetch_bids_asks)
    call("fetch_last_prices", client.fetch_last_prices)
    call("fetch_ohlcv", lambda: check(len(client.fetch_ohlcv(PAIR, "1m", limit=20)) == 20, "not 20 candles"))
    call("fetch_trades", lambda: client.fetch_trades(PAIR))
    call("fetch_trades public", lambda: client.fetch_trades(PAIR, params={"fetchTradesMethod": "publicGetTrades"}))
    call("fetch_trades historical", lambda: client.fetch_trades(PAIR, params={"fetchTradesMethod": "publicGetHistoricalTrades"}))
    one = {"symbol": SYMBOL}
    call("GET ping", client.publicGetPing)
    call("GET uiKlines", lambda: client.publicGetUiKlines({**one, "interval": "1m"}))
    call("GET avgPrice", lambda: client.publicGetAvgPrice(one))
    call("GET ticker/tradingDay", lambda: client.publicGetTickerTradingDay(one))
    call("GET ticker", lambda: client.publicGetTicker({**one, "windowSize": "15m"}))
    call("GET executionRules", lambda: client.publicGetExecutionRules(one))
    call("GET historicalBlockTrades", lambda: client.publicGetHistoricalBlockTrades({**one, "fromId": 0}))
    call("GET referencePrice", lambda: client.publicGetReferencePrice(one))
    call("GET referencePrice/calculation", lambda: client.publicGetReferencePriceCalculation(one))
    call("GET ticker/price", lambda: client.publicGetTickerPrice(one))
    call("GET ticker/bookTicker", lambda: client.publicGetTickerBookTicker(one))


def trading(client):
    price = Prices(client.fetch_ticker(PAIR)["last"])
    call("create_order market", lambda: client.create_order(PAIR, "market", "buy", 0.02))
    call("create_order cost", lambda: client.create_market_buy_order_with_cost(PAIR, 100))
    order = call("create_order limit", lambda: client.create_order(PAIR, "limit", "buy", 0.01, float(price.low)))
    call("create_order test", lambda: client.create_order(PAIR, "limit", "buy", 0.01, float(price.low), {"test": True}))
    call("fetch_order", lambda: client.fetch_order(order["id"], PAIR))
    call("fetch_open_orders", lambda: client.fetch_open_orders(PAIR))
    call("fetch_orders", lambda: client.fetch_orders(PAIR))
    call("fetch_closed_orders", lambda: client.fetch_closed_orders(PAIR))
    call("fetch_canceled_orders", lambda: client.fetch_canceled_orders(PAIR))
    edited = call("edit_order", lambda: client.edit_order(order["id"], PAIR, "limit", "buy", 0.01, float(price.lower)))
    call("cancel_order", lambda: client.cancel_order(edited["id"], PAIR))
    call("create_order stop", lambda: client.create_order(PAIR, "market", "sell", 0.01, None, {"stopLossPrice": float(price.low)}))
    call("create_order take profit", lambda: client.create_order(PAIR, "market", "sell", 0.01, None, {"takeProfitPrice": float(price.high)}))
    call("create_order trailing", lambda: client.create_order(PAIR, "market", "sell", 0.01, None, {"trailingPercent": 5, "stopLossOrTakeProfit": "stopLoss"}))
    call("create_order post only", lambda: client.create_order(PAIR, "limit", "sell", 0.01, float(price.high), {"postOnly": True}))
    call("cancel_all_orders", lambda: client.cancel_all_orders(PAIR))
    call("fetch_balance", client.fetch_balance)
    call("fetch_my_trades", lambda: client.fetch_my_trades(PAIR))
    call("fetch_order_trades", lambda: client.fetch_order_trades(order["id"], PAIR))
    call("fetch_trading_fee", lambda: client.fetch_trading_fee(PAIR))
    call("fetch_trading_fees", client.fetch_trading_fees)
    endpoints(client, price, order)


def endpoints(client, price, order):
    one = {"symbol": SYMBOL}
    oco = {
        **one, "side": "SELL", "quantity": "0.01", "aboveType": "LIMIT_MAKER", "abovePrice": price.high, "belowType": "STOP_LOSS",
        "belowStopPrice": price.low,
    }
    working = {
        **one, "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": price.low, "workingQuantity": "0.01",
        "workingTimeInForce": "GTC", "pendingSide": "SELL",
    }
    single = {"pendingType": "LIMIT_MAKER", "pendingPrice": price.high}
    pair = {
        "pendingAboveType": "LIMIT_MAKER", "pendingAbovePrice": price.high, "pendingBelowType": "STOP_LOSS",
        "pendingBelowStopPrice": price.lower,
    }
    quantity = {"pendingQuantity": "0.01"}
    limit = {**one, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": price.low}
    old = {**one, "side": "SELL", "quantity": "0.01", "price": price.high, "stopPrice": price.low}
    listed = call("POST orderList/oco", lambda: client.privatePostOrderListOco(oco))
    call("GET orderList", lambda: client.privateGetOrderList({"orderListId": listed["orderListId"]}))
    call("GET openOrderList", client.privateGetOpenOrderList)
    call("GET allOrderList", client.privateGetAllOrderList)
    call("DELETE orderList", lambda: client.privateDeleteOrderList({**one, "orderListId": listed["orderListId"]}))
    call("POST order/oco", lambda: client.privatePostOrderOco(old))
    call("POST orderList/oto", lambda: client.privatePostOrderListOto({**working, **single, **quantity}))
    call("POST orderList/otoco", lambda: client.privatePostOrderListOtoco({**working, **pair, **quantity}))
    call("POST orderList/opo", lambda: client.privatePostOrderListOpo({**working, **single}))
    call("POST orderList/opoco", lambda: client.privatePostOrderListOpoco({**working, **pair}))
    client.privatePostOrder(limit)
    call("DELETE openOrders", lambda: client.privateDeleteOpenOrders(one))
    call("POST sor/order/test", lambda: client.privatePostSorOrderTest(limit))
    call("POST sor/order", lambda: client.privatePostSorOrder(limit))
    call("GET rateLimit/order", client.privateGetRateLimitOrder)
    call("GET myPreventedMatches", lambda: client.privateGetMyPreventedMatches({**one, "orderId": order["id"]}))
    call("GET myAllocations", lambda: client.privateGetMyAllocations(one))
    call("GET account/commission", lambda: client.privateGetAccountCommission(one))
    call("GET sapi account/apiRestrictions", client.sapiGetAccountApiRestrictions)
    call("GET sapi spot/delist-schedule", client.sapiGetSpotDelistSchedule)


async def watch(client):
    await client.load_markets()
    price = Prices((await client.fetch_ticker(PAIR))["last"])

    async def run(name, body):
        return await acall(name, body)

    await run("watch_order_book", lambda: client.watch_order_book(PAIR))

    async def book():
        # The client keeps its own book: after some updates its best prices are the exchange's.
        for _ in range(5):
            mine = await client.watch_order_book(PAIR)
        check(mine["bids"][0][0] < mine["asks"][0][0], "a crossed book")

    await run("watch_order_book updates", book)
    await run("watch_order_book_for_symbols", lambda: client.watch_order_book_for_symbols([PAIR, "ETH/USDT"]))
    await run("watch_trades", lambda: client.watch_trades(PAIR))
    await run("watch_trades_for_symbols", lambda: client.watch_trades_for_symbols([PAIR, "ETH/USDT"]))
    await run("watch_ohlcv", lambda: client.watch_ohlcv(PAIR, "1m"))
    await run("watch_ohlcv_for_symbols", lambda: client.watch_ohlcv_for_symbols([[PAIR, "1m"], ["ETH/USDT", "5m"]]))
    await run("watch_ticker", lambda: client.watch_ticker(PAIR))
    await run("watch_tickers", lambda: client.watch_tickers([PAIR, "ETH/USDT"]))
    await run("watch_tickers mini", lambda: client.watch_tickers(None, {"name": "miniTicker"}))
    await run("watch_bids_asks", lambda: client.watch_bids_asks([PAIR]))
    await run("fetch_ohlcv_ws", lambda: client.fetch_ohlcv_ws(PAIR, "1m"))
    await run("fetch_trades_ws", lambda: client.fetch_trades_ws(PAIR))
    await run("fetch_balance_ws", client.fetch_balance_ws)
    order = await run("create_order_ws", lambda: client.create_order_ws(PAIR, "limit", "buy", 0.01, float(price.low)))
    await run("fetch_order_ws", lambda: client.fetch_order_ws(order["id"], PAIR))
    await run("fetch_open_orders_ws", lambda: client.fetch_open_orders_ws(PAIR))
    edited = await run("edit_order_ws", lambda: client.edit_order_ws(order["id"], PAIR, "limit", "buy", 0.01, float(price.lower)))
    await run("cancel_order_ws", lambda: client.cancel_order_ws(edited["id"], PAIR))
    await run("create_order_ws again", lambda: client.create_order_ws(PAIR, "limit", "buy", 0.01, float(price.low)))
    await run("cancel_all_orders_ws", lambda: client.cancel_all_orders_ws(PAIR))
    await run("fetch_orders_ws", lambda: client.fetch_orders_ws(PAIR))
    await run("fetch_closed_orders_ws", lambda: client.fetch_closed_orders_ws(PAIR))
    await run("fetch_my_trades_ws", lambda: client.fetch_my_trades_ws(PAIR))

    async def own(method):
        waiting = asyncio.ensure_future(method())
        # Subscribed only then, so orders come until one is heard of.
        while not waiting.done():
            await client.create_order(PAIR, "market", "buy", 0.001)
            await asyncio.wait([waiting], timeout=1)
        return waiting.result()

    await run("watch_orders", lambda: own(lambda: client.watch_orders(PAIR)))
    await run("watch_my_trades", lambda: own(lambda: client.watch_my_trades(PAIR)))
    await run("watch_balance", lambda: own(client.watch_balance))


async def watched():
    client = exchange(ccxt.pro.binance)
    try:
        await watch(client)
    finally:
        await client.close()


blocking = exchange(ccxt.binance)
market(blocking)
trading(blocking)
asyncio.run(watched())
