import MarketTape
import Time
import TradingCore
import TradingModel
import Venue

/// Remembers the best prices of the last seconds, and says of each order that was to fill at once where the market was when it was decided and
/// when it was executed. On the core's loop; against an exchange only, since on paper no time passes in between.
///
/// A candle's decision was made at its close, any other when it was journaled. Memory: ``trailMaximum`` prices for each symbol that is
/// quoted, ``ordersMaximum`` orders.
struct OrderArrivals {
  /// Prices kept of a symbol; of those heard within ``stepNanoseconds`` the last.
  static let trailMaximum = 128
  static let stepNanoseconds: Int64 = 20_000_000
  static let ordersMaximum = 4_096

  private struct Best {
    var time: Timestamp
    var bid: Price
    var ask: Price
  }

  /// The latest best prices of a symbol, oldest first once it went round.
  private struct Trail {
    var prices: [Best] = []
    var head = 0

    mutating func add(_ best: Best) {
      if let last = newest, best.time.nanoseconds / stepNanoseconds == prices[last].time.nanoseconds / stepNanoseconds {
        prices[last] = best
      } else if prices.count < trailMaximum {
        prices.append(best)
      } else {
        prices[head] = best
        head = (head + 1) % trailMaximum
      }
    }

    private var newest: Int? { prices.isEmpty ? nil : (head + prices.count - 1) % prices.count }

    /// The last one heard at or before a time; the oldest where all were heard later.
    func at(_ time: Timestamp) -> Best? {
      for back in 0..<prices.count {
        let best = prices[(head + prices.count - 1 - back) % prices.count]
        if best.time <= time || back == prices.count - 1 { return best }
      }
      return nil
    }
  }

  private var trails: [Symbol: Trail] = [:]
  private var closes: [Symbol: (time: Timestamp, price: Price)] = [:]
  private var decided: [ClientOrderID: Price] = [:]
  private var waiting: [ClientOrderID] = []

  /// A market event, heard at this time of the exchange's clock.
  mutating func take(_ event: MarketEvent, at time: @autoclosure () -> Timestamp) {
    switch event {
    case .quote(let quote):
      guard quote.bidPrice.isPositive, quote.askPrice.isPositive else { return }
      trails[quote.symbol, default: Trail()].add(Best(time: time(), bid: quote.bidPrice, ask: quote.askPrice))
    case .candle(let update) where update.isClosed:
      closes[update.symbol] = (update.interval.nextOpenTime(after: update.candle.openTime), update.candle.close)
    case .candle, .trade, .ticker: break
    }
  }

  /// Entries that became durable; returns what is known of orders that were filled for the first time.
  mutating func take(_ entries: [JournalEntry]) -> [TapeArrival] {
    var arrivals: [TapeArrival] = []
    for entry in entries {
      switch entry.record {
      case .orderIntent(let intent) where intent.request.isImmediate: decide(intent, at: entry.time)
      case .fill(let record):
        guard let id = record.clientOrderID, let price = decided.removeValue(forKey: id),
          let best = trails[record.fill.symbol]?.at(record.fill.time)
        else { continue }
        arrivals.append(TapeArrival(order: id, decided: price, arrived: record.side == .buy ? best.ask : best.bid))
      default: break
      }
    }
    return arrivals
  }

  private mutating func decide(_ intent: OrderIntent, at time: Timestamp) {
    let request = intent.request
    var at = time
    if intent.purpose == .entry || intent.purpose == .exit || intent.purpose == .timeStop, let close = closes[request.symbol],
      close.price == intent.decisionPrice, close.time < time
    {
      at = close.time
    }
    guard let best = trails[request.symbol]?.at(at) else { return }
    if waiting.count >= 2 * Self.ordersMaximum {
      for id in waiting[..<Self.ordersMaximum] { decided[id] = nil }
      waiting.removeFirst(Self.ordersMaximum)
    }
    waiting.append(request.clientOrderID)
    decided[request.clientOrderID] = request.side == .buy ? best.ask : best.bid
  }
}
