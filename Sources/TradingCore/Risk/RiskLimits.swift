public import TradingModel

/// Limits above all bots; they hold for every entry, whoever asks, in backtest, paper and live alike. Zero: no such limit.
///
/// Amounts are in ``currency``; those of bots with other quote assets are converted. Exits are never limited. An entry that does not fit is made smaller; one that would be too small for the exchange is denied.
public struct RiskLimits: Hashable, Sendable, Codable {
  /// Largest value of one entry in quote asset.
  public var orderNotionalMaximum: Amount
  /// Largest value of all positions in one symbol, entries on their way included.
  public var symbolNotionalMaximum: Amount
  /// Largest value of all positions, entries on their way included.
  public var totalNotionalMaximum: Amount
  /// Largest loss since midnight UTC, open positions at market price, before ``breachState`` is entered.
  public var dailyLossMaximum: Amount
  /// Largest fall from the highest equity, as a fraction of it, before ``breachState`` is entered.
  public var drawdownMaximum: FixedDecimal
  public var openPositionsMaximum: Int
  /// Most orders that are not finished.
  public var openOrdersMaximum: Int
  /// Most orders of any kind in 60 seconds.
  public var ordersPerMinuteMaximum: Int
  /// What a breach of the two loss limits does: ``TradingState/reducing`` (no entries) or ``TradingState/halted`` (neither targets nor
  /// trailing stops nor strategy exits act either; stops that rest stay).
  public var breachState: TradingState
  /// What locks entries of a symbol after trades on it went badly; each holds for every symbol by itself.
  public var symbolGuards: [TradeGuard]
  /// What locks all entries after trades of all bots went badly.
  public var accountGuards: [TradeGuard]
  /// The asset that amounts are in; empty: the quote asset of all bots, where there is only one.
  public var currency: String

  public init(
    orderNotionalMaximum: Amount = .zero, symbolNotionalMaximum: Amount = .zero, totalNotionalMaximum: Amount = .zero,
    dailyLossMaximum: Amount = .zero, drawdownMaximum: FixedDecimal = .zero, openPositionsMaximum: Int = 0, openOrdersMaximum: Int = 0,
    ordersPerMinuteMaximum: Int = 0, breachState: TradingState = .reducing, symbolGuards: [TradeGuard] = [],
    accountGuards: [TradeGuard] = [], currency: String = ""
  ) {
    self.currency = currency
    self.symbolGuards = symbolGuards
    self.accountGuards = accountGuards
    self.orderNotionalMaximum = orderNotionalMaximum
    self.symbolNotionalMaximum = symbolNotionalMaximum
    self.totalNotionalMaximum = totalNotionalMaximum
    self.dailyLossMaximum = dailyLossMaximum
    self.drawdownMaximum = drawdownMaximum
    self.openPositionsMaximum = openPositionsMaximum
    self.openOrdersMaximum = openOrdersMaximum
    self.ordersPerMinuteMaximum = ordersPerMinuteMaximum
    self.breachState = breachState
  }

  /// The names of the limits, as clients write them.
  public enum Field: String, Hashable, Sendable, CaseIterable {
    case orderNotional = "max_order_notional"
    case symbolNotional = "max_symbol_notional"
    case totalNotional = "max_total_notional"
    case dailyLoss = "max_daily_loss"
    case drawdown = "max_drawdown_fraction"
    case openPositions = "max_open_positions"
    case openOrders = "max_open_orders"
    case ordersPerMinute = "max_orders_per_minute"
    case onBreach = "on_breach"
    case symbolGuards = "symbol_guards"
    case accountGuards = "account_guards"
    case currency = "currency"
  }

  /// These limits with the ones of `fields` taken from `other`.
  public func changed(_ fields: [Field], to other: RiskLimits) -> RiskLimits {
    var limits = self
    for field in fields {
      switch field {
      case .orderNotional: limits.orderNotionalMaximum = other.orderNotionalMaximum
      case .symbolNotional: limits.symbolNotionalMaximum = other.symbolNotionalMaximum
      case .totalNotional: limits.totalNotionalMaximum = other.totalNotionalMaximum
      case .dailyLoss: limits.dailyLossMaximum = other.dailyLossMaximum
      case .drawdown: limits.drawdownMaximum = other.drawdownMaximum
      case .openPositions: limits.openPositionsMaximum = other.openPositionsMaximum
      case .openOrders: limits.openOrdersMaximum = other.openOrdersMaximum
      case .ordersPerMinute: limits.ordersPerMinuteMaximum = other.ordersPerMinuteMaximum
      case .onBreach: limits.breachState = other.breachState
      case .symbolGuards: limits.symbolGuards = other.symbolGuards
      case .accountGuards: limits.accountGuards = other.accountGuards
      case .currency: limits.currency = other.currency
      }
    }
    return limits
  }

