public import TradingModel
public import Venue

/// One decision to trade, written before it is sent.
public struct OrderIntent: Hashable, Sendable, Codable {
  public var request: OrderRequest
  public var botID: BotID
  public var purpose: OrderPurpose
  /// The strategy's words, or what triggered it.
  public var reason: String
  /// The price the decision was made at; slippage is measured against it.
  public var decisionPrice: Price
  /// The average true range at an entry's decision, for bots that need it; zero otherwise.
  public var volatility: Price
  /// The bots that share it, each with its part of the quantity: an umbrella stop. `botID` is the first of them. Empty for an order of one bot.
  public var shares: [OrderShare] = []
  public init(
    request: OrderRequest, botID: BotID, purpose: OrderPurpose, reason: String, decisionPrice: Price, volatility: Price = .zero,
    shares: [OrderShare] = []
  ) {
    self.shares = shares
    self.request = request
    self.botID = botID
    self.purpose = purpose
    self.reason = reason
    self.decisionPrice = decisionPrice
    self.volatility = volatility
  }

  /// Whether it rests at a target beside a stop; a target that is watched sells at the market instead.
  var isTarget: Bool { request.type == .limitMaker && purpose == .takeProfit }

  /// Whether it is a stop under a position.
  var isStop: Bool { request.side == .sell && request.type.isContingent }
}

/// A change of an order's status.
public struct OrderUpdate: Hashable, Sendable {
  /// Where the change comes from; decides what may follow it.
  public enum Cause: UInt8, Hashable, Sendable, CaseIterable {
    /// The venue said so.
    case venue = 1
    /// The answer to its request was lost.
    case answerLost = 2
    /// The venue does not know it, asked again and again for long enough.
    case givenUp = 3
    /// The process, and with it the simulated venue, ended before it was taken.
    case restart = 4
  }

  public var clientOrderID: ClientOrderID
  public var botID: BotID
  public var status: OrderStatus
  /// Zero while the venue has not named one.
  public var venueOrderID: VenueOrderID
  public var executedQuantity: Quantity
  public var cumulativeQuote: Amount
  /// What the venue says that the order is for, where that is not what was asked for: it sells what its entry bought. Zero otherwise.
  public var quantity: Quantity
  public var cause: Cause
  /// The venue's reason, code included, or why the status is unknown; empty if none.
  public var reason: String
  public init(
    clientOrderID: ClientOrderID, botID: BotID, status: OrderStatus, venueOrderID: VenueOrderID, executedQuantity: Quantity,
    cumulativeQuote: Amount, quantity: Quantity = .zero, cause: Cause = .venue, reason: String
  ) {
    self.quantity = quantity
    self.cause = cause
    self.clientOrderID = clientOrderID
    self.botID = botID
    self.status = status
    self.venueOrderID = venueOrderID
    self.executedQuantity = executedQuantity
    self.cumulativeQuote = cumulativeQuote
    self.reason = reason
  }
}

public struct CancelRequest: Hashable, Sendable {
  public var clientOrderID: ClientOrderID
  public var botID: BotID
  public var reason: String
  public init(clientOrderID: ClientOrderID, botID: BotID, reason: String) {
    self.clientOrderID = clientOrderID
    self.botID = botID
    self.reason = reason
  }
}

/// One fill, once. `botID` is `nil` for orders placed on the account by someone else (external).
public struct FillRecord: Hashable, Sendable {
  public var fill: Fill
  public var botID: BotID?
  /// `nil` for external fills whose client id is not known.
  public var clientOrderID: ClientOrderID?
  public var side: Side
  public var purpose: OrderPurpose
  /// Why the order was made.
  public var reason: String
  /// Realized by this fill, fees in quote and base taken off; zero for buys.
  public var realizedPnL: Amount
  /// Whether what remains cannot be sold any more, so the position counts as closed.
  public var closesPosition: Bool
  /// What one unit of the fee's asset was worth in quote asset then; zero where it is the base or the quote asset, or not known.
  public var commissionRate: Price
  public init(
    fill: Fill, botID: BotID?, clientOrderID: ClientOrderID?, side: Side, purpose: OrderPurpose, reason: String, realizedPnL: Amount,
    closesPosition: Bool, commissionRate: Price = .zero
  ) {
    self.commissionRate = commissionRate
    self.fill = fill
    self.botID = botID
    self.clientOrderID = clientOrderID
    self.side = side
    self.purpose = purpose
    self.reason = reason
    self.realizedPnL = realizedPnL
    self.closesPosition = closesPosition
  }
}

