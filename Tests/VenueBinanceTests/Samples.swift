import TradingModel
import Venue

enum Samples {
  static let bitcoin = symbol("BTCUSDT")
  static let ether = symbol("ETHUSDT")

  static func symbol(_ text: String) -> Symbol {
    guard let symbol = Symbol(text) else { preconditionFailure("\(text) is no symbol") }
    return symbol
  }

  static func decimal(_ text: String) -> FixedDecimal {
    guard let value = FixedDecimal(text: text) else { preconditionFailure("\(text) is no decimal") }
    return value
  }

  static func id(_ text: String) -> ClientOrderID {
    guard let id = ClientOrderID(text) else { preconditionFailure("\(text) is no client order id") }
    return id
  }

  static let order = OrderRequest(
    clientOrderID: id("bot-1"), symbol: bitcoin, side: .buy, type: .limit, timeInForce: .goodTilCanceled, quantity: decimal("0.5"),
    price: decimal("61000.1"))

  /// `POST order` of type FULL, filled in two parts.
  static let fullAnswer = """
    {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"bot-1","transactTime":1507725176595,"price":"0.00000000",
    "origQty":"10.00000000","executedQty":"10.00000000","origQuoteOrderQty":"0.000000","cummulativeQuoteQty":"39999.00000001",
    "status":"FILLED","timeInForce":"GTC","type":"MARKET","side":"SELL","workingTime":1507725176595,"selfTradePreventionMode":"NONE",
    "fills":[{"price":"4000.00000000","qty":"1.00000000","commission":"4.00000000","commissionAsset":"USDT","tradeId":56},
    {"price":"3999.88888889","qty":"9.00000000","commission":"19.99500000","commissionAsset":"USDT","tradeId":57}]}
    """

  static let canceledAnswer = """
    {"symbol":"LTCBTC","origClientOrderId":"myOrder1","orderId":4,"orderListId":-1,"clientOrderId":"cancelMyOrder1",
    "transactTime":1684804350068,"price":"2.00000000","origQty":"1.00000000","executedQty":"0.00000000","origQuoteOrderQty":"0.000000",
    "cummulativeQuoteQty":"0.00000000","status":"CANCELED","timeInForce":"GTC","type":"LIMIT","side":"BUY"}
    """

  static let queriedOrder = """
    {"symbol":"LTCBTC","orderId":1,"orderListId":-1,"clientOrderId":"myOrder1","price":"0.1","origQty":"1.0","executedQty":"0.0",
    "cummulativeQuoteQty":"0.0","status":"NEW","timeInForce":"GTC","type":"LIMIT","side":"BUY","stopPrice":"0.0","icebergQty":"0.0",
    "time":1499827319559,"updateTime":1499827319560,"isWorking":true,"workingTime":1499827319559,"origQuoteOrderQty":"0.000000"}
    """

  static func kline(_ minute: Int64, closed: Bool, second: Int64 = 60, symbol: String = "BTCUSDT", close: String = "100.50000000") -> String
  {
    """
    {"stream":"\(symbol.lowercased())@kline_1m","data":{"e":"kline","E":\(minute * 60_000 + second * 1_000),"s":"\(symbol)","k":{"t":\(minute * 60_000),"T":\(minute * 60_000 + 59_999),"s":"\(symbol)","i":"1m","f":1,"L":2,"o":"100.00000000","c":"\(close)","h":"101.00000000","l":"99.00000000","v":"1.00000000","n":2,"x":\(closed),"q":"100.00000000","V":"0.50000000","Q":"50.00000000","B":"0"}}}
    """
  }

  static func klineRow(_ minute: Int64) -> String {
    "[\(minute * 60_000),\"100.0\",\"101.0\",\"99.0\",\"100.5\",\"1.0\",\(minute * 60_000 + 59_999),\"100.0\",2,\"0.5\",\"50.0\",\"0\"]"
  }

  static func trade(_ id: Int64, price: String = "100.00000000", time: Int64) -> String {
    """
    {"stream":"btcusdt@trade","data":{"e":"trade","E":\(time),"s":"BTCUSDT","t":\(id),"p":"\(price)","q":"1.00000000","T":\(time),"m":true,"M":true}}
    """
  }
}
