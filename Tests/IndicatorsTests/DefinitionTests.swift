import Indicators
import Testing

/// Every indicator against its published definition, worked out over whole windows.
struct DefinitionTests {
  private static let bars: [Bar] = {
    var random = SeededRandom(seed: 2)
    return random.bars(count: 1_500)
  }()
  private let bars = Self.bars
  private let closes = Self.bars.map(\.close)

  @Test(arguments: [1, 2, 3, 14, 50, 200])
  func simpleMovingAverageIsTheMeanOfItsWindow(period: Int) {
    var average = SimpleMovingAverage(period: period)
    #expect(average.warmUp == period - 1)
    #expect(firstDifference(average.batch(closes), NaiveIndicators.simpleAverage(closes, period), relative: 1e-12) == nil)
  }

  @Test(arguments: [1, 2, 9, 26, 200])
  func exponentialMovingAverageIsSeededWithAMean(period: Int) {
    var average = ExponentialMovingAverage(period: period)
    #expect(firstDifference(average.batch(closes), NaiveIndicators.exponentialAverage(closes, period), relative: 1e-12) == nil)
  }

  @Test(arguments: [2, 3, 14, 100])
  func relativeStrengthIndexIsWilders(period: Int) {
    var index = RelativeStrengthIndex(period: period)
    #expect(index.warmUp == period)
    let expected = NaiveIndicators.relativeStrength(closes, period)
    #expect(firstDifference(index.batch(closes), expected, relative: 1e-9, absolute: 1e-9) == nil)
  }

  /// The worked example of Wilder's index that most textbooks print (14 periods, StockCharts' sheet): 70.53, 66.32, 66.55, 69.41, 66.36.
  @Test func relativeStrengthIndexMatchesThePrintedExample() {
    let closes = [
      44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328, 45.6140, 46.2820, 46.2820,
      46.0028, 46.0328, 46.4116, 46.2222,
    ]
    var index = RelativeStrengthIndex(period: 14)
    let values = index.batch(closes).compactMap { $0.map { ($0 * 100).rounded() / 100 } }
    #expect(values == [70.53, 66.32, 66.55, 69.41, 66.36])
  }

  @Test(arguments: [1, 2, 14, 50])
  func averageTrueRangeIsWilders(period: Int) {
    var range = AverageTrueRange(period: period)
    #expect(firstDifference(range.batch(bars), NaiveIndicators.averageTrueRange(bars, period), relative: 1e-9) == nil)
  }

  @Test(arguments: [1, 2, 5, 20, 100])
  func standardDeviationEqualsTwoPasses(period: Int) {
    var deviation = StandardDeviation(period: period)
    #expect(firstDifference(deviation.batch(closes), NaiveIndicators.deviation(closes, period), relative: 1e-9, absolute: 1e-9) == nil)
  }

  @Test func bollingerBandsLieTheirDeviationsFromTheMean() {
    var bands = BollingerBands(period: 20, deviations: 2.5)
    let outputs = bands.batch(closes)
    let means = NaiveIndicators.simpleAverage(closes, 20)
    let deviations = NaiveIndicators.deviation(closes, 20)
    let upper = zip(means, deviations).map { mean, deviation in mean.flatMap { m in deviation.map { m + 2.5 * $0 } } }
    let lower = zip(means, deviations).map { mean, deviation in mean.flatMap { m in deviation.map { m - 2.5 * $0 } } }
    #expect(firstDifference(outputs.map { $0?.middle }, means, relative: 1e-12) == nil)
    #expect(firstDifference(outputs.map { $0?.upper }, upper, relative: 1e-9) == nil)
    #expect(firstDifference(outputs.map { $0?.lower }, lower, relative: 1e-9) == nil)
  }

