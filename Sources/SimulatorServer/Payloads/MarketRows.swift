import Time
import TradingModel
import Venue

/// Candles, trades and tickers as the REST and WebSocket APIs answer them, field for field in the exchange's order.
enum MarketRows {
  static func kline(_ kline: Kline, _ interval: Interval, _ zone: TimeZoneOffset, to json: inout JSONWriter) {
    let candle = kline.candle
    json.array {
      $0.integer(candle.openTime.milliseconds)
      $0.decimal(candle.open)
      $0.decimal(candle.high)
      $0.decimal(candle.low)
      $0.decimal(candle.close)
      $0.decimal(candle.volume)
      $0.integer(zone.nextOpenTime(of: interval, after: candle.openTime).milliseconds - 1)
      $0.decimal(candle.quoteVolume)
      $0.integer(candle.tradeCount)
      $0.decimal(kline.takerBuyVolume)
      $0.decimal(kline.takerBuyQuoteVolume)
      $0.string("0")
    }
  }

  static func trade(_ trade: SymbolBoard.PublicTrade, to json: inout JSONWriter) {
    json.object {
      $0.field("id", trade.facts.id)
      $0.field("price", trade.facts.price)
      $0.field("qty", trade.facts.quantity)
      $0.field("quoteQty", trade.quoteQuantity)
      $0.field("time", trade.facts.time)
      $0.field("isBuyerMaker", trade.facts.isBuyerMaker)
      $0.field("isBestMatch", true)
    }
  }

  static func aggregate(_ trade: TradeTape.Aggregate, to json: inout JSONWriter) {
    json.object {
      $0.field("a", trade.id)
      $0.field("p", trade.price)
      $0.field("q", trade.quantity)
      $0.field("f", trade.firstID)
      $0.field("l", trade.lastID)
      $0.field("T", trade.time)
      $0.field("m", trade.isBuyerMaker)
      $0.field("M", true)
    }
  }

  /// `ticker/24hr`.
  static func day(_ day: WindowStatistics, _ board: SymbolBoard, isMini: Bool, to json: inout JSONWriter) {
    guard !isMini else {
      window(day, board.symbol, isMini: true, to: &json)
      return
    }
    json.object {
      $0.field("symbol", board.symbol.text)
      $0.field("priceChange", day.change)
      $0.field("priceChangePercent", day.changePercent.text(fractionDigitsMinimum: 3))
      $0.field("weightedAvgPrice", day.weightedAverage)
      $0.field("prevClosePrice", day.previousClose)
      $0.field("lastPrice", day.last)
      $0.field("lastQty", day.lastQuantity)
      $0.field("bidPrice", board.quote?.bidPrice ?? .zero)
      $0.field("bidQty", board.quote?.bidQuantity ?? .zero)
      $0.field("askPrice", board.quote?.askPrice ?? .zero)
      $0.field("askQty", board.quote?.askQuantity ?? .zero)
      $0.field("openPrice", day.open)
      $0.field("highPrice", day.high)
      $0.field("lowPrice", day.low)
      tail(day, to: &$0)
    }
  }

  /// `ticker` and `ticker/tradingDay`, and the short form of all.
  static func window(_ window: WindowStatistics, _ symbol: Symbol, isMini: Bool, to json: inout JSONWriter) {
    json.object {
      $0.field("symbol", symbol.text)
      if !isMini {
        $0.field("priceChange", window.change)
        $0.field("priceChangePercent", window.changePercent.text(fractionDigitsMinimum: 3))
        $0.field("weightedAvgPrice", window.weightedAverage)
      }
      $0.field("openPrice", window.open)
      $0.field("highPrice", window.high)
      $0.field("lowPrice", window.low)
      $0.field("lastPrice", window.last)
      tail(window, to: &$0)
    }
  }

  private static func tail(_ window: WindowStatistics, to json: inout JSONWriter) {
    json.field("volume", window.volume)
    json.field("quoteVolume", window.quoteVolume)
    json.field("openTime", window.openTime)
    json.field("closeTime", window.closeTime)
    json.field("firstId", window.firstID)
    json.field("lastId", window.lastID)
    json.field("count", window.count)
  }
}
