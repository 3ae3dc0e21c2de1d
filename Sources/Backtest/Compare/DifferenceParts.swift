public import TradingModel

/// What makes a bot's trade differ from the one that the backtest makes on the same candles.
public enum DifferencePart: Int, CaseIterable, Hashable, Sendable {
  /// The bot did not hear what the tape has, or not in time: a candle that came late or as history only, another close, `botd` was down.
  case feed
  /// The bot, or a person, wanted something else at the same candle: to trade or not, another exit, another size.
  case decision
  /// A stop or target stood, or acted, elsewhere.
  case protection
  /// The market moved between the decision and the execution.
  case latency
  /// Orders were filled otherwise than assumed at the price of the decision: spread, slippage, depth, part fills, limits not reached.
  case fillPrice
  /// Commissions, and the cost of remains that were too few to be sold.
  case fee
  /// Risk denied an entry, or the exchange refused an order.
  case refused

  /// As it is called in JSON and CSV.
  public var key: String {
    switch self {
    case .feed: "feed"
    case .decision: "decision"
    case .protection: "protection_path"
    case .latency: "latency"
    case .fillPrice: "fill_price"
    case .fee: "fee"
    case .refused: "refused_or_denied"
    }
  }

  /// As people read it.
  public var words: String { self == .refused ? "refused or denied" : key.split(separator: "_").joined(separator: " ") }
}

/// A difference in money, by part. The parts are the difference: there is no remainder.
public struct DifferenceParts: Hashable, Sendable {
  private var amounts = [Amount](repeating: .zero, count: DifferencePart.allCases.count)

  /// No difference.
  public init() {}

  public subscript(part: DifferencePart) -> Amount {
    get { amounts[part.rawValue] }
    set { amounts[part.rawValue] = newValue }
  }

  /// Their sum.
  public var total: Amount { amounts.reduce(.zero, +) }

  public static func += (a: inout DifferenceParts, b: DifferenceParts) {
    for part in DifferencePart.allCases { a[part] += b[part] }
  }
}

extension DifferenceParts {
  /// The difference between a trade as the backtest makes it and as the bot made it, both decided at the same candle.
  ///
  /// One ingredient after the other is exchanged, in a fixed order, and each part is what the profit changed by:
  ///
  /// 1. the size that was meant (decision), then the size that was got (fill price): everything in proportion;
  /// 2. the price that the entry was decided at (feed: it is the close of the same candle);
  /// 3. the price that the exit was decided at (`exit`: a stop or target's level, another candle, a person);
  /// 4. how far the market moved while orders were on their way (latency);
  /// 5. what was then paid and received (fill price; refused or denied for a direction in which an order was refused first);
  /// 6. everything between prices and profit (fee).
  ///
  /// The first amount is the one trade's profit and the last the other's, so the parts add up to the difference exactly, whatever is rounded
  /// in between. A trade of which nothing could be sold differs in fill price alone.
  init(from model: ComparedTrade, to actual: ComparedTrade, exit: DifferencePart) {
    self.init()
    guard model.exit.quantity.isPositive, actual.exit.quantity.isPositive, model.entry.quantity.isPositive, actual.entry.quantity.isPositive
    else {
      self[.fillPrice] = actual.profit - model.profit
      return
    }
    var walk = Walk(model, quantity: model.exit.quantity)
    var value = model.profit
    func advance(_ parts: inout DifferenceParts, _ part: DifferencePart, _ walk: Walk) {
      parts[part] += walk.profit - value
      value = walk.profit
    }
    if model.entry.intended != actual.entry.intended, model.entry.intended.isPositive {
      walk = Walk(model, quantity: ComparedTrade.scaled(model.exit.quantity, actual.entry.intended, model.entry.intended))
      advance(&self, .decision, walk)
    }
    walk = Walk(model, quantity: actual.exit.quantity)
    advance(&self, .fillPrice, walk)

    let wanted = Walk(actual, quantity: actual.exit.quantity)
    walk.cost += wanted.costDecided - walk.costDecided
    advance(&self, .feed, walk)
    walk.proceeds += wanted.proceedsDecided - walk.proceedsDecided
    advance(&self, exit, walk)
    walk.cost += ComparedTrade.scaled(actual.entry.drift, actual.exit.quantity, actual.entry.quantity)
    walk.proceeds += actual.exit.drift
    advance(&self, .latency, walk)
    walk.cost = wanted.cost
    advance(&self, actual.entry.refusal.isEmpty ? .fillPrice : .refused, walk)
    walk.proceeds = wanted.proceeds
    advance(&self, actual.exit.refusal.isEmpty ? .fillPrice : .refused, walk)
    self[.fee] += actual.profit - value
  }

  /// A trade's money at a quantity, on the way from one trade to another.
  private struct Walk {
    var cost: Amount
    var costDecided: Amount
    var proceeds: Amount
    var proceedsDecided: Amount
    var fees: Amount
    var profit: Amount { proceeds - cost - fees }

    /// The trade in proportion; at its own quantity, exactly itself.
    init(_ trade: ComparedTrade, quantity: Quantity) {
      func scaled(_ amount: Amount) -> Amount { ComparedTrade.scaled(amount, quantity, trade.exit.quantity) }
      cost = scaled(trade.cost)
      costDecided = scaled(ComparedTrade.scaled(trade.entry.decided, trade.exit.quantity, trade.entry.quantity))
      proceeds = scaled(trade.exit.amount)
      proceedsDecided = scaled(trade.exit.decided)
      fees = scaled(trade.fees)
    }
  }
}
