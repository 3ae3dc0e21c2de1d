/// The chance that the best of many trials is more than luck.
public enum DeflatedSharpe {
  /// Daily returns below which nothing is said.
  public static let daysMinimum = 30

  /// The deflated Sharpe ratio, a probability 0…1: that the best trial's true Sharpe ratio is above the one expected of the best of so many
  /// trials without skill. D. H. Bailey and M. López de Prado, "The Deflated Sharpe Ratio" (2014).
  ///
  /// - Parameters:
  ///   - returns: the chosen trial's daily returns.
  ///   - trials: the sample of the trials' daily Sharpe ratios, not annualised; trials without one are not in it.
  ///   - count: all combinations tried, those without a Sharpe ratio and resumed ones included.
  /// - Returns: `nil` under 30 days, under two trials, or without variation.
  public static func probability(_ returns: ReturnMoments, trials: ReturnMoments, count: Int) -> Double? {
    guard let sharpe = returns.dailySharpe, let skewness = returns.skewness, let kurtosis = returns.kurtosis, let variance = trials.variance
    else { return nil }
    return probability(
      sharpe: sharpe, days: returns.count, skewness: skewness, kurtosis: kurtosis, trialVariance: variance, trials: count)
  }

  /// The same from its ingredients.
  ///
  /// - Parameters:
  ///   - sharpe: daily, not annualised.
  ///   - days: how many returns it is made of.
  ///   - kurtosis: raw: 3 for a normal distribution.
  ///   - trialVariance: sample variance of the trials' daily Sharpe ratios.
  public static func probability(
    sharpe: Double, days: Int, skewness: Double, kurtosis: Double, trialVariance: Double, trials: Int
  ) -> Double? {
    guard days >= daysMinimum, let expected = expectedMaximum(trialVariance: trialVariance, trials: trials) else { return nil }
    let spread = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe
    guard spread > 0 else { return nil }
    let score = (sharpe - expected) * Double(days - 1).squareRoot() / spread.squareRoot()
    return score.isFinite ? Mathematics.normalProbability(score) : nil
  }

  /// The Sharpe ratio expected of the best of `trials` without skill, in the unit of the trials; `nil` under two trials.
  public static func expectedMaximum(trialVariance: Double, trials: Int) -> Double? {
    guard trials >= 2, trialVariance >= 0, trialVariance.isFinite else { return nil }
    let n = Double(trials)
    let first = Mathematics.normalQuantile(1 - 1 / n)
    let second = Mathematics.normalQuantile(1 - 1 / (n * eulersNumber))
    return trialVariance.squareRoot() * ((1 - eulerMascheroni) * first + eulerMascheroni * second)
  }

  private static let eulerMascheroni = 0.577_215_664_901_532_9
  private static let eulersNumber = 2.718_281_828_459_045
}
