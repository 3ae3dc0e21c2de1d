/// Wilder's average true range (TA-Lib `ATR`): the first bar has no true range; the first `period` ranges seed the average.
public struct AverageTrueRange: Indicator {
  public let period: Int
  private var average: WilderAverage
  private var previousClose: Double?

  /// `period` is at least 1; less counts as 1.
  public init(period: Int) {
    self.period = max(period, 1)
    average = WilderAverage(period: self.period)
  }

  public var warmUp: Int { period }

  public mutating func update(_ bar: Bar) -> Double? {
    guard let previous = previousClose else {
      previousClose = bar.close
      return nil
    }
    previousClose = bar.close
    return average.update(bar.trueRange(after: previous))
  }
}

extension Bar {
  /// The largest of: this bar's range, and the distances of its high and low from the close before.
  func trueRange(after previousClose: Double) -> Double {
    max(high - low, abs(high - previousClose), abs(low - previousClose))
  }
}
