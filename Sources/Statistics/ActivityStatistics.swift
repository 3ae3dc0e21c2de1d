public import TradingModel

/// What was done and what it cost: fills, turnover, fees, slippage, signals and refusals. Memory: linear in assets and kinds of refusal.
public struct ActivityStatistics: Hashable, Sendable, Codable {
  public private(set) var fills = 0
  /// Σ of what fills were worth, buys and sells, in quote asset.
  public private(set) var turnover: Amount = .zero
  /// Fills of orders that rested on the book, and what of the turnover is theirs.
  public private(set) var makerFills = 0
  public private(set) var makerTurnover: Amount = .zero
  /// Their fees in quote asset, as far as a rate was known; a part of ``feesInQuote``.
  public private(set) var makerFees: Amount = .zero
  /// Fees by asset, in order of first appearance.
  public private(set) var fees: [AssetFee] = []
  /// Σ (fill price − decision price) × quantity, positive where worse for us, in quote asset.
  public private(set) var slippage: Amount = .zero
  /// Signals other than hold that something came of: an entry, an exit, or a refusal.
  public private(set) var signals = 0
  /// Signals refused, by name, in order of first appearance.
  public private(set) var denials: [NamedCount] = []
  /// Signals of a strategy that another process serves, of those that said anything but hold.
  public private(set) var answers = 0
  /// The longest time from a question to such a signal, in nanoseconds of the machine's clock.
  public private(set) var longestAnswerNanoseconds: Int64 = 0
  private var answerNanoseconds: Int64 = 0

  public init() {}

  /// Adds a fill.
  /// - Parameters:
  ///   - quoteQuantity: what it was worth.
  ///   - decisionPrice: the price it was decided at; zero where unknown, then it has no slippage.
  ///   - fee: `nil` without one.
  ///   - isMaker: the order rested on the book.
  public mutating func add(
    side: Side, price: Price, quantity: Quantity, quoteQuantity: Amount, decisionPrice: Price,
    fee: (asset: String, amount: Amount, rate: Price?)?, isMaker: Bool = false
  ) {
    fills += 1
    turnover += quoteQuantity
    if isMaker {
      makerFills += 1
      makerTurnover += quoteQuantity
    }
    if decisionPrice.isPositive {
      let difference = side == .buy ? price - decisionPrice : decisionPrice - price
      slippage += difference.multiplied(by: quantity, rounding: .nearestEven)
    }
    guard let fee, !fee.amount.isZero else { return }
    let inQuote = fee.rate.map { fee.amount.multiplied(by: $0, rounding: .nearestEven) }
    add(fee: fee.asset, amount: fee.amount, inQuote: inQuote, isMaker: isMaker)
  }

  /// Adds a fee, worth `inQuote` at the fill's time; `nil` where no rate was known.
  public mutating func add(fee asset: String, amount: Amount, inQuote: Amount?, isMaker: Bool = false) {
    if isMaker, let inQuote { makerFees += inQuote }
    let index: Int
    if let known = fees.firstIndex(where: { $0.asset == asset }) {
      index = known
    } else {
      index = fees.count
      fees.append(AssetFee(asset: asset))
    }
    fees[index].amount += amount
    if let inQuote { fees[index].inQuote += inQuote } else { fees[index].withoutRate += amount }
  }

  /// Counts a signal that became an order or an exit.
  public mutating func countSignal() { signals += 1 }

  /// Counts a signal that was refused.
  public mutating func countDenial(_ name: String) {
    signals += 1
    if let index = denials.firstIndex(where: { $0.name == name }) {
      denials[index].count += 1
    } else {
      denials.append(NamedCount(name: name, count: 1))
    }
  }

  /// Counts a signal that another process answered after `nanoseconds`.
  public mutating func countAnswer(after nanoseconds: Int64) { add(answers: 1, nanoseconds, longest: nanoseconds) }

  private mutating func add(answers count: Int, _ nanoseconds: Int64, longest: Int64) {
    answers += count
    let sum = answerNanoseconds.addingReportingOverflow(max(0, nanoseconds))
    answerNanoseconds = sum.overflow ? .max : sum.partialValue
    longestAnswerNanoseconds = max(longestAnswerNanoseconds, longest)
  }

  /// The mean time from a question to a served strategy's signal, in nanoseconds; `nil` without one.
  public var meanAnswerNanoseconds: Int64? { answers > 0 ? answerNanoseconds / Int64(answers) : nil }

  /// Adds what another did.
  public mutating func add(_ other: ActivityStatistics) {
    fills += other.fills
    turnover += other.turnover
    makerFills += other.makerFills
    makerTurnover += other.makerTurnover
    makerFees += other.makerFees
    slippage += other.slippage
    signals += other.signals
    add(answers: other.answers, other.answerNanoseconds, longest: other.longestAnswerNanoseconds)
    for fee in other.fees {
      if let index = fees.firstIndex(where: { $0.asset == fee.asset }) {
        fees[index].amount += fee.amount
        fees[index].inQuote += fee.inQuote
        fees[index].withoutRate += fee.withoutRate
      } else {
        fees.append(fee)
      }
    }
    for denial in other.denials {
      if let index = denials.firstIndex(where: { $0.name == denial.name }) {
        denials[index].count += denial.count
      } else {
        denials.append(denial)
      }
    }
  }

  /// Fees in quote asset, as far as a rate was known.
  public var feesInQuote: Amount { fees.reduce(.zero) { $0 + $1.inQuote } }
  /// Fees whose worth nobody knows: asset and amount.
  public var feesWithoutRate: [AssetFee] { fees.filter { !$0.withoutRate.isZero } }
  /// Refused signals, all names together.
  public var denialCount: Int { denials.reduce(0) { $0 + $1.count } }

  /// Fees ÷ turnover: what a fill did cost, as a fraction of its worth; `nil` without turnover. Without fees that have no known rate.
  public var feesFraction: Double? {
    turnover.isPositive ? feesInQuote.statisticValue / turnover.statisticValue : nil
  }

  /// (net profit + fees) ÷ turnover: what a fill may cost, as a fraction of its worth, until the same trades earn nothing. May be negative;
  /// `nil` without turnover. Fees without a rate were never taken off the profit, so they are not added either.
  public func breakEvenCost(netProfit: Amount) -> Double? {
    turnover.isPositive ? (netProfit + feesInQuote).statisticValue / turnover.statisticValue : nil
  }
}

/// Fees paid in one asset.
public struct AssetFee: Hashable, Sendable, Codable {
  public var asset: String
  /// All of it, in that asset.
  public var amount: Amount = .zero
  /// What it was worth in quote asset when it was paid, as far as a rate was known.
  public var inQuote: Amount = .zero
  /// The part of ``amount`` without a known rate.
  public var withoutRate: Amount = .zero

  public init(asset: String, amount: Amount = .zero, inQuote: Amount = .zero, withoutRate: Amount = .zero) {
    self.asset = asset
    self.amount = amount
    self.inQuote = inQuote
    self.withoutRate = withoutRate
  }
}

/// How often something of a name happened.
public struct NamedCount: Hashable, Sendable, Codable {
  public var name: String
  public var count: Int

  public init(name: String, count: Int) {
    self.name = name
    self.count = count
  }
}
