import Time
import TradingModel

/// What happened in a window of time: the tickers' figures.
struct WindowStatistics {
  var openTime: Timestamp
  var closeTime: Timestamp
  var open: Price = .zero
  var high: Price = .zero
  var low: Price = .zero
  var last: Price = .zero
  var lastQuantity: Quantity = .zero
  var previousClose: Price = .zero
  var volume: Quantity = .zero
  var quoteVolume: Amount = .zero
  var count: Int64 = 0
  /// -1 where the window holds no trade.
  var firstID: Int64 = -1
  var lastID: Int64 = -1

  var change: Price { last - open }
  /// Per cent with three digits.
  var changePercent: FixedDecimal {
    guard open.isPositive else { return .zero }
    return FixedDecimal(raw: (change * FixedDecimal(100)).divided(by: open, rounding: .nearest).raw / 100_000 * 100_000)
  }
  var weightedAverage: Price { volume.isPositive ? quoteVolume / volume : last }
}

/// The length of a rolling window: `1m` to `59m`, `1h` to `23h`, `1d` to `7d` (rest-api.md, Rolling window price change statistics).
struct RollingWindow: Hashable {
  let name: String
  let milliseconds: Int64

  init?(_ text: String) {
    guard let unit = text.last, let count = Int64(text.dropLast()), text.first != "+", text.first != "0" else { return nil }
    switch unit {
    case "m" where (1...59).contains(count): milliseconds = count * 60_000
    case "h" where (1...23).contains(count): milliseconds = count * 3_600_000
    case "d" where (1...7).contains(count): milliseconds = count * 86_400_000
    default: return nil
    }
    name = text
  }

  /// Where the window that ends at `time` begins: on a whole minute, so it is up to 59,999 ms longer than its name says
  /// (web-socket-streams.md, Individual symbol rolling window statistics).
  func start(endingAt time: Timestamp) -> Timestamp {
    Interval.oneMinute.openTime(containing: time.advanced(byMilliseconds: -milliseconds))
  }
}

extension SymbolBoard {
  /// Minutes that the longest rolling window looks back, and a few for the ends.
  static let minutesKept = 7 * 1_440 + 20

  /// Statistics from minute candles (or the finest recorded ones) that open in `start` to `end`; zero before the first trade.
  func statistics(from start: Timestamp, to end: Timestamp, closeTime: Timestamp) -> WindowStatistics {
    var window = WindowStatistics(openTime: start, closeTime: closeTime)
    guard let last else { return window }
    let klines = finest.select(from: start, to: end, limit: .max)
    window.last = last.facts.price
    window.lastQuantity = last.facts.quantity
    window.open = klines.first?.candle.open ?? last.facts.price
    window.high = klines.first?.candle.high ?? last.facts.price
    window.low = klines.first?.candle.low ?? last.facts.price
    window.previousClose = window.open
    for kline in klines {
      window.high = max(window.high, kline.candle.high)
      window.low = min(window.low, kline.candle.low)
      window.volume += kline.candle.volume
      window.quoteVolume += kline.candle.quoteVolume
      window.count &+= kline.candle.tradeCount
      if window.firstID < 0 { window.firstID = kline.firstTradeID }
      if kline.lastTradeID >= 0 { window.lastID = kline.lastTradeID }
    }
    return window
  }

  /// The last 24 hours.
  func day(endingAt now: Timestamp) -> WindowStatistics {
    statistics(from: now.advanced(byMilliseconds: -86_400_000), to: now, closeTime: now)
  }

  func rolling(_ window: RollingWindow, endingAt now: Timestamp) -> WindowStatistics {
    statistics(from: window.start(endingAt: now), to: now, closeTime: now)
  }

  /// The day that `now` lies in, by the clock of a time zone.
  func tradingDay(containing now: Timestamp, _ zone: TimeZoneOffset) -> WindowStatistics {
    let start = zone.openTime(of: .oneDay, containing: now)
    return statistics(from: start, to: now, closeTime: start.advanced(byMilliseconds: 86_399_999))
  }

  /// The volume-weighted average of the last five minutes; the last price where nothing was traded.
  var averagePrice: Price {
    let series = finest
    let rows = series.select(from: nil, to: nil, limit: max(Int(300_000 / series.interval.milliseconds), 1))
    let volume = rows.reduce(Quantity.zero) { $0 + $1.candle.volume }
    let quote = rows.reduce(Amount.zero) { $0 + $1.candle.quoteVolume }
    return volume.isPositive ? quote / volume : last?.facts.price ?? .zero
  }

  /// The mean of the last prices of the last ``referenceBuckets`` whole seconds (reference price by ARITHMETIC_MEAN); of longer candles
  /// where a recording has no seconds. `nil` before the first trade.
  var referencePrice: Price? {
    let rows = kept(.oneSecond).history.suffix(Self.referenceBuckets)
    guard !rows.isEmpty else { return last?.facts.price }
    return rows.reduce(Price.zero) { $0 + $1.candle.close }.divided(by: FixedDecimal(rows.count), rounding: .nearest)
  }
}
