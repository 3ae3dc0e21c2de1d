import Time
import TradingModel
import Venue
import ExchangeSimulation

/// The market streams' messages, field for field in the exchange's order.
enum StreamPayloads {
  static func kline(
    _ kline: Kline, symbol: Symbol, interval: Interval, zone: TimeZoneOffset = .utc, isClosed: Bool, at time: Timestamp
  ) -> [UInt8] {
    let candle = kline.candle
    var json = JSONWriter(capacity: 400)
    json.object {
      $0.field("e", "kline")
      $0.field("E", time)
      $0.field("s", symbol.text)
      $0.object("k") {
        $0.field("t", candle.openTime)
        $0.field("T", zone.nextOpenTime(of: interval, after: candle.openTime).milliseconds - 1)
        $0.field("s", symbol.text)
        $0.field("i", interval.rawValue)
        $0.field("f", kline.firstTradeID)
        $0.field("L", kline.lastTradeID)
        $0.field("o", candle.open)
        $0.field("c", candle.close)
        $0.field("h", candle.high)
        $0.field("l", candle.low)
        $0.field("v", candle.volume)
        $0.field("n", candle.tradeCount)
        $0.field("x", isClosed)
        $0.field("q", candle.quoteVolume)
        $0.field("V", kline.takerBuyVolume)
        $0.field("Q", kline.takerBuyQuoteVolume)
        $0.field("B", "0")
      }
    }
    return json.bytes
  }

  static func trade(_ trade: MarketTradeFacts, symbol: Symbol, at time: Timestamp) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.field("e", "trade")
      $0.field("E", time)
      $0.field("s", symbol.text)
      $0.field("t", trade.id)
      $0.field("p", trade.price)
      $0.field("q", trade.quantity)
      $0.field("T", trade.time)
      $0.field("m", trade.isBuyerMaker)
      $0.field("M", true)
    }
    return json.bytes
  }

  static func aggregateTrade(_ trade: TradeTape.Aggregate, symbol: Symbol, at time: Timestamp) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.field("e", "aggTrade")
      $0.field("E", time)
      $0.field("s", symbol.text)
      $0.field("a", trade.id)
      $0.field("p", trade.price)
      $0.field("q", trade.quantity)
      $0.field("f", trade.firstID)
      $0.field("l", trade.lastID)
      $0.field("T", trade.time)
      $0.field("m", trade.isBuyerMaker)
      $0.field("M", true)
    }
    return json.bytes
  }

  static func bookTicker(_ quote: Quote, updateID: Int64) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.field("u", updateID)
      $0.field("s", quote.symbol.text)
      $0.field("b", quote.bidPrice)
      $0.field("B", quote.bidQuantity)
      $0.field("a", quote.askPrice)
      $0.field("A", quote.askQuantity)
    }
    return json.bytes
  }

  static func miniTicker(_ day: WindowStatistics, symbol: Symbol, at time: Timestamp, to json: inout JSONWriter) {
    json.object {
      $0.field("e", "24hrMiniTicker")
      $0.field("E", time)
      $0.field("s", symbol.text)
      $0.field("c", day.last)
      $0.field("o", day.open)
      $0.field("h", day.high)
      $0.field("l", day.low)
      $0.field("v", day.volume)
      $0.field("q", day.quoteVolume)
    }
  }

  static func ticker(_ day: WindowStatistics, symbol: Symbol, quote: Quote?, at time: Timestamp, to json: inout JSONWriter) {
    json.object {
      $0.field("e", "24hrTicker")
      $0.field("E", time)
      $0.field("s", symbol.text)
      $0.field("p", day.change)
      $0.field("P", day.changePercent.text(fractionDigitsMinimum: 3))
      $0.field("w", day.weightedAverage)
      $0.field("x", day.previousClose)
      $0.field("c", day.last)
      $0.field("Q", day.lastQuantity)
      $0.field("b", quote?.bidPrice ?? .zero)
      $0.field("B", quote?.bidQuantity ?? .zero)
      $0.field("a", quote?.askPrice ?? .zero)
      $0.field("A", quote?.askQuantity ?? .zero)
      $0.field("o", day.open)
      $0.field("h", day.high)
      $0.field("l", day.low)
      $0.field("v", day.volume)
      $0.field("q", day.quoteVolume)
      $0.field("O", day.openTime)
      $0.field("C", day.closeTime)
      $0.field("F", day.firstID)
      $0.field("L", day.lastID)
      $0.field("n", day.count)
    }
  }

  static func rollingTicker(
    _ window: WindowStatistics, _ length: RollingWindow, symbol: Symbol, at time: Timestamp, to json: inout JSONWriter
  ) {
    json.object {
      $0.field("e", length.name + "Ticker")
      $0.field("E", time)
      $0.field("s", symbol.text)
      $0.field("p", window.change)
      $0.field("P", window.changePercent.text(fractionDigitsMinimum: 3))
      $0.field("o", window.open)
      $0.field("h", window.high)
      $0.field("l", window.low)
      $0.field("c", window.last)
      $0.field("w", window.weightedAverage)
      $0.field("v", window.volume)
      $0.field("q", window.quoteVolume)
      $0.field("O", window.openTime)
      $0.field("C", window.closeTime)
      $0.field("F", window.firstID)
      $0.field("L", window.lastID)
      $0.field("n", window.count)
    }
  }

  static func averagePrice(_ price: Price, lastTrade: Timestamp, symbol: Symbol, at time: Timestamp, to json: inout JSONWriter) {
    json.object {
      $0.field("e", "avgPrice")
      $0.field("E", time)
      $0.field("s", symbol.text)
      $0.field("i", "5m")
      $0.field("w", price)
      $0.field("T", lastTrade)
    }
  }

  static func referencePrice(_ price: Price?, symbol: Symbol, at time: Timestamp) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.field("e", "referencePrice")
      $0.field("s", symbol.text)
      if let price { $0.field("r", price) } else { $0.nullField("r") }
      $0.field("t", time)
    }
    return json.bytes
  }

  static func depth(updateID: Int64, bids: [DepthLevel], asks: [DepthLevel]) -> [UInt8] {
    var json = JSONWriter(capacity: 1_024)
    json.object {
      $0.field("lastUpdateId", updateID)
      levels("bids", bids, to: &$0)
      levels("asks", asks, to: &$0)
    }
    return json.bytes
  }

  static func depthUpdate(_ message: DepthDifference.Message, symbol: Symbol, at time: Timestamp) -> [UInt8] {
    var json = JSONWriter(capacity: 1_024)
    json.object {
      $0.field("e", "depthUpdate")
      $0.field("E", time)
      $0.field("s", symbol.text)
      $0.field("U", message.firstID)
      $0.field("u", message.lastID)
      levels("b", message.bids, to: &$0)
      levels("a", message.asks, to: &$0)
    }
    return json.bytes
  }

  private static func levels(_ name: String, _ levels: [DepthLevel], to json: inout JSONWriter) {
    json.array(name) {
      for level in levels {
        $0.array {
          $0.decimal(level.price)
          $0.decimal(level.quantity)
        }
      }
    }
  }

  static func serverShutdown(at time: Timestamp) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.field("e", "serverShutdown")
      $0.field("E", time)
    }
    return json.bytes
  }
}
