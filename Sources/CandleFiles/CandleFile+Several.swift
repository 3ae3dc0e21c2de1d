import Time
import TradingModel

extension CandleFile {
  /// The candles of several files of one market, as an archive's months, in order of time, whatever order they are named in.
  ///
  /// Candles that several files hold must be the same in each. A hole between two files is a gap like any other.
  ///
  /// - Parameter progress: told how much of all files has been read, 0…1.
  /// - Throws: ``CandleFileError`` with the first thing that is wrong.
  public static func read(
    paths: [String], options: CandleReadOptions = CandleReadOptions(), progress: ((Double) -> Void)? = nil
  ) throws(CandleFileError) -> CandleSeries {
    var parts: [CandleSeries] = []
    var options = options
    for (index, path) in paths.enumerated() {
      let part = try read(path: path, options: options) { progress?((Double(index) + $0) / Double(paths.count)) }
      // One candle alone does not tell its length.
      options.interval = options.interval ?? part.interval
      parts.append(part)
    }
    return try joined(parts, options)
  }

  /// Series of one market as one.
  ///
  /// - Throws: ``CandleFileError`` when one is of another interval, two say different things of one candle, or candles are missing between them.
  public static func joined(_ parts: [CandleSeries], _ options: CandleReadOptions) throws(CandleFileError) -> CandleSeries {
    let sorted = parts.sorted { ($0.candles.first?.openTime ?? .zero) < ($1.candles.first?.openTime ?? .zero) }
    guard var all = sorted.first else { throw CandleFileError(.empty, path: "", "no file is named") }
    for part in sorted.dropFirst() { try all.append(part, options) }
    return all
  }
}

extension CandleSeries {
  fileprivate mutating func append(_ next: CandleSeries, _ options: CandleReadOptions) throws(CandleFileError) {
    guard next.interval == interval else {
      throw CandleFileError(
        .interval, path: next.path, "holds candles of \(next.interval), and \(path) holds \(interval)",
        remedy: "write the interval of both behind them, or take one of them")
    }
    guard let last = candles.last, let first = next.candles.first else { return }
    var fresh = next.candles[...]
    if first.openTime <= last.openTime {
      let known = candles.partitioningIndex { $0.openTime >= first.openTime }
      var own = candles[known...]
      while let theirs = fresh.first, theirs.openTime <= last.openTime {
        own = own.drop { $0.openTime < theirs.openTime }
        guard let ours = own.first, ours.isSameTrade(as: theirs) else {
          throw CandleFileError(
            .order, path: next.path, "says something else of the candle of \(theirs.openTime) than \(path)", remedy: "take one of them")
        }
        fresh = fresh.dropFirst()
      }
    }
    guard let start = fresh.first else { return }
    if interval.nextOpenTime(after: last.openTime) != start.openTime, !options.allowGaps || options.fillGaps {
      let gap = CandleGap(index: candles.count, line: 0, before: last.openTime, after: start.openTime, interval: interval)
      guard options.fillGaps else {
        throw CandleFileError(.gap, path: next.path, "\(gap)", remedy: "--fill-gaps puts flat candles of the previous close there")
      }
      guard gap.missing <= CandleFile.filledMaximum else {
        throw CandleFileError(.gap, path: next.path, "\(gap), more than the \(CandleFile.filledMaximum) that can be filled")
      }
      gap.appendFlatCandles(after: last, to: &candles)
      repairs.filled(line: 0, count: gap.missing, "\(gap)")
    }
    guard candles.count + fresh.count <= options.rowsMaximum else {
      throw CandleFileError(.tooMany, path: next.path, "more than \(options.rowsMaximum) candles together")
    }
    candles += fresh
    repairs.add(next.repairs)
    path = next.path
  }
}

extension Candle {
  /// Whether two files say the same of a candle; some leave quote volume and count out.
  fileprivate func isSameTrade(as other: Candle) -> Bool {
    openTime == other.openTime && open == other.open && high == other.high && low == other.low && close == other.close
      && volume == other.volume
  }
}

extension Array {
  /// The first index from which on `isBehind` holds. Costs a binary search.
  fileprivate func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
