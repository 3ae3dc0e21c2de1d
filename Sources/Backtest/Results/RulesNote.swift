public import TradingModel

/// Names the rules that a run used: prices, lots and smallest orders depend on them.
public enum RulesNote {
  /// A sentence for the result's notes.
  /// - Parameter source: where they come from, as the sentence's verb: "come from info.json".
  public static func text(_ rules: TradingRules, _ source: String) -> String {
    "The rules of \(rules.symbol) (price step \(rules.tickSize), lot step \(rules.stepSize), smallest order \(rules.notionalMinimum) \(rules.quoteAsset)) \(source)."
  }
}
