import Statistics
import Testing

@Suite struct ReturnMomentsTests {
  private func returns(_ count: Int, seed: UInt64, offset: Double = 0) -> [Double] {
    var random = LinearRandom(state: seed)
    return (0..<count).map { _ in offset + (Double(random.next(20_001)) - 10_000) / 1e6 * Double(random.next(7)) }
  }

  private func moments(_ values: [Double]) -> ReturnMoments { values.reduce(into: ReturnMoments()) { $0.add($1) } }

  @Test(arguments: [0, 1_000.0]) func equalTwoPassSums(offset: Double) {
    let values = returns(1_000, seed: 3, offset: offset)
    let moments = moments(values)
    let n = 1_000.0
    let mean = values.reduce(0, +) / n
    func central(_ power: Int) -> Double {
      values.reduce(0) { sum, value in sum + (0..<power).reduce(1) { product, _ in product * (value - mean) } } / n
    }
    let near = offset == 0 ? 1e-10 : 1e-6
    #expect(Sample.isClose(moments.mean, mean, 1e-12))
    #expect(Sample.isClose(moments.variance, central(2) * n / (n - 1), near))
    #expect(Sample.isClose(moments.skewness, central(3) / (central(2) * central(2).squareRoot()), near))
    #expect(Sample.isClose(moments.kurtosis, central(4) / (central(2) * central(2)), near))
  }

  @Test func seriesAddUp() {
    let (a, b) = (returns(37, seed: 5), returns(411, seed: 9))
    var joined = moments(a)
    joined.add(moments(b))
    joined.add(ReturnMoments())
    let whole = moments(a + b)
    #expect(joined.count == whole.count)
    #expect(Sample.isClose(joined.sharpe, whole.sharpe, 1e-10) && Sample.isClose(joined.sortino, whole.sortino, 1e-10))
    #expect(Sample.isClose(joined.skewness, whole.skewness, 1e-9) && Sample.isClose(joined.kurtosis, whole.kurtosis, 1e-9))
    var fromNothing = ReturnMoments()
    fromNothing.add(whole)
    #expect(fromNothing == whole)
  }

  @Test func equalReturnsHaveNoVariation() {
    let equal = moments([Double](repeating: 0.001, count: 30))
    #expect(equal.sharpe == nil && equal.skewness == nil && equal.sortino == nil)
    // Small returns that differ do have one.
    #expect(moments([1e-11, -1e-11, 3e-11]).sharpe != nil)
  }
}

@Suite struct DeflatedSharpeTests {
  /// The paper's own example: annualised Sharpe 2.5 of five years of 250 days, 100 trials with an annualised variance of ½, skewness −3,
  /// kurtosis 10: 0.1132 and 0.9004; with 46 trials 0.9505.
  @Test func thePapersExample() throws {
    let variance = 0.5 / 250
    let expected = try #require(DeflatedSharpe.expectedMaximum(trialVariance: variance, trials: 100))
    #expect((expected - 0.1132).magnitude < 0.00005)
    func probability(_ trials: Int) -> Double? {
      DeflatedSharpe.probability(
        sharpe: 2.5 / 250.0.squareRoot(), days: 1_250, skewness: -3, kurtosis: 10, trialVariance: variance, trials: trials)
    }
    #expect((try #require(probability(100)) - 0.9004).magnitude < 0.00005)
    #expect((try #require(probability(46)) - 0.9505).magnitude < 0.00005)
  }

  @Test func littleDataSayNothing() {
    func probability(days: Int, trials: Int) -> Double? {
      DeflatedSharpe.probability(sharpe: 0.1, days: days, skewness: 0, kurtosis: 3, trialVariance: 0.01, trials: trials)
    }
    #expect(probability(days: 29, trials: 10) == nil && probability(days: 30, trials: 1) == nil)
    #expect(probability(days: 30, trials: 2) != nil)
  }

  @Test func fromReturnsAndTrials() throws {
    var random = LinearRandom(state: 77)
    var returns = ReturnMoments()
    for _ in 0..<200 { returns.add((Double(random.next(2_001)) - 900) / 1e5) }
    var trials = ReturnMoments()
    for _ in 0..<50 { trials.add((Double(random.next(2_001)) - 1_000) / 1e4) }
    let probability = try #require(DeflatedSharpe.probability(returns, trials: trials, count: 64))
    let sharpe = try #require(returns.dailySharpe)
    let skewness = try #require(returns.skewness)
    let kurtosis = try #require(returns.kurtosis)
    let variance = try #require(trials.variance)
    #expect(
      probability
        == DeflatedSharpe.probability(
          sharpe: sharpe, days: 200, skewness: skewness, kurtosis: kurtosis, trialVariance: variance, trials: 64))
    #expect(probability > 0 && probability < 1)
    var one = ReturnMoments()
    one.add(0.1)
    #expect(DeflatedSharpe.probability(returns, trials: one, count: 1) == nil)
  }
}
