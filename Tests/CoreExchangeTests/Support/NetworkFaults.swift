/// How badly the way to the exchange behaves; chances are of one, and of each request or report.
struct NetworkFaults {
  /// A request that never arrives, whole or cut.
  var lostRequest = 0.0
  /// A request that arrives only after seconds.
  var lateRequest = 0.0
  /// An answer that never comes back.
  var lostAnswer = 0.0
  /// An answer of which a part comes back.
  var cutAnswer = 0.0
  /// The exchange's gate refuses the request: limits, clock, key, filters.
  var refusal = 0.0
  /// The exchange's gate says that it does not know what became of the request.
  var undecided = 0.0
  /// An event of the user stream that cannot be read.
  var unreadable = 0.0
  /// The user stream ends; at a step of the market.
  var streamEnds = 0.0
  /// The market's stream ends; at a step of the market.
  var marketEnds = 0.0
  /// For how long an order is unknown to queries at most, in milliseconds.
  var queryLagMilliseconds: Int64 = 0
  /// The longest delay of one way, in milliseconds.
  var delayMilliseconds = 60

  static let none = NetworkFaults()
}

/// How wild the market is, and who else is there; chances are of each step.
struct MarketHabits {
  /// Standard deviation of one step, as a fraction of the price.
  var volatility = 0.001
  /// The price jumps by up to this fraction: 0 to 1.
  var jump = 0.0
  var jumpSize = 0.03
  /// The book is thinned to next to nothing on one side.
  var thinBook = 0.0
  /// Others rest an order near the price, or take one through several levels.
  var othersMake = 0.0
  var othersTake = 0.0
  /// The account's owner places, cancels or amends something.
  var person = 0.0
  /// The symbol's rules change.
  var rules = 0.0
  /// What the best level and those behind it hold, in quote asset.
  var bestNotional = 3_000
  var levelNotional = 20_000
  /// The longest time between two steps, in milliseconds.
  var stepMilliseconds = 900
}
