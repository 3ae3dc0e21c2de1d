import Indicators

/// The published definitions, written as they are read: over whole windows, from the start of the series.
enum NaiveIndicators {
  static func window(_ values: [Double], _ row: Int, _ period: Int) -> ArraySlice<Double>? {
    row + 1 >= period ? values[(row + 1 - period)...row] : nil
  }

  static func mean(_ values: some Collection<Double>) -> Double { values.reduce(0, +) / Double(values.count) }

  static func simpleAverage(_ values: [Double], _ period: Int) -> [Double?] {
    values.indices.map { window(values, $0, period).map(mean) }
  }

  static func exponentialAverage(_ values: [Double], _ period: Int) -> [Double?] {
    guard values.count >= period else { return values.map { _ in nil } }
    var average = mean(values[..<period])
    var result = [Double?](repeating: nil, count: period - 1)
    result.append(average)
    for value in values[period...] {
      average = value * 2 / Double(period + 1) + average * Double(period - 1) / Double(period + 1)
      result.append(average)
    }
    return result
  }

  static func wilderAverage(_ values: [Double], _ period: Int) -> [Double?] {
    guard values.count >= period else { return values.map { _ in nil } }
    var average = mean(values[..<period])
    var result = [Double?](repeating: nil, count: period - 1)
    result.append(average)
    for value in values[period...] {
      average = (average * Double(period - 1) + value) / Double(period)
      result.append(average)
    }
    return result
  }

  static func changes(_ values: [Double]) -> [Double] { zip(values.dropFirst(), values).map { $0 - $1 } }

  /// 100 − 100 ÷ (1 + average gain ÷ average loss).
  static func relativeStrength(_ values: [Double], _ period: Int) -> [Double?] {
    let gains = wilderAverage(changes(values).map { $0 > 0 ? $0 : 0 }, period)
    let losses = wilderAverage(changes(values).map { $0 < 0 ? -$0 : 0 }, period)
    return [nil]
      + zip(gains, losses).map { gain, loss in
        guard let gain, let loss else { return nil }
        if loss == 0 { return gain == 0 ? 0 : 100 }
        return 100 - 100 / (1 + gain / loss)
      }
  }

  static func trueRanges(_ bars: [Bar]) -> [Double] {
    zip(bars.dropFirst(), bars).map { now, before in max(now.high, before.close) - min(now.low, before.close) }
  }

  static func averageTrueRange(_ bars: [Bar], _ period: Int) -> [Double?] { [nil] + wilderAverage(trueRanges(bars), period) }

  /// The population standard deviation in two passes.
  static func deviation(_ values: [Double], _ period: Int) -> [Double?] {
    values.indices.map { row in
      window(values, row, period).map { window in
        let center = mean(window)
        return mean(window.map { ($0 - center) * ($0 - center) }).squareRoot()
      }
    }
  }

  static func macd(_ values: [Double], fast: Int, slow: Int, signal: Int) -> (line: [Double?], signal: [Double?]) {
    guard values.count >= slow + signal - 1 else { return (values.map { _ in nil }, values.map { _ in nil }) }
    let late = [Double?](repeating: nil, count: slow - fast) + exponentialAverage(Array(values[(slow - fast)...]), fast)
    let lines = zip(late, exponentialAverage(values, slow)).compactMap { fast, slow in fast.flatMap { f in slow.map { f - $0 } } }
    let signals = exponentialAverage(lines, signal)
    let head = [Double?](repeating: nil, count: slow - 1)
    return (head + zip(lines, signals).map { line, signal in signal.map { _ in line } }, head + signals)
  }

  static func weightedAverage(_ values: [Double], _ period: Int) -> [Double?] {
    values.indices.map { row in
      window(values, row, period).map { window in
        zip(window, 1...).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(period * (period + 1) / 2)
      }
    }
  }

  static func commodityChannel(_ bars: [Bar], _ period: Int) -> [Double?] {
    let prices = bars.map { ($0.high + $0.low + $0.close) / 3 }
    return prices.indices.map { row in
      window(prices, row, period).map { window in
        let center = mean(window)
        let deviation = mean(window.map { abs($0 - center) })
        return deviation < 1e-12 * center ? 0 : (prices[row] - center) / (0.015 * deviation)
      }
    }
  }

  static func moneyFlow(_ bars: [Bar], _ period: Int) -> [Double?] {
    let prices = bars.map { ($0.high + $0.low + $0.close) / 3 }
    return bars.indices.map { row in
      guard row >= period else { return nil }
      var (up, down) = (0.0, 0.0)
      for index in (row - period + 1)...row {
        let flow = prices[index] * bars[index].volume
        let change = prices[index] - prices[index - 1]
        if abs(change) <= prices[index] * 1e-14 { continue }
        if change > 0 { up += flow } else { down += flow }
      }
      return up + down == 0 ? 0 : 100 * up / (up + down)
    }
  }

  static func extremes(_ bars: [Bar], _ period: Int) -> (upper: [Double?], lower: [Double?]) {
    (
      bars.indices.map { window(bars.map(\.high), $0, period).flatMap { $0.max() } },
      bars.indices.map { window(bars.map(\.low), $0, period).flatMap { $0.min() } }
    )
  }

  static func stochastic(_ bars: [Bar], _ period: Int, _ smoothing: Int) -> [Double?] {
    let channel = extremes(bars, period)
    let raw = zip(bars, zip(channel.upper, channel.lower)).compactMap { bar, range -> Double? in
      guard let high = range.0, let low = range.1 else { return nil }
      return high > low ? 100 * (bar.close - low) / (high - low) : 0
    }
    return [Double?](repeating: nil, count: period - 1) + simpleAverage(raw, smoothing)
  }

  static func volumeWeighted(_ bars: [Bar], _ period: Int) -> [Double?] {
    bars.indices.map { row in
      guard row + 1 >= period else { return nil }
      let window = bars[(row + 1 - period)...row]
      let volume = window.reduce(0) { $0 + $1.volume }
      let price = { (bar: Bar) in (bar.high + bar.low + bar.close) / 3 }
      return volume == 0 ? price(bars[row]) : window.reduce(0) { $0 + price($1) * $1.volume } / volume
    }
  }

  /// The bands and the direction as TradingView's manual writes them, kept as whole series.
  static func superTrend(_ bars: [Bar], _ period: Int, _ multiple: Double) -> [(level: Double, isRising: Bool)?] {
    let ranges = averageTrueRange(bars, period)
    var upper = [Double?](repeating: nil, count: bars.count)
    var lower = upper
    var trend: [(level: Double, isRising: Bool)?] = upper.map { _ in nil }
    for (row, bar) in bars.enumerated() {
      guard let range = ranges[row] else { continue }
      let middle = (bar.high + bar.low) / 2
      upper[row] = middle + multiple * range
      lower[row] = middle - multiple * range
      guard row > 0, let before = trend[row - 1], let high = upper[row - 1], let low = lower[row - 1] else {
        trend[row] = (middle + multiple * range, false)
        continue
      }
      if !(middle + multiple * range < high || bars[row - 1].close > high) { upper[row] = high }
      if !(middle - multiple * range > low || bars[row - 1].close < low) { lower[row] = low }
      guard let newHigh = upper[row], let newLow = lower[row] else { continue }
      let rises = before.isRising ? !(bar.close < newLow) : bar.close > newHigh
      trend[row] = (rises ? newLow : newHigh, rises)
    }
    return trend
  }
}
