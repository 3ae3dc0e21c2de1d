import Time
public import TradingModel

/// The candles of one file: in order, consistent, on the interval's grid, without gaps unless they were allowed.
public struct CandleSeries: Hashable, Sendable {
  public var candles: [Candle]
  public var interval: Interval
  /// What was changed to get here.
  public var repairs: CandleRepairs
  /// The file they came from.
  public var path: String

  public init(candles: [Candle], interval: Interval, repairs: CandleRepairs = CandleRepairs(), path: String) {
    self.candles = candles
    self.interval = interval
    self.repairs = repairs
    self.path = path
  }
}

extension CandleSeries {
  /// The series in a longer interval, each candle joined from the ones within it.
  ///
  /// A candle that the data cover in part only, at their start or end, is left out; the result may be empty. Where gaps were allowed,
  /// a candle amid the data is joined from what there is, and one of nothing is left out. The same interval gives the series itself.
  ///
  /// - Throws: ``CandleFileError`` (`interval`) when `target` is no whole multiple of the series' interval.
  /// - Complexity: One pass over the candles.
  public func joined(to target: Interval) throws(CandleFileError) -> CandleSeries {
    guard target != interval else { return self }
    guard Self.isWhole(target, of: interval) else {
      throw CandleFileError(
        .interval, path: path, "candles of \(interval) cannot be joined to \(target): it is no whole multiple of \(interval)")
    }
    var joined: [Candle] = []
    var open: Candle?
    var end = Timestamp(nanoseconds: .min)
    for candle in candles {
      if candle.openTime < end {
        open = open?.joined(with: candle)
        continue
      }
      if let open { joined.append(open) }
      let start = target.openTime(containing: candle.openTime)
      end = target.nextOpenTime(after: start)
      // Only the first candle of all may lack its beginning for another reason than a gap.
      let isCut = start != candle.openTime && candle.openTime == candles.first?.openTime
      open = isCut ? nil : candle
      open?.openTime = start
    }
    if let open, let last = candles.last, interval.nextOpenTime(after: last.openTime) >= end { joined.append(open) }
    return CandleSeries(candles: joined, interval: target, repairs: repairs, path: path)
  }

  /// Whether candles of `fine` fill those of `coarse` without a remainder, wherever these start.
  private static func isWhole(_ coarse: Interval, of fine: Interval) -> Bool {
    guard fine.milliseconds < coarse.milliseconds else { return false }
    // Weeks start on a Monday and months on any day: what fills them must fill days.
    let day = Interval.oneDay.milliseconds
    if coarse == .oneMonth { return day % fine.milliseconds == 0 }
    return coarse.milliseconds % fine.milliseconds == 0
  }
}

/// What reading changed about a file's candles because it was told to.
public struct CandleRepairs: Hashable, Sendable {
  /// Descriptions kept; later repairs are only counted.
  public static let descriptionsMaximum = 10

  /// Candles inserted where some were missing.
  public internal(set) var gapsFilled = 0
  /// Rows dropped.
  public internal(set) var skippedRows = 0
  /// The first repairs in words, dropped rows before filled gaps, each with its line number: "line 7: high 1 is below low 2".
  public internal(set) var descriptions: [String] = []

  public init() {}

  /// Whether the candles are the file's own.
  public var isEmpty: Bool { gapsFilled == 0 && skippedRows == 0 }

  /// What another file's reading changed, too.
  mutating func add(_ other: CandleRepairs) {
    gapsFilled += other.gapsFilled
    skippedRows += other.skippedRows
    descriptions += other.descriptions.prefix(max(Self.descriptionsMaximum - descriptions.count, 0))
  }

  mutating func skipped(line: Int, _ problem: @autoclosure () -> String) {
    skippedRows += 1
    describe(line: line, problem())
  }

  mutating func filled(line: Int, count: Int, _ what: @autoclosure () -> String) {
    gapsFilled += count
    describe(line: line, what())
  }

  private mutating func describe(line: Int, _ text: @autoclosure () -> String) {
    guard descriptions.count < Self.descriptionsMaximum else { return }
    descriptions.append(line > 0 ? "line \(line): \(text())" : text())
  }
}
