public import TradingModel
public import Venue

/// One of our orders, folded from its intent, updates and fills.
public struct Order: Hashable, Sendable {
  public var intent: OrderIntent
  /// The intent's journal sequence.
  public var sequence: UInt64
  public var status: OrderStatus
  public var venueOrderID = VenueOrderID(0)
  /// What the venue says was executed; may run ahead of ``filledQuantity`` until the fills arrive.
  public var executedQuantity: Quantity = .zero
  public var cumulativeQuote: Amount = .zero
  /// What booked fills add up to.
  public var filledQuantity: Quantity = .zero
  public var filledQuote: Amount = .zero
  public var rejectReason = ""
  public var createdAt: Timestamp
  public var updatedAt: Timestamp
  var tradeIDs: [TradeID] = []
  /// When to ask the venue again, while the status is unknown.
  var nextQuery: Timestamp = .distantFuture
  var queryCount = 0

  public init(intent: OrderIntent, sequence: UInt64, at time: Timestamp) {
    self.intent = intent
    self.sequence = sequence
    status = .submitted
    createdAt = time
    updatedAt = time
  }

  public var clientOrderID: ClientOrderID { intent.request.clientOrderID }
  public var botID: BotID { intent.botID }

  /// Fills the venue has announced but we have not booked yet.
  public var isAwaitingFills: Bool { executedQuantity > filledQuantity }

  /// Whether the bot must wait: nothing may be decided on top of it.
  public var isUnsettled: Bool {
    switch status {
    case .initialized, .submitted, .unknown, .pendingCancel: true
    case .accepted, .partiallyFilled, .filled, .canceled, .rejected, .expired, .denied: isAwaitingFills
    }
  }

  /// Resting on the venue, known and settled.
  public var isResting: Bool { (status == .accepted || status == .partiallyFilled) && !isAwaitingFills }

  /// Quantity that may still execute.
  public var remainingQuantity: Quantity { max(intent.request.quantity - filledQuantity, .zero) }

  public var averagePrice: Price {
    filledQuantity.isPositive ? filledQuote.divided(by: filledQuantity, rounding: .nearest) : .zero
  }
}
