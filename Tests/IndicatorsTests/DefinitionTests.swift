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