  @Test(arguments: [[12, 26, 9], [3, 10, 1], [2, 3, 4]])
  func macdStartsBothAveragesTogether(periods: [Int]) {
    var macd = MovingAverageConvergenceDivergence(fast: periods[0], slow: periods[1], signal: periods[2])
    let outputs = macd.batch(closes)
    let expected = NaiveIndicators.macd(closes, fast: periods[0], slow: periods[1], signal: periods[2])
    #expect(firstDifference(outputs.map { $0?.line }, expected.line, relative: 1e-9, absolute: 1e-9) == nil)
    #expect(firstDifference(outputs.map { $0?.signal }, expected.signal, relative: 1e-9, absolute: 1e-9) == nil)
    #expect(outputs.firstIndex { $0 != nil } == macd.warmUp)
  }

  @Test(arguments: [1, 2, 9, 100])
  func weightedMovingAverageWeighsTheNewestMost(period: Int) {
    var average = WeightedMovingAverage(period: period)
    #expect(firstDifference(average.batch(closes), NaiveIndicators.weightedAverage(closes, period), relative: 1e-11) == nil)
  }

  @Test(arguments: [1, 10])
  func rateOfChangeIsInPercent(period: Int) {
    var rate = RateOfChange(period: period)
    let expected = closes.indices.map { $0 < period ? nil : (closes[$0] / closes[$0 - period] - 1) * 100 }
    #expect(firstDifference(rate.batch(closes), expected, relative: 1e-12) == nil)
  }

  @Test func onBalanceVolumeStartsAtTheFirstVolume() {
    var volume = OnBalanceVolume()
    let bars = [(10.0, 5.0), (11, 3), (11, 7), (9, 2), (12, 1)].map { Bar(open: 1, high: 20, low: 1, close: $0.0, volume: $0.1) }
    #expect(volume.batch(bars) == [5, 8, 8, 6, 7])
  }

  @Test(arguments: [1, 2, 20, 55])
  func donchianChannelIsTheWindowsExtremes(period: Int) {
    var channel = DonchianChannel(period: period)
    let outputs = channel.batch(bars)
    let expected = NaiveIndicators.extremes(bars, period)
    #expect(outputs.map { $0?.upper } == expected.upper)
    #expect(outputs.map { $0?.lower } == expected.lower)
    #expect(outputs.allSatisfy { $0.map { $0.middle == ($0.upper + $0.lower) / 2 } ?? true })
  }

  @Test(arguments: [[14, 3, 3], [5, 1, 1], [1, 2, 4]])
  func stochasticIsThePlaceInTheRange(periods: [Int]) {
    var oscillator = StochasticOscillator(period: periods[0], smoothing: periods[1], signal: periods[2])
    let outputs = oscillator.batch(bars)
    let k = NaiveIndicators.stochastic(bars, periods[0], periods[1])
    let d = [Double?](repeating: nil, count: periods[0] + periods[1] - 2) + NaiveIndicators.simpleAverage(k.compactMap { $0 }, periods[2])
    #expect(firstDifference(outputs.map { $0?.d }, d, relative: 1e-9, absolute: 1e-9) == nil)
    #expect(firstDifference(outputs.map { $0?.k }, zip(k, d).map { $1 == nil ? nil : $0 }, relative: 1e-9, absolute: 1e-9) == nil)
  }

  @Test(arguments: [2, 14, 20])
  func commodityChannelIndexUsesTheMeanDeviation(period: Int) {
    var index = CommodityChannelIndex(period: period)
    #expect(firstDifference(index.batch(bars), NaiveIndicators.commodityChannel(bars, period), relative: 1e-9, absolute: 1e-7) == nil)
  }

  @Test(arguments: [2, 14])
  func moneyFlowIndexIsTheRisingShare(period: Int) {
    var index = MoneyFlowIndex(period: period)
    #expect(firstDifference(index.batch(bars), NaiveIndicators.moneyFlow(bars, period), relative: 1e-9, absolute: 1e-9) == nil)
  }

