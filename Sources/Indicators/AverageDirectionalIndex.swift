/// Wilder's average directional index, 0…100, with the two directional indicators it is made from (TA-Lib `ADX`, `PLUS_DI`, `MINUS_DI`).
///
/// Wilder's sums start with the first `period − 1` bars' movement, the first index is the mean of `period` directional indices; a market
/// without range leaves the index as it was.
public struct AverageDirectionalIndex: Indicator {
  public struct Output: Hashable, Sendable {
    public var index: Double
    public var plus: Double
    public var minus: Double
  }

  public let period: Int
  private let length: Double
  private var previous: Bar?
  private var seen = 0
  private var plusMovement = 0.0
  private var minusMovement = 0.0
  private var range = 0.0
  private var plus = 0.0
  private var minus = 0.0
  private var index = 0.0

  /// `period` is at least 2, as in TA-Lib; less counts as 2.
  public init(period: Int) {
    self.period = max(period, 2)
    length = Double(self.period)
  }

  public var warmUp: Int { 2 * period - 1 }

  public mutating func update(_ bar: Bar) -> Output? {
    guard let before = previous else {
      previous = bar
      return nil
    }
    previous = bar
    if seen < 2 * period { seen += 1 }
    if seen >= period { decay() }
    addMovement(bar, before)
    guard seen >= period else { return nil }
    let directional = directionalIndex()
    if seen < 2 * period - 1 {
      index += directional ?? 0
      return nil
    }
    if seen == 2 * period - 1 {
      index = (index + (directional ?? 0)) / length
    } else if let directional {
      index = (index * (length - 1) + directional) / length
    }
    return Output(index: index, plus: plus, minus: minus)
  }

  private mutating func decay() {
    plusMovement -= plusMovement / length
    minusMovement -= minusMovement / length
    range -= range / length
  }

  private mutating func addMovement(_ bar: Bar, _ before: Bar) {
    let up = bar.high - before.high
    let down = before.low - bar.low
    if down > 0, up < down { minusMovement += down } else if up > 0, up > down { plusMovement += up }
    range += bar.trueRange(after: before.close)
  }

  /// |+DI − −DI| in percent of their sum; `nil` without range or movement.
  private mutating func directionalIndex() -> Double? {
    guard range > 1e-14 else {
      (plus, minus) = (0, 0)
      return nil
    }
    plus = 100 * (plusMovement / range)
    minus = 100 * (minusMovement / range)
    let sum = plus + minus
    return sum > 1e-14 ? 100 * (abs(plus - minus) / sum) : nil
  }
}
