/// An indicator fed with candles, whatever it reads of them and however many values it returns.
///
/// Made by ``IndicatorCatalogue``. Which value is which is said by ``IndicatorDescriptor/outputs``.
public protocol CandleIndicator: Sendable {
  /// Bars that are consumed before the first values: bar number `warmUp + 1` is the first with an answer.
  var warmUp: Int { get }

  /// Takes the next bar, whose numbers must be finite, and appends the values at it, one for each output and in their order.
  ///
  /// Costs the indicator's own update and about 0.2 µs; allocates only what `values` needs to grow.
  /// - Returns: Whether there are values; while warming up there are none and nothing is appended.
  mutating func update(_ bar: Bar, into values: inout [Double]) -> Bool
}

/// Any indicator as one of candles.
struct ErasedIndicator<Base: Indicator>: CandleIndicator {
  private var base: Base
  private let input: @Sendable (Bar) -> Base.Input
  private let outputs: [@Sendable (Base.Output) -> Double]

  init(_ base: Base, input: @escaping @Sendable (Bar) -> Base.Input, outputs: [@Sendable (Base.Output) -> Double]) {
    self.base = base
    self.input = input
    self.outputs = outputs
  }

  var warmUp: Int { base.warmUp }

  mutating func update(_ bar: Bar, into values: inout [Double]) -> Bool {
    guard let now = base.update(input(bar)) else { return false }
    for output in outputs { values.append(output(now)) }
    return true
  }
}
