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
}
