import Time
import BinanceJSON
import TradingModel
import Venue

/// Values out of REST answers; a field that is needed and missing or malformed refuses the whole answer.
enum RestDecoding {
  /// `GET klines` (FACTS §7): rows of twelve. A row that cannot be is skipped and named.
  static func candles(_ value: JSONValue) throws(FrameRefusal) -> FetchedCandles {
    guard let rows = value.array else { throw FrameRefusal(.badField, field: "klines") }
    var fetched = FetchedCandles(candles: [])
    fetched.candles.reserveCapacity(rows.count)
    for row in rows {
      let time = row.array?.first?.integer.flatMap { (0...9_000_000_000_000).contains($0) ? Timestamp(milliseconds: $0) : nil }
      do throws(RowRefusal) {
        fetched.candles.append(try candle(row, openTime: time))
      } catch {
        fetched.refused.append(FetchedCandles.RefusedRow(openTime: time, reason: error.reason))
      }
    }
    return fetched
  }

  private struct RowRefusal: Error { var reason: String }

  private static func candle(_ row: JSONValue, openTime: Timestamp?) throws(RowRefusal) -> Candle {
    guard let cells = row.array, cells.count >= 9 else { throw RowRefusal(reason: "it has fewer than 9 cells") }
    guard let openTime else { throw RowRefusal(reason: "its open time cannot be read") }
    func number(_ index: Int, _ name: String) throws(RowRefusal) -> FixedDecimal {
      guard let value = cells[index].decimal else { throw RowRefusal(reason: "\(name) is no number") }
      return value
    }
    guard let tradeCount = cells[8].integer else { throw RowRefusal(reason: "the number of trades is none") }
    let candle = Candle(
      openTime: openTime, open: try number(1, "open"), high: try number(2, "high"), low: try number(3, "low"),
      close: try number(4, "close"),
      volume: try number(5, "volume"), quoteVolume: try number(7, "quote volume"), tradeCount: tradeCount)
    if !candle.isConsistent { throw RowRefusal(reason: inconsistency(candle)) }
    return candle
  }

  /// What makes a candle impossible.
  private static func inconsistency(_ candle: Candle) -> String {
    let prices = [("open", candle.open), ("high", candle.high), ("low", candle.low), ("close", candle.close)]
    for (name, price) in prices where !price.isPositive { return "\(name) \(price) is not above zero" }
    for (name, price) in prices where price > candle.high { return "high \(candle.high) is below \(name) \(price)" }
    for (name, price) in prices where price < candle.low { return "low \(candle.low) is above \(name) \(price)" }
    return "a volume or the number of trades is negative"
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
