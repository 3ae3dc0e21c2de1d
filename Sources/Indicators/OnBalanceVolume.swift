/// The running sum of volume, added on rises and taken off on falls of the close (TA-Lib `OBV`); starts at the first volume.
public struct OnBalanceVolume: Indicator {
  private var previousClose: Double?
  private var total = 0.0

  public init() {}

  public var warmUp: Int { 0 }

  public mutating func update(_ bar: Bar) -> Double? {
    let previous = previousClose
    previousClose = bar.close
    guard let previous else {
      total = bar.volume
      return total
    }
    if bar.close > previous { total += bar.volume } else if bar.close < previous { total -= bar.volume }
    return total
  }
}