  @Test(arguments: [1, 30])
  func volumeWeightedPriceIsMoneyOverVolume(period: Int) {
    var average = VolumeWeightedAveragePrice(period: period)
    #expect(firstDifference(average.batch(bars), NaiveIndicators.volumeWeighted(bars, period), relative: 1e-9) == nil)
  }

  @Test func keltnerChannelIsAnAverageAndTrueRanges() {
    var channel = KeltnerChannel(period: 20, rangePeriod: 10, multiple: 1.5)
    let outputs = channel.batch(bars)
    let middle = NaiveIndicators.exponentialAverage(closes, 20)
    let range = NaiveIndicators.averageTrueRange(bars, 10)
    let upper = zip(middle, range).map { middle, range in middle.flatMap { m in range.map { m + 1.5 * $0 } } }
    #expect(firstDifference(outputs.map { $0?.upper }, upper, relative: 1e-9) == nil)
    #expect(firstDifference(outputs.map { $0?.middle }, middle, relative: 1e-9) == nil)
    #expect(outputs.allSatisfy { $0.map { abs($0.upper + $0.lower - 2 * $0.middle) < 1e-9 } ?? true })
  }

  @Test(arguments: [(10, 3.0), (3, 1.0)])
  func superTrendFollowsItsPublishedRules(period: Int, multiple: Double) {
    var trend = SuperTrend(period: period, multiple: multiple)
    let outputs = trend.batch(bars)
    let expected = NaiveIndicators.superTrend(bars, period, multiple)
    #expect(firstDifference(outputs.map { $0?.level }, expected.map { $0?.level }, relative: 1e-9) == nil)
    #expect(outputs.map { $0?.isRising } == expected.map { $0?.isRising })
    #expect(outputs.contains { $0?.isRising == true } && outputs.contains { $0?.isRising == false })
  }

  /// Every indicator answers first after exactly as many inputs as it says.
  @Test func warmUpsAreAsStated() {
    func check<I: Indicator>(_ indicator: I, _ inputs: [I.Input]) {
      var copy = indicator
      #expect(copy.batch(inputs).firstIndex { $0 != nil } == indicator.warmUp, "\(I.self)")
    }
    for period in [2, 5, 14] {
      check(SimpleMovingAverage(period: period), closes)
      check(ExponentialMovingAverage(period: period), closes)
      check(WeightedMovingAverage(period: period), closes)
      check(RelativeStrengthIndex(period: period), closes)
      check(StandardDeviation(period: period), closes)
      check(BollingerBands(period: period), closes)
      check(RateOfChange(period: period), closes)
      check(MovingAverageConvergenceDivergence(fast: period, slow: 2 * period, signal: 3), closes)
      check(AverageTrueRange(period: period), bars)
      check(AverageDirectionalIndex(period: period), bars)
      check(CommodityChannelIndex(period: period), bars)
      check(MoneyFlowIndex(period: period), bars)
      check(DonchianChannel(period: period), bars)
      check(StochasticOscillator(period: period), bars)
      check(KeltnerChannel(period: period, rangePeriod: 10), bars)
      check(VolumeWeightedAveragePrice(period: period), bars)
      check(SuperTrend(period: period), bars)
    }
    check(OnBalanceVolume(), bars)
  }

  @Test func periodsOutsideTheRangeCountAsTheNearest() {
    #expect(SimpleMovingAverage(period: -3).period == 1)
    #expect(ExponentialMovingAverage(period: 0).period == 1)
    #expect(RelativeStrengthIndex(period: 1).period == 2)
    #expect(BollingerBands(period: Int.min).period == 2)
    let swapped = MovingAverageConvergenceDivergence(fast: 26, slow: 12)
    #expect(swapped.fast == 12 && swapped.slow == 26)
  }

  @Test func aCopyGoesItsOwnWay() {
    var original = SimpleMovingAverage(period: 2)
    _ = original.update(1)
    var copy = original
    #expect(copy.update(3) == 2)
    #expect(original.update(5) == 3)
    #expect(copy.update(5) == 4)
  }
}
