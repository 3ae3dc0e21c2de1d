public import Time
public import TradingModel
import Venue

/// One of our orders, folded from its intent, updates and fills.
public struct Order: Hashable, Sendable, Codable {
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
  /// Its trades that were booked: the first, and the others.
  private var firstTrade: TradeID?
  private var otherTrades: [TradeID] = []
  /// What each of its shares sold; `nil` for an order of one bot.
  private(set) var shared: SharedFills?
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
  /// A sale in doubt that the exchange takes no more, and of which the account, read since, shows nothing: its position is protected and
  /// sold as if it were not there, while it is asked for on.
  var isParked = false
  /// The other order of its pair ended because this one acted, or its entry is over: the word about that is due.
  var isDue = false
  /// What a person amended: the name that it goes by at the venue, and its quantity.
  var venueName: ClientOrderID?
  var amendedQuantity: Quantity?
  /// How often its cancel was answered with "not open".
  var cancelsInVain = 0
  /// It expired because the venue did not know it, not by the venue's word.
  var wasGivenUp = false

  public init(intent: OrderIntent, sequence: UInt64, at time: Timestamp) {
    self.intent = intent
    self.sequence = sequence
    status = .submitted
    shared = intent.shares.isEmpty ? nil : SharedFills(count: intent.shares.count)
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
    case .accepted, .partiallyFilled: isAwaitingFills || intent.request.isImmediate
    // What was filled of it was placed: the word about that is due.
    case .waiting: executedQuantity.isPositive
    case .filled, .canceled, .rejected, .expired, .denied: isAwaitingFills
    }
  }

  /// Resting on the venue, known and settled. An order that is over at once never rests: between its acceptance and its last fill it is unsettled.
  public var isResting: Bool { (status == .accepted || status == .partiallyFilled) && !isUnsettled }

  /// Its answer was lost, or the process that made it is gone.
  var isInDoubt: Bool { status == .unknown || status == .submitted && sentBefore != nil }

  /// Whether the venue has ever spoken of it.
  var isKnownToVenue: Bool { venueOrderID.value != 0 || executedQuantity.isPositive }

  /// What a buy may still cost, and what it did cost that is not booked yet; in quote asset. An order by amount costs at most its amount,
  /// whatever the price is.
  var outstandingValue: Amount {
    let request = intent.request
    if request.isByAmount {
      return max((status.isTerminal ? cumulativeQuote : max(request.quoteQuantity, cumulativeQuote)) - filledQuote, .zero)
    }
    let executed = max(executedQuantity - filledQuantity, .zero)
    return max(intent.decisionPrice, request.price) * (status.isTerminal ? executed : remainingQuantity)
  }

  /// Whether it is known to be filled as a whole. An order by amount is when the venue says so; the simulated venue fills it in one go.
  var isFilledWhole: Bool {
    intent.request.isByAmount ? filledQuantity.isPositive : filledQuantity >= intent.request.quantity
  }

  /// Quantity that may still execute; zero for an order by amount.
  public var remainingQuantity: Quantity { max((amendedQuantity ?? intent.request.quantity) - filledQuantity, .zero) }

  public var averagePrice: Price {
    filledQuantity.isPositive ? filledQuote.divided(by: filledQuantity, rounding: .nearest) : .zero
  }

  /// Whether one of its trades is booked already.
  mutating func hasBooked(_ trade: TradeID) -> Bool { firstTrade == trade || (!otherTrades.isEmpty && otherTrades.contains(trade)) }

  /// Takes an update of its status; the venue's number aside.
  mutating func apply(_ update: OrderUpdate, at time: Timestamp) {
    if status == .waiting, update.status != .waiting { isDue = false }
    status = update.status
    if update.quantity.isPositive { amendedQuantity = update.quantity }
    wasGivenUp = update.cause == .givenUp
    if update.status == .unknown { sentBefore = time }
    executedQuantity = max(executedQuantity, update.executedQuantity)
    cumulativeQuote = max(cumulativeQuote, update.cumulativeQuote)
    if !update.reason.isEmpty { rejectReason = update.reason }
    updatedAt = time
  }

  /// Takes the wish to cancel it; false when it is finished and nothing changes.
  mutating func apply(_ cancel: CancelRequest, at time: Timestamp) -> Bool {
    guard !status.isTerminal else { return false }
    status = .pendingCancel
    updatedAt = time
    return true
  }

  /// Folds a record about it: the one meaning of an order's records, for the core and for readers of the journal. False when the record
  /// is not about it, or changes nothing.
  public mutating func apply(_ record: Record, at time: Timestamp) -> Bool {
    switch record {
    case .orderUpdated(let update) where update.clientOrderID == clientOrderID:
      if update.venueOrderID.value != 0 { venueOrderID = update.venueOrderID }
      apply(update, at: time)
      return true
    case .cancelRequested(let cancel) where cancel.clientOrderID == clientOrderID: return apply(cancel, at: time)
    case .fill(let fill) where fill.clientOrderID == clientOrderID:
      if venueOrderID.value == 0 { venueOrderID = fill.fill.venueOrderID }
      _ = apply(fill, at: time)
      return true
    default: return false
    }
  }

  /// The order that a journal's entries about it tell of, oldest first; `nil` when they hold no intent.
  public static func folded(_ entries: [JournalEntry]) -> Order? {
    var folded: Order?
    for entry in entries {
      if case .orderIntent(let intent) = entry.record {
        folded = Order(intent: intent, sequence: entry.sequence, at: entry.time)
      } else {
        _ = folded?.apply(entry.record, at: entry.time)
      }
    }
    return folded
  }

  /// Books one of its fills, or a bot's part of one, the venue's number aside, and returns the volatility that it was decided at.
  mutating func apply(_ record: FillRecord, at time: Timestamp) -> Price {
    let fill = record.fill
    filledQuantity += fill.quantity
    filledQuote += fill.quoteQuantity
    executedQuantity = max(executedQuantity, filledQuantity)
    if shared != nil {
      // A part of a bot that is gone names none: it is the first one's that has room.
      let named = intent.shares.firstIndex { $0.botID == record.botID }
      let share = named ?? intent.shares.indices.first { covers(intent.shares[$0].botID) >= fill.quantity } ?? 0
      shared?.book(fill.quantity, of: fill.tradeID, share: share)
    }
    if firstTrade == nil { firstTrade = fill.tradeID } else if !hasBooked(fill.tradeID) { otherTrades.append(fill.tradeID) }
    updatedAt = time
    return intent.volatility
  }

  /// What decisions and reports look at; plain numbers.
  struct Standing {
    var clientOrderID: ClientOrderID
    var symbol: Symbol
    var botID: BotID
    var venueOrderID: VenueOrderID
    var status: OrderStatus
    var executedQuantity: Quantity
    var cumulativeQuote: Amount
    var wasGivenUp: Bool
    var purpose: OrderPurpose
    var isUnsettled: Bool
    var isResting: Bool
    /// It waits for a trigger price.
    var isContingent: Bool
    /// It rests at a target, beside its stop.
    var isTarget: Bool
    /// The other order of its pair.
    var linked: ClientOrderID?
    /// The entry of its list.
    var waitsFor: ClientOrderID?
    var isSale: Bool
    var isParked: Bool
    var isDue: Bool
    /// Several bots share it.
    var isShared: Bool
    var remainingQuantity: Quantity

    /// It waits for its entry, as far as is known: it takes no place of a stop, and protects nothing.
    var isNotPlaced: Bool { waitsFor != nil && (status == .waiting || status == .submitted || status == .unknown) }

    /// Whether it keeps a position safe, and is not what closes it: the stop, and the target beside it.
    var isProtective: Bool { isContingent || isTarget }

    /// An accepted report that was overtaken by a pending cancel or by fills says nothing new.
    func isOvertaken(by report: ExecutionReport, _ next: OrderStatus) -> Bool {
      if status == .pendingCancel, next == .accepted || next == .partiallyFilled || next == .waiting { return report.source != .query }
      // What the venue itself ended does not come back: an answer that says otherwise was made before. Only an order that we gave up may.
      if status == .expired || status == .rejected { return !wasGivenUp && !next.isTerminal }
      return false
    }
  }

  /// Its intent, read in place.
  mutating func intended() -> OrderIntent { intent }

  /// Where it stands. Mutating, so that it is looked at in place: reading out of an array would copy the whole order.
  mutating func standing() -> Standing {
    let isUnsettled = self.isUnsettled
    return Standing(
      clientOrderID: intent.request.clientOrderID, symbol: intent.request.symbol, botID: intent.botID, venueOrderID: venueOrderID,
      status: status, executedQuantity: executedQuantity, cumulativeQuote: cumulativeQuote, wasGivenUp: wasGivenUp, purpose: intent.purpose,
      isUnsettled: isUnsettled, isResting: !isUnsettled && (status == .accepted || status == .partiallyFilled),
      isContingent: intent.request.type.isContingent, isTarget: intent.isTarget, linked: intent.request.linked,
      waitsFor: intent.request.waitsFor, isSale: intent.request.side == .sell,
      isParked: isParked && isInDoubt, isDue: isDue && executedQuantity.isZero,
      isShared: shared != nil, remainingQuantity: remainingQuantity)
  }
}
