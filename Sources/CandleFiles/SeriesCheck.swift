import Time
import TradingModel

/// Makes rows in order a series: finds its interval, and looks for open times beside the grid and for gaps.
///
/// Costs nothing more when all distances are one interval; else one or two passes over the candles.
struct SeriesCheck {
  private var rows: CandleReader.Rows
  private let path: String
  private let options: CandleReadOptions

  init(_ rows: consuming CandleReader.Rows, path: String, options: CandleReadOptions) {
    self.rows = rows
    self.path = path
    self.options = options
  }

  mutating func finish() throws(CandleFileError) -> CandleSeries {
    guard let first = rows.candles.first else { throw nothing() }
    let interval = try findInterval()
    let isUniform = !rows.distances.hasMany && interval != .oneMonth && interval.openTime(containing: first.openTime) == first.openTime
    if !isUniform || rows.distances.count(of: interval) != rows.accepted - 1 {
      try checkGrid(interval)
      try checkGaps(interval)
    }
    return CandleSeries(candles: rows.candles, interval: interval, repairs: rows.repairs, path: path)
  }

  private func nothing() -> CandleFileError {
    if rows.accepted > 0 {
      let bounds = [options.from.map { "from \($0)" }, options.to.map { "before \($0)" }].compactMap(\.self).joined(separator: " ")
      return CandleFileError(.empty, path: path, "holds no candle \(bounds)")
    }
    let skipped = rows.repairs.skippedRows
    return CandleFileError(
      .empty, path: path,
      rows.repairs.descriptions.first.map { "holds no candle: all \(skipped) rows are bad, the first: \($0)" } ?? "holds no candle")
  }

  private mutating func findInterval() throws(CandleFileError) -> Interval {
    let common = rows.distances.mostCommon()
    let deduced = common.flatMap { DistanceTally.interval(of: $0.nanoseconds) }
    guard let wanted = options.interval else {
      if let deduced { return deduced }
      guard let common else {
        throw CandleFileError(
          .interval, path: path, "holds one candle, which does not tell how long it is", remedy: "--interval names the candles' length")
      }
      throw CandleFileError(
        .interval, path: path, "most candles lie \(Self.seconds(common.nanoseconds)) apart, which is the length of no interval",
        remedy: "--interval names the candles' length")
    }
    // A candle or two before or after a gap do not make another interval.
    if !options.allowGaps, let deduced, let common, deduced != wanted, common.count > max(rows.distances.count(of: wanted), 1) {
      throw CandleFileError(
        .interval, path: path, "holds candles of \(deduced), not of \(wanted)", remedy: "--interval \(deduced) reads them as they are")
    }
    return wanted
  }

  private static func seconds(_ nanoseconds: Int64) -> String {
    "\(FixedDecimal(raw: Int128(nanoseconds) / 10)) s"
  }

  /// Finds, or drops, candles that no candle of `interval` can be.
  private mutating func checkGrid(_ interval: Interval) throws(CandleFileError) {
    func isOnGrid(_ candle: Candle) -> Bool { interval.openTime(containing: candle.openTime) == candle.openTime }
    guard let first = rows.candles.firstIndex(where: { !isOnGrid($0) }) else { return }
    func problem(_ candle: Candle) -> String {
      let start = interval.openTime(containing: candle.openTime)
      return "open_time \(candle.openTime) is not the start of a candle of \(interval), which would be \(start)"
    }
    guard options.skipBad else {
      throw CandleFileError(
        .interval, path: path, line: rows.lines.line(of: first), problem(rows.candles[first]), remedy: "--skip-bad drops such rows")
    }
    var kept: [Candle] = []
    var lines = LineMap()
    for (index, candle) in rows.candles.enumerated() {
      let line = rows.lines.line(of: index)
      if isOnGrid(candle) {
        lines.append(index: kept.count, line: line)
        kept.append(candle)
      } else {
        rows.repairs.skipped(line: line, problem(candle))
      }
    }
    rows.candles = kept
    rows.lines = lines
    if kept.isEmpty { throw nothing() }
  }

  /// Finds, or fills, places where candles are missing.
  private mutating func checkGaps(_ interval: Interval) throws(CandleFileError) {
    if options.allowGaps, !options.fillGaps { return }
    var gaps: [CandleGap] = []
    var total = 0
    for index in rows.candles.indices.dropFirst() {
      let (before, after) = (rows.candles[index - 1].openTime, rows.candles[index].openTime)
      guard interval.nextOpenTime(after: before) != after else { continue }
      let gap = CandleGap(index: index, line: rows.lines.line(of: index), before: before, after: after, interval: interval)
      total += gap.missing
      gaps.append(gap)
    }
    guard let first = gaps.first else { return }
    guard options.fillGaps else {
      let all = gaps.count > 1 ? " (\(total) in \(gaps.count) gaps in all)" : ""
      throw CandleFileError(
        .gap, path: path, line: first.line, "\(first)\(all)", remedy: "--fill-gaps puts flat candles of the previous close there")
    }
    guard total <= CandleFile.filledMaximum else {
      throw CandleFileError(
        .gap, path: path, line: first.line,
        "\(total) candles are missing in \(gaps.count) \(gaps.count == 1 ? "gap" : "gaps"), more than the \(CandleFile.filledMaximum) that can be filled",
        remedy: "--from and --to take a part of the file")
    }
    guard rows.candles.count + total <= options.rowsMaximum else {
      throw CandleFileError(
        .tooMany, path: path, "more than \(options.rowsMaximum) candles with the \(total) missing ones",
        remedy: "--from and --to take a part of them")
    }
    fill(gaps, total: total)
  }

  private mutating func fill(_ gaps: [CandleGap], total: Int) {
    var filled: [Candle] = []
    filled.reserveCapacity(rows.candles.count + total)
    var next = 0
    for gap in gaps {
      filled.append(contentsOf: rows.candles[next..<gap.index])
      gap.appendFlatCandles(after: rows.candles[gap.index - 1], to: &filled)
      rows.repairs.filled(line: gap.line, count: gap.missing, "\(gap)")
      next = gap.index
    }
    filled.append(contentsOf: rows.candles[next...])
    rows.candles = filled
  }
}