/// A wish to close a bot's position, which stays until the position is closed; or a person's to sell a part of it, which one order ends.
public struct ExitRequest: Hashable, Sendable, Codable {
  public var botID: BotID
  public var purpose: OrderPurpose
  public var reason: String
  public var decisionPrice: Price
  /// How much of the base asset; `nil`: all of it. Zero: the wish to sell a part is over, and nothing of it was sent.
  public var part: Quantity?
  public init(botID: BotID, purpose: OrderPurpose, reason: String, decisionPrice: Price, part: Quantity? = nil) {
    self.part = part
    self.botID = botID
    self.purpose = purpose
    self.reason = reason
    self.decisionPrice = decisionPrice
  }
}

/// A signal that did not become an order.
public struct OrderDenial: Hashable, Sendable {
  public var botID: BotID
  public var side: Side
  public var code: DenialCode
  /// A sentence with the figures.
  public var message: String
  /// The signal's own reason.
  public var signalReason: String
  public var decisionPrice: Price
  public init(botID: BotID, side: Side, code: DenialCode, message: String, signalReason: String, decisionPrice: Price) {
    self.botID = botID
    self.side = side
    self.code = code
    self.message = message
    self.signalReason = signalReason
    self.decisionPrice = decisionPrice
  }
}

/// Why risk refused an order; the text is what RPC clients see.
public enum DenialCode: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  case feedStale = 1
  case executionStreamDown = 2
  case tradingStateHalted = 3
  case tradingStateReducing = 4
  case botPaused = 5
  case noTradingRules = 6
  case symbolNotTrading = 7
  case quantityBelowMinimum = 8
  case notionalBelowMinimum = 9
  case filterViolation = 10
  case insufficientCapital = 11
  case orderOutstanding = 12
  case journalUnavailable = 13
  /// The average true range that sizing or the trailing stop needs is not known yet.
  case volatilityUnknown = 14
  case coolingDown = 15
  case orderLimit = 16
  case symbolExposureLimit = 17
  case totalExposureLimit = 18
  case openPositionLimit = 19
  case openOrderLimit = 20
  case orderRateLimit = 21
  /// The price of the decision is far from what the market trades at, as far as is known.
  case priceUnconfirmed = 22
  /// A guard, or a person, locked entries of the bot, of its symbol or of all bots.
  case entriesLocked = 31
  /// Limits add up several quote assets, and a rate between them is not known or too old.
  case conversionUnknown = 32
  /// What the exchange knows of orders and trades is not read yet, after a start or a gap in the reports.
  case notReconciled = 40

  public var description: String {
    switch self {
    case .feedStale: "FEED_STALE"
    case .executionStreamDown: "EXECUTION_STREAM_DOWN"
    case .tradingStateHalted: "TRADING_STATE_HALTED"
    case .tradingStateReducing: "TRADING_STATE_REDUCING"
    case .botPaused: "BOT_PAUSED"
    case .noTradingRules: "NO_TRADING_RULES"
    case .symbolNotTrading: "SYMBOL_NOT_TRADING"
    case .quantityBelowMinimum: "QUANTITY_BELOW_MINIMUM"
    case .notionalBelowMinimum: "NOTIONAL_BELOW_MINIMUM"
    case .filterViolation: "FILTER_VIOLATION"
    case .insufficientCapital: "INSUFFICIENT_CAPITAL"
    case .orderOutstanding: "ORDER_OUTSTANDING"
    case .journalUnavailable: "JOURNAL_UNAVAILABLE"
    case .volatilityUnknown: "VOLATILITY_UNKNOWN"
    case .coolingDown: "COOLING_DOWN"
    case .orderLimit: "MAX_ORDER_NOTIONAL"
    case .symbolExposureLimit: "MAX_SYMBOL_NOTIONAL"
    case .totalExposureLimit: "MAX_TOTAL_NOTIONAL"
    case .openPositionLimit: "MAX_OPEN_POSITIONS"
    case .openOrderLimit: "MAX_OPEN_ORDERS"
    case .orderRateLimit: "MAX_ORDERS_PER_MINUTE"
    case .priceUnconfirmed: "PRICE_UNCONFIRMED"
    case .entriesLocked: "ENTRIES_LOCKED"
    case .conversionUnknown: "CONVERSION_UNKNOWN"
    case .notReconciled: "NOT_RECONCILED"
    }
  }
}