  /// Whether some limit can shrink or deny an entry.
  var limitsEntries: Bool {
    orderNotionalMaximum.isPositive || symbolNotionalMaximum.isPositive || totalNotionalMaximum.isPositive || openPositionsMaximum > 0
      || openOrdersMaximum > 0 || ordersPerMinuteMaximum > 0
  }

  /// Whether some limit is an amount, or compares amounts of all bots.
  var sumsAmounts: Bool {
    orderNotionalMaximum.isPositive || symbolNotionalMaximum.isPositive || totalNotionalMaximum.isPositive || watchesEquity
  }

  /// Whether some limit watches profit and loss.
  var watchesEquity: Bool { dailyLossMaximum.isPositive || drawdownMaximum.isPositive }

  /// Everything that is wrong with them, by the field's name in the request.
  public var violations: [CommandError.Violation] {
    var found: [CommandError.Violation] = []
    func wrong(_ field: String, _ message: String) {
      found.append(CommandError.Violation(field: "limits.\(field)", reason: "OUT_OF_RANGE", message: "\(field) \(message)"))
    }
    for (field, value) in [
      ("max_order_notional", orderNotionalMaximum), ("max_symbol_notional", symbolNotionalMaximum),
      ("max_total_notional", totalNotionalMaximum), ("max_daily_loss", dailyLossMaximum),
    ] where value.isNegative {
      wrong(field, "must be 0 (no limit) or more, not \(value)")
    }
    if drawdownMaximum.isNegative || drawdownMaximum > .one {
      wrong("max_drawdown_fraction", "must be from 0 (no limit) to 1 (0.2 is 20 %), not \(drawdownMaximum)")
    }
    for (field, value) in [
      ("max_open_positions", openPositionsMaximum), ("max_open_orders", openOrdersMaximum),
      ("max_orders_per_minute", ordersPerMinuteMaximum),
    ] where value < 0 || value > RecentOrders.capacity {
      wrong(field, "must be from 0 (no limit) to \(RecentOrders.capacity), not \(value)")
    }
    if !Self.isAsset(currency) { wrong("currency", "must be an asset such as USDT: at most 20 of A-Z and 0-9") }
    if breachState == .active { wrong("on_breach", "must be reducing or halted") }
    for (field, guards) in [("symbol_guards", symbolGuards), ("account_guards", accountGuards)] {
      let problems = TradeGuard.problems(guards, allowsCandles: false)
      if !problems.isEmpty { wrong(field, problems.joined(separator: "; ")) }
    }
    return found
  }

  private static func isAsset(_ text: String) -> Bool {
    text.utf8.count <= 20 && text.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) }
  }

  /// What each limit on value leaves for one more entry.
  func room(_ use: PortfolioUse) -> [(amount: Amount, code: DenialCode, words: String)] {
    var rooms: [(amount: Amount, code: DenialCode, words: String)] = []
    if orderNotionalMaximum.isPositive {
      rooms.append((orderNotionalMaximum, .orderLimit, "an order may be worth \(orderNotionalMaximum)"))
    }
    if symbolNotionalMaximum.isPositive {
      rooms.append(
        (
          symbolNotionalMaximum - use.symbolNotional, .symbolExposureLimit,
          "positions in the symbol are worth \(use.symbolNotional) of \(symbolNotionalMaximum)"
        ))
    }
    if totalNotionalMaximum.isPositive {
      rooms.append(
        (
          totalNotionalMaximum - use.totalNotional, .totalExposureLimit,
          "all positions are worth \(use.totalNotional) of \(totalNotionalMaximum)"
        ))
    }
    return rooms
  }
}

/// What all bots together have in use.
public struct PortfolioUse: Hashable, Sendable {
  /// Market value of positions in the symbol asked for, and of entries on their way.
  public var symbolNotional: Amount = .zero
  public var totalNotional: Amount = .zero
  /// Open positions, entries on their way included.
  public var openPositions = 0
  public var openOrders = 0
  public var ordersLastMinute = 0
  public init() {}
}
