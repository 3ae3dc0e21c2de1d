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

/// Candles missing between two neighbours on the grid.
struct CandleGap: CustomStringConvertible {
  /// Of the candle after the gap.
  let index: Int
  let line: Int
  let before: Timestamp
  let after: Timestamp
  let interval: Interval
  /// Candles missing, at least one.
  let missing: Int

  init(index: Int, line: Int, before: Timestamp, after: Timestamp, interval: Interval) {
    self.index = index
    self.line = line
    self.before = before
    self.after = after
    self.interval = interval
    if interval == .oneMonth {
      var count = 0
      var time = interval.nextOpenTime(after: before)
      while time < after {
        count += 1
        time = interval.nextOpenTime(after: time)
      }
      missing = count
    } else {
      missing = Int(after.nanoseconds(since: before) / (interval.milliseconds * 1_000_000)) - 1
    }
  }

  var description: String {
    "\(missing) \(missing == 1 ? "candle is" : "candles are") missing between \(before) and \(after)"
  }

  /// Appends a candle of the previous close and no volume for each missing one.
  func appendFlatCandles(after previous: Candle, to candles: inout [Candle]) {
    let price = previous.close
    var time = interval.nextOpenTime(after: before)
    while time < after {
      candles.append(Candle(openTime: time, open: price, high: price, low: price, close: price, volume: .zero))
      time = interval.nextOpenTime(after: time)
    }
  }
}

/// Counts the distances between neighbouring open times: which is the most common, and whether there are others.
struct DistanceTally {
  /// Distances told apart; in a file with more of them, later ones are not counted.
  static let distancesMaximum = 4_096

  private var counts: [Int64: Int] = [:]
  private var current: Int64 = 0
  private var run = 0
  private(set) var hasMany = false

  /// One more distance in nanoseconds, above zero.
  @inline(__always) mutating func add(_ distance: Int64) {
    if distance == current { run &+= 1 } else { change(to: distance) }
  }

  @inline(never) private mutating func change(to distance: Int64) {
    if run > 0 { hasMany = true }
    settle()
    current = distance
    run = 1
  }

  private mutating func settle() {
    if run > 0, counts[current] != nil || counts.count < Self.distancesMaximum { counts[current, default: 0] += run }
    run = 0
  }

  /// The most common distance in nanoseconds and how often it comes; of equally common ones the shortest. `nil` without any.
  mutating func mostCommon() -> (nanoseconds: Int64, count: Int)? {
    settle()
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { ($0.key, $0.value) }
  }

  /// How many distances are one `interval`.
  mutating func count(of interval: Interval) -> Int {
    settle()
    return counts.reduce(0) { $0 + (Self.interval(of: $1.key) == interval ? $1.value : 0) }
  }

  /// The interval whose candles follow each other at this distance.
  static func interval(of nanoseconds: Int64) -> Interval? {
    let day: Int64 = 86_400_000_000_000
    if nanoseconds % day == 0, (28...31).contains(nanoseconds / day) { return .oneMonth }
    return Interval.allCases.first { $0 != .oneMonth && $0.milliseconds * 1_000_000 == nanoseconds }
  }
}

/// Which line of the file each candle stood on. Small: it keeps the places where the distance between both changes.
struct LineMap {
  private var changes: [(index: Int, offset: Int)] = []
  private var offset = Int.min

  /// Candle `index`, counted from 0 and in order, stood on `line`.
  @inline(__always) mutating func append(index: Int, line: Int) {
    if line &- index != offset { change(index: index, offset: line &- index) }
  }

  @inline(never) private mutating func change(index: Int, offset: Int) {
    self.offset = offset
    changes.append((index, offset))
  }

  /// The line of a candle. Costs a binary search.
  func line(of index: Int) -> Int {
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].index <= index { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? index + changes[low - 1].offset : 0
  }
}
