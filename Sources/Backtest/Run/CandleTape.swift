import Time
import TradingModel
import MarketModel

/// One symbol's candles as they pass by: four points of the walk through each, then its close. Where finer candles are given, the walk goes
/// through those instead.
///
/// The order is that of the simulator's replay, so that both drive the same core to the same decisions: the open on the open time, the
/// extremes after one and two thirds, the close on the last millisecond, the closed candle on its end.
struct CandleTape {
  /// What happens next.
  enum Step {
    /// The symbol trades; `isGap`: it may have jumped there.
    case price(Price, isGap: Bool)
    /// A candle of the traded interval is complete.
    case closed(Candle)
    /// The file's candle is over, the traded one is not.
    case nothing
  }

  let symbol: Symbol
  /// The interval that is traded.
  let interval: Interval
  private let fine: Interval
  private let rule: IntrabarPath.Rule
  private let candles: [Candle]
  /// The next candle and, after it, the end.
  private var row: Int
  private let end: Int
  /// 0…3: a point of the path; 4: the close.
  private var phase = 0
  private let detail: [Candle]
  private let detailInterval: Interval
  private var detailRow = 0
  /// The finer candles of the current one; empty where they do not fill it.
  private var inside = 0..<0
  /// The candle that ``inside`` belongs to.
  private var insideRow = -1
  /// The candle of a coarser interval in the making.
  private var partial: Candle?
  private let isJoining: Bool
  /// When the next step is.
  private(set) var time: Timestamp

  /// `rows` must lie inside the market's candles.
  init(market: BacktestMarket, interval: Interval, rows: Range<Int>, rule: IntrabarPath.Rule) {
    symbol = market.symbol
    self.interval = interval
    fine = market.interval
    self.rule = rule
    candles = market.candles
    row = rows.lowerBound
    end = rows.upperBound
    detail = market.detail
    detailInterval = market.detailInterval
    isJoining = interval != market.interval
    time = rows.isEmpty ? .distantFuture : market.candles[rows.lowerBound].openTime
  }

  var rowsDone: Int { row }
  /// Whether every candle of the file is one that is traded, and nothing finer is known.
  var isWhole: Bool { !isJoining && detail.isEmpty }
  var isOver: Bool { row >= end }

  /// The close of the current file candle, for symbols whose walk nobody needs.
  var close: Price { row < end ? candles[row].close : .zero }

  /// Whether the walk through the current candle has not begun.
  var isAtOpen: Bool { phase == 0 && !isInsideDetail }

  private var isInsideDetail: Bool { insideRow == row && detailRow > inside.lowerBound }

  private var endOfRow: Timestamp { fine.nextOpenTime(after: candles[row].openTime) }

  var nextCandles: ArraySlice<Candle> { candles[row..<end] }

  /// Goes to the open of a later candle; not for finer ones in between.
  mutating func pass(upTo row: Int) {
    self.row = row
    time = row < end ? candles[row].openTime : .distantFuture
  }

  /// Goes straight to the close of the current candle.
  mutating func skipWalk() {
    guard row < end else { return }
    phase = 4
    time = endOfRow
  }

  /// Finds the finer candles of the current one.
  private mutating func lookInside() {
    inside = DetailCoverage.rows(of: detail, detailInterval, from: candles[row].openTime, to: endOfRow, after: detailRow)
    insideRow = row
    detailRow = inside.lowerBound
  }

  /// Does what is due at ``time``.
  mutating func step() -> Step {
    guard row < end else { return .nothing }
    guard phase < 4 else { return closeRow() }
    if !detail.isEmpty, insideRow != row { lookInside() }
    if let fineCandle = currentDetail { return walk(fineCandle, detailInterval, isDetail: true) }
    return walk(candles[row], fine, isDetail: false)
  }

  /// The finer candle whose turn it is inside the current one.
  private var currentDetail: Candle? {
    insideRow == row && inside.contains(detailRow) ? detail[detailRow] : nil
  }

  private mutating func walk(_ candle: Candle, _ length: Interval, isDetail: Bool) -> Step {
    let path = IntrabarPath(candle, rule: rule)
    let price: Price
    switch phase {
    case 0: price = path.first
    case 1: price = path.second
    case 2: price = path.third
    default: price = path.fourth
    }
    let isGap = phase == 0
    phase += 1
    if phase == 4, isDetail {
      detailRow += 1
      if let next = currentDetail {
        phase = 0
        time = next.openTime
        return .price(price, isGap: isGap)
      }
    }
    time = phase == 4 ? endOfRow : Self.time(of: phase, candle, length)
    return .price(price, isGap: isGap)
  }

  /// When a point of the walk is: see ``IntrabarPath/points(of:interval:step:rule:)``.
  private static func time(of phase: Int, _ candle: Candle, _ interval: Interval) -> Timestamp {
    let end = interval.nextOpenTime(after: candle.openTime)
    let third = end.nanoseconds(since: candle.openTime) / 3
    switch phase {
    case 1: return candle.openTime.advanced(byNanoseconds: third)
    case 2: return candle.openTime.advanced(byNanoseconds: 2 * third)
    default: return end.advanced(byMilliseconds: -1)
    }
  }

  private mutating func closeRow() -> Step {
    let candle = candles[row]
    let end = endOfRow
    row += 1
    phase = 0
    time = row < self.end ? candles[row].openTime : .distantFuture
    guard isJoining else { return .closed(candle) }
    let opens = interval.openTime(containing: candle.openTime)
    if let known = partial, known.openTime == opens {
      partial = known.joined(with: candle)
    } else {
      // Data that begin inside a coarser candle make no candle of it.
      partial = candle.openTime == opens ? candle : nil
    }
    guard let whole = partial, interval.nextOpenTime(after: opens) == end else { return .nothing }
    partial = nil
    return .closed(whole)
  }
}
