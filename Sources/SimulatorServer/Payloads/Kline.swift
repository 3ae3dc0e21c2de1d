import Time
import TradingModel

/// A candle with what the exchange's kline messages carry besides.
struct Kline: Hashable, Sendable {
  var candle: Candle
  /// -1 where the candle has no trade.
  var firstTradeID: Int64 = -1
  var lastTradeID: Int64 = -1
  var takerBuyVolume: Quantity = .zero
  var takerBuyQuoteVolume: Amount = .zero
}

/// The candles of one interval of a symbol: the one in progress and a bounded past.
struct KlineSeries: Sendable {
  let interval: Interval
  private let historyMaximum: Int
  private var builder: CandleBuilder
  private var firstTradeID: Int64 = -1
  private var lastTradeID: Int64 = -1
  private var takerBuyVolume: Quantity = .zero
  private var takerBuyQuoteVolume: Amount = .zero
  /// Set where candles come from a recording and not from trades.
  private var recordedCurrent: Kline?
  let isRecorded: Bool
  /// Off for intervals finer than a recording: they stay empty.
  let isKept: Bool
  /// When the candle in progress ends.
  private(set) var currentEnd = Timestamp.distantFuture
  /// Closed candles, oldest first.
  private(set) var history: [Kline] = []

  init(interval: Interval, historyMaximum: Int, isRecorded: Bool = false, isKept: Bool = true) {
    self.isKept = isKept
    self.interval = interval
    self.historyMaximum = max(historyMaximum, 1)
    self.isRecorded = isRecorded
    builder = CandleBuilder(interval: interval)
  }

  /// The candle in progress.
  var current: Kline? {
    if isRecorded { return recordedCurrent }
    return builder.current.map { extended($0) }
  }

  private func extended(_ candle: Candle) -> Kline {
    Kline(
      candle: candle, firstTradeID: firstTradeID, lastTradeID: lastTradeID, takerBuyVolume: takerBuyVolume,
      takerBuyQuoteVolume: takerBuyQuoteVolume)
  }

  /// Adds a trade; candles that it closes are appended to `closed`.
  mutating func add(_ trade: MarketTradeFacts, closed: inout [Kline]) {
    guard !isRecorded, isKept else { return }
    advance(to: trade.time, closed: &closed)
    var none: [Candle] = []
    builder.add(price: trade.price, quantity: trade.quantity, at: trade.time, closed: &none)
    if currentEnd == .distantFuture, let current = builder.current { currentEnd = interval.nextOpenTime(after: current.openTime) }
    if firstTradeID < 0 { firstTradeID = trade.id }
    lastTradeID = trade.id
    if !trade.isBuyerMaker {
      takerBuyVolume += trade.quantity
      takerBuyQuoteVolume += trade.price * trade.quantity
    }
  }

  /// Closes what ends at or before `time`.
  mutating func advance(to time: Timestamp, closed: inout [Kline]) {
    guard time >= currentEnd else { return }
    var ended: [Candle] = []
    builder.advance(to: time, closed: &ended)
    if let current = builder.current { currentEnd = interval.nextOpenTime(after: current.openTime) }
    for candle in ended {
      let kline = extended(candle)
      (firstTradeID, lastTradeID, takerBuyVolume, takerBuyQuoteVolume) = (-1, -1, .zero, .zero)
      append(kline)
      closed.append(kline)
    }
  }

  /// Takes a recorded candle, in progress or closed.
  mutating func record(_ kline: Kline, isClosed: Bool) {
    recordedCurrent = isClosed ? nil : kline
    if isClosed { append(kline) }
  }

  private mutating func append(_ kline: Kline) {
    history.append(kline)
    if history.count >= historyMaximum + historyMaximum / 4 + 1 { history.removeFirst(history.count - historyMaximum) }
  }

  /// Candles by open time, as the exchange answers: with a start the oldest from there, else the newest; both bounds inclusive.
  ///
  /// Cost: O(log n) and the candles that are answered.
  func select(from start: Timestamp?, to end: Timestamp?, limit: Int) -> [Kline] {
    var low = start.map { start in firstIndex { $0.candle.openTime >= start } } ?? history.startIndex
    var high = end.map { end in firstIndex { $0.candle.openTime > end } } ?? history.endIndex
    let current = current.flatMap { kline in
      let opens = kline.candle.openTime
      return opens >= start ?? opens && opens <= end ?? opens ? kline : nil
    }
    let limit = max(limit, 0)
    guard low <= high else { return [] }
    if start != nil {
      if high - low > limit { high = low + limit }
      let rows = Array(history[low..<high])
      return current.map { rows.count < limit ? rows + [$0] : rows } ?? rows
    }
    let room = max(limit - (current == nil ? 0 : 1), 0)
    if high - low > room { low = high - room }
    let rows = Array(history[low..<high])
    return current.map { limit > 0 ? rows + [$0] : rows } ?? rows
  }

  /// Binary search in the closed candles: the first for which `test` holds.
  private func firstIndex(where test: (Kline) -> Bool) -> Int {
    var low = history.startIndex
    var high = history.endIndex
    while low < high {
      let middle = (low + high) / 2
      if test(history[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Kline {
  /// This and the next one as one candle; this one's open time counts.
  func joined(with later: Kline) -> Kline {
    Kline(
      candle: candle.joined(with: later.candle), firstTradeID: firstTradeID < 0 ? later.firstTradeID : firstTradeID,
      lastTradeID: later.lastTradeID < 0 ? lastTradeID : later.lastTradeID, takerBuyVolume: takerBuyVolume + later.takerBuyVolume,
      takerBuyQuoteVolume: takerBuyQuoteVolume + later.takerBuyQuoteVolume)
  }
}

/// What candles need to know of a trade.
struct MarketTradeFacts {
  var id: Int64
  var price: Price
  var quantity: Quantity
  var time: Timestamp
  var isBuyerMaker: Bool
}
