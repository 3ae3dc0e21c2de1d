import Time
public import TradingModel

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
