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

  @Test func oscillatorsOfAMarketWithoutMovementAreZero() {
    let directional = last(AverageDirectionalIndex(period: 14), flat)
    #expect(directional?.index == 0 && directional?.plus == 0 && directional?.minus == 0)
    let stochastic = last(StochasticOscillator(), flat)
    #expect(stochastic?.k == 0 && stochastic?.d == 0)
    #expect(last(CommodityChannelIndex(period: 20), flat) == 0)
    #expect(last(MoneyFlowIndex(period: 14), flat) == 0)
    #expect(last(OnBalanceVolume(), flat) == 0)
    #expect(last(RateOfChange(period: 10), flat.map(\.close)) == 0)
    #expect(last(RateOfChange(period: 1), [0, 5]) == 0)
  }

  @Test func channelsOfAMarketWithoutMovementLieOnThePrice() throws {
    let donchian = try #require(last(DonchianChannel(period: 20), flat))
    #expect(donchian.upper == 0.1 && donchian.lower == 0.1)
    let keltner = try #require(last(KeltnerChannel(), flat))
    #expect(abs(keltner.upper - 0.1) < 1e-16 && abs(keltner.lower - 0.1) < 1e-16)
    let price = try #require(last(VolumeWeightedAveragePrice(period: 20), flat))
    #expect(abs(price - 0.1) < 1e-16)
    let trend = try #require(last(SuperTrend(), flat))
    #expect(trend.level == 0.1 && !trend.isRising)
    #expect(abs(try #require(last(WeightedMovingAverage(period: 9), flat.map(\.close))) - 0.1) < 1e-16)
  }

  /// Two bars whose prices add up to the same decimal, in another order: 292219.82 both, a bit apart in binary.
  @Test func equalTypicalPricesMoveNoMoney() {
    let first = Bar(open: 97_400, high: 97_424.00, low: 97_396.62, close: 97_399.20, volume: 1)
    let second = Bar(open: 97_400, high: 97_433.89, low: 97_359.65, close: 97_426.28, volume: 1)
    #expect(first.typicalPrice != second.typicalPrice)
    var index = MoneyFlowIndex(period: 2)
    #expect(index.batch([first, second, first]).last == .some(0))
  }

  @Test func volumeThatHasLeftTheWindowIsForgotten() throws {
    let busy = [Bar](repeating: Bar(open: 3e5, high: 3e5, low: 3e5, close: 3e5, volume: 1e7 / 3), count: 30)
    let quiet = [Bar](repeating: Bar(open: 7, high: 7, low: 7, close: 7, volume: 0), count: 20)
    #expect(last(VolumeWeightedAveragePrice(period: 20), busy + quiet) == 7)
    let rising = (0..<30).map { Bar(open: 1, high: 100 + Double($0), low: 1, close: 50, volume: 1e7 / 3) }
    let still = [Bar](repeating: Bar(open: 1, high: 129, low: 1, close: 50, volume: 0), count: 20)
    #expect(last(MoneyFlowIndex(period: 14), rising) == 100)
    #expect(last(MoneyFlowIndex(period: 14), rising + still) == 0)
  }
}
