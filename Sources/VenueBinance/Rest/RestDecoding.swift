import Time
import BinanceJSON
import TradingModel
import Venue

/// Values out of REST answers; a field that is needed and missing or malformed refuses the whole answer.
enum RestDecoding {
  /// `GET klines` (FACTS §7): rows of twelve.
  static func candles(_ value: JSONValue) throws(FrameRefusal) -> [Candle] {
    guard let rows = value.array else { throw FrameRefusal(.badField, field: "klines") }
    var candles: [Candle] = []
    candles.reserveCapacity(rows.count)
    for row in rows {
      guard let cells = row.array, cells.count >= 9, let openTime = cells[0].integer, openTime >= 0, let open = cells[1].decimal,
        let high = cells[2].decimal, let low = cells[3].decimal, let close = cells[4].decimal, let volume = cells[5].decimal,
        let quoteVolume = cells[7].decimal, let tradeCount = cells[8].integer
      else { throw FrameRefusal(.badField, field: "klines") }
      let candle = Candle(
        openTime: Timestamp(milliseconds: openTime), open: open, high: high, low: low, close: close, volume: volume,
        quoteVolume: quoteVolume, tradeCount: tradeCount)
      guard candle.isConsistent else { throw FrameRefusal(.badField, field: "klines") }
      candles.append(candle)
    }
    return candles
  }

  /// `exchangeInfo.rateLimits`: REQUEST_WEIGHT and ORDERS.
  static func rateLimits(_ value: JSONValue) -> (weights: [RateGovernor.Window], orders: [RateGovernor.Window]) {
    var weights: [RateGovernor.Window] = []
    var orders: [RateGovernor.Window] = []
    for entry in value["rateLimits"]?.array ?? [] {
      guard let limit = entry["limit"]?.integer, (1...10_000_000).contains(limit), let count = entry["intervalNum"]?.integer,
        (1...100_000).contains(count), let unit = entry["interval"]?.string?.first,
        let length = RateGovernor.milliseconds(ofHeaderInterval: "\(count)\(unit)")
      else { continue }
      let window = RateGovernor.Window(limit: Int(limit), lengthMilliseconds: length)
      switch entry["rateLimitType"]?.string {
      case "REQUEST_WEIGHT": weights.append(window)
      case "ORDERS": orders.append(window)
      default: break
      }
    }
    return (weights, orders)
  }

  /// `GET account` balances, or the `B` array of `outboundAccountPosition`.
  static func balances(_ entries: [JSONValue], _ asset: StaticString, _ free: StaticString, _ locked: StaticString)
    throws(FrameRefusal) -> [AssetBalance]
  {
    var balances: [AssetBalance] = []
    for entry in entries {
      balances.append(
        AssetBalance(
          asset: try entry.requireString(asset), free: try entry.requireDecimal(free), locked: try entry.requireDecimal(locked)))
    }
    return balances
  }
}
