public import Time
public import TradingModel
import Venue

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
  /// The symbol's highest booked trade when the order was made: its own fills come after it.
  var tradeFloor = TradeID(0)
  /// From when on it can no longer be sent: the answer was lost, or the process that made it is gone. `nil`: it may still leave.
  var sentBefore: Timestamp?

  // Not journaled: the conversation with the venue.
  /// When to ask the venue again, while the status is unknown.
  var nextQuery: Timestamp = .distantFuture
  var queryCount = 0
  /// When the oldest query that has no answer yet was asked.
  var queriedAt: Timestamp?
  /// When the first of the queries was asked that, without a break, found nothing.
  var missingSince: Timestamp?
  /// When our account's trades were last asked for because of this order, and whether they came.
  var tradesAskedAt: Timestamp?
  var areTradesListed = false
  /// It expired because the venue did not know it, not by the venue's word.
  var wasGivenUp = false

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
    case .accepted, .partiallyFilled: isAwaitingFills || intent.request.type == .market
    case .filled, .canceled, .rejected, .expired, .denied: isAwaitingFills
    }
  }

  /// Resting on the venue, known and settled. A market order never rests: between its acceptance and its last fill it is unsettled.
  public var isResting: Bool { (status == .accepted || status == .partiallyFilled) && !isUnsettled }

  /// Whether the venue has ever spoken of it.
  var isKnownToVenue: Bool { venueOrderID.value != 0 || executedQuantity.isPositive }

  /// Quantity that may still execute.
  public var remainingQuantity: Quantity { max(intent.request.quantity - filledQuantity, .zero) }

  public var averagePrice: Price {
    filledQuantity.isPositive ? filledQuote.divided(by: filledQuantity, rounding: .nearest) : .zero
  }
}
