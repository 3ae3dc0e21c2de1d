/// The share of money that flowed on rising typical prices in all that flowed on changing ones, 0…100 (TA-Lib `MFI`).
///
/// 0 where nothing flowed. (TA-Lib returns 0 for any flow below 1 of the quote unit, which would blank pairs quoted in a dear asset;
/// here only no flow counts.)
public struct MoneyFlowIndex: Indicator {
  public let period: Int
  private var rising: SlidingSum
  private var falling: SlidingSum
  private var previous: Double?
  /// Bars since money last flowed up and down, counted up to `period`: a window without has exactly 0, no rounding of it.
  private var sinceRise: Int
  private var sinceFall: Int

  /// `period` is at least 2, as in TA-Lib; less counts as 2.
  public init(period: Int) {
    self.period = max(period, 2)
    rising = SlidingSum(count: self.period)
    falling = SlidingSum(count: self.period)
    sinceRise = self.period
    sinceFall = self.period
  }

  public var warmUp: Int { period }

  public mutating func update(_ bar: Bar) -> Double? {
    let price = bar.typicalPrice
    let before = previous
    previous = price
    guard let before else { return nil }
    let flow = price * bar.volume
    // Equal sums of decimals may differ in the last bit of a `Double`; that is no change.
    let noise = price * 1e-14
    let up = price - before > noise ? flow : 0
    let down = before - price > noise ? flow : 0
    sinceRise = up > 0 ? 0 : min(sinceRise + 1, period)
    sinceFall = down > 0 ? 0 : min(sinceFall + 1, period)
    let risingSum = rising.add(up)
    let fallingSum = falling.add(down)
    guard rising.isFull else { return nil }
    if sinceRise == period { return 0 }
    if sinceFall == period { return 100 }
    let all = risingSum + fallingSum
    return all > 0 ? min(max(100 * (risingSum / all), 0), 100) : 0
  }
}
