import Indicators
import Testing

/// A market that does not move gives defined values, never a NaN.
struct FlatMarketTests {
  private let flat = [Bar](repeating: Bar(open: 0.1, high: 0.1, low: 0.1, close: 0.1, volume: 0), count: 100)

  private func last<I: Indicator>(_ indicator: I, _ inputs: [I.Input]) -> I.Output? {
    var indicator = indicator
    return indicator.batch(inputs).last ?? nil
  }

  @Test func averagesAreThePrice() throws {
    let closes = flat.map(\.close)
    #expect(abs(try #require(last(SimpleMovingAverage(period: 7), closes)) - 0.1) < 1e-16)
    #expect(abs(try #require(last(ExponentialMovingAverage(period: 7), closes)) - 0.1) < 1e-16)
  }

  @Test func strengthIsZeroAndSaysThatNothingMoved() {
    var index = RelativeStrengthIndex(period: 14)
    #expect(index.batch(flat.map(\.close)).last == .some(0))
    #expect(!index.hasMovement)
  }

  @Test func strengthOfOneWayMarketsIsAtTheEnds() {
    #expect(last(RelativeStrengthIndex(period: 14), (0..<50).map { 100 + Double($0) }) == 100)
    #expect(last(RelativeStrengthIndex(period: 14), (0..<50).map { 100 - Double($0) }) == 0)
  }

  @Test func strengthForgetsMovementLongPast() {
    var index = RelativeStrengthIndex(period: 2)
    _ = index.batch([1, 2, 1, 2])
    #expect(index.hasMovement)
    _ = index.batch([Double](repeating: 2, count: 100))
    #expect(!index.hasMovement)
  }

  @Test func widthsAreZero() {
    #expect(last(AverageTrueRange(period: 14), flat) == 0)
    #expect(last(StandardDeviation(period: 20), flat.map(\.close)) == 0)
    let bands = last(BollingerBands(period: 20), flat.map(\.close))
    #expect(bands?.upper == 0.1 && bands?.middle == 0.1 && bands?.lower == 0.1)
    let macd = last(MovingAverageConvergenceDivergence(), flat.map(\.close))
    #expect(macd.map { abs($0.line) < 1e-16 && abs($0.signal) < 1e-16 } == true)
  }
}
