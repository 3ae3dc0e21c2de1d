import TradingModel

/// A symbol's candles joined until a drawing has room for them.
struct PriceSeries {
  struct Bucket {
    var start: Double
    var open: Double
    var high: Double
    var low: Double
    var close: Double
  }

  let buckets: [Bucket]

  /// At most `limit` buckets of equally many candles.
  init(_ candles: [Candle], limit: Int) {
    let size = max(1, (candles.count + limit - 1) / max(1, limit))
    var buckets: [Bucket] = []
    for (index, candle) in candles.enumerated() {
      let high = candle.high.statisticValue
      let low = candle.low.statisticValue
      if index % size == 0 || buckets.isEmpty {
        buckets.append(
          Bucket(
            start: candle.openTime.drawnSeconds, open: candle.open.statisticValue, high: high, low: low, close: candle.close.statisticValue)
        )
      } else {
        let last = buckets.count - 1
        buckets[last].high = max(buckets[last].high, high)
        buckets[last].low = min(buckets[last].low, low)
        buckets[last].close = candle.close.statisticValue
      }
    }
    self.buckets = buckets
  }

  /// The bucket that holds an instant: the last that starts at or before it, or the first.
  func bucket(at seconds: Double) -> Bucket? {
    var low = 0
    var high = buckets.count
    while low < high {
      let middle = (low + high) / 2
      if buckets[middle].start <= seconds { low = middle + 1 } else { high = middle }
    }
    return buckets.isEmpty ? nil : buckets[max(0, low - 1)]
  }

  /// Buckets of the wide drawing, which the crosshair reads too.
  static func limit(_ size: PlotSize) -> Int { size == .wide ? 480 : 170 }
  /// What a reader sees of this many candles.
  static func meaning(_ count: Int) -> String {
    let sticks = "candlesticks, hollow where the price rose"
    let range = "the close over the range from low to high"
    if count <= candlestickLimit(.narrow) { return sticks }
    return count <= candlestickLimit(.wide) ? "\(sticks) (on a narrow screen \(range))" : range
  }

  /// Up to this many are drawn as candlesticks, more as range and close.
  static func candlestickLimit(_ size: PlotSize) -> Int { size == .wide ? 200 : 70 }

  // MARK: - Drawing

  func drawing(_ plot: Plot, _ size: PlotSize) -> Markup {
    buckets.count <= Self.candlestickLimit(size) ? candlesticks(plot) : range(plot)
  }

  /// From low to high as an area, the closes as a line.
  private func range(_ plot: Plot) -> Markup {
    let number = NumberText.coordinate
    var area = ""
    for bucket in buckets { area += "\(area.isEmpty ? "M" : "L")\(number(middle(bucket, plot))) \(number(plot.y(bucket.high)))" }
    for bucket in buckets.reversed() { area += "L\(number(middle(bucket, plot))) \(number(plot.y(bucket.low)))" }
    var line = ""
    for bucket in buckets { line += "\(line.isEmpty ? "M" : "L")\(number(middle(bucket, plot))) \(number(plot.y(bucket.close)))" }
    return "<path class=\"range\" d=\"\(area)Z\"/><path class=\"close\" d=\"\(line)\"/>"
  }

  private func candlesticks(_ plot: Plot) -> Markup {
    let number = NumberText.coordinate
    let half = max(0.8, width(plot) * 0.35)
    var wicks = ""
    var rising = ""
    var falling = ""
    for bucket in buckets {
      let x = middle(bucket, plot)
      wicks += "M\(number(x)) \(number(plot.y(bucket.high)))V\(number(plot.y(bucket.low)))"
      let top = plot.y(max(bucket.open, bucket.close))
      let height = max(1, plot.y(min(bucket.open, bucket.close)) - top)
      let body = "M\(number(x - half)) \(number(top))h\(number(2 * half))v\(number(height))h\(number(-2 * half))z"
      if bucket.close >= bucket.open { rising += body } else { falling += body }
    }
    return "<path class=\"wick\" d=\"\(wicks)\"/><path class=\"rising\" d=\"\(rising)\"/><path class=\"falling\" d=\"\(falling)\"/>"
  }

  /// A bucket's width in the drawing.
  private func width(_ plot: Plot) -> Double {
    guard let first = buckets.first, let last = buckets.last, buckets.count > 1 else { return 8 }
    return min(12, (plot.x(last.start) - plot.x(first.start)) / Double(buckets.count - 1))
  }

  private func middle(_ bucket: Bucket, _ plot: Plot) -> Double {
    min(plot.x(bucket.start) + (buckets.count > 1 ? width(plot) / 2 : 0), plot.right)
  }
}
