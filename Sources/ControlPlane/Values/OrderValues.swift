import Time
import BotAPI
import TradingCore
import TradingModel
import Venue

/// An order's intent as journaled: what never changes about it.
struct KnownIntent: Sendable, Hashable {
  var intent: OrderIntent
  var sequence: UInt64
  var time: Timestamp

  init?(_ entry: JournalEntry) {
    guard case .orderIntent(let intent) = entry.record else { return nil }
    self.intent = intent
    sequence = entry.sequence
    time = entry.time
  }
}

extension V1.Order {
  /// The part of an order that its intent fixes.
  init(_ known: KnownIntent, status: OrderStatus, updatedAt: Timestamp) {
    let intent = known.intent
    let request = intent.request
    self.init(
      clientOrderID: request.clientOrderID.text, botID: intent.botID.text, symbol: request.symbol.text, side: V1.Side(request.side),
      type: V1.OrderType(request.type), timeInForce: V1.TimeInForce(request.timeInForce, type: request.type),
      quantity: request.quantity.description, price: request.price.textOrEmpty, stopPrice: request.stopPrice.textOrEmpty,
      status: V1.OrderStatus(status), purpose: V1.OrderPurpose(intent.purpose), reason: intent.reason,
      intentSequence: Int64(sequence: known.sequence), createdTimeNs: known.time.nanoseconds, updatedTimeNs: updatedAt.nanoseconds,
      decisionPrice: intent.decisionPrice.textOrEmpty)
  }

  mutating func setExecuted(_ quantity: Quantity, _ quote: Amount) {
    executedQuantity = quantity.description
    cumulativeQuote = quote.description
    averagePrice = quantity.isPositive ? quote.divided(by: quantity, rounding: .nearest).description : ""
  }

  mutating func setVenueOrderID(_ id: VenueOrderID) { venueOrderID = id.value == 0 ? "" : id.description }

  init(_ order: Order) {
    let entry = JournalEntry(sequence: order.sequence, time: order.createdAt, record: .orderIntent(order.intent))
    guard let known = KnownIntent(entry) else {
      self.init()
      return
    }
    self.init(known, status: order.status, updatedAt: order.updatedAt)
    setVenueOrderID(order.venueOrderID)
    let isAhead = order.executedQuantity > order.filledQuantity
    setExecuted(isAhead ? order.executedQuantity : order.filledQuantity, isAhead ? order.cumulativeQuote : order.filledQuote)
    rejectReason = order.rejectReason
  }
}

/// Folds what the journal says about one order.
enum OrderFold {
  /// `nil` when the entries hold no intent.
  static func order(_ entries: [JournalEntry]) -> Order? {
    var folded: Order?
    for entry in entries {
      if case .orderIntent(let intent) = entry.record {
        folded = Order(intent: intent, sequence: entry.sequence, at: entry.time)
        continue
      }
      guard var order = folded else { continue }
      apply(entry, to: &order)
      folded = order
    }
    return folded
  }

  static func apply(_ entry: JournalEntry, to order: inout Order) {
    switch entry.record {
    case .orderUpdated(let update):
      order.status = update.status
      if update.venueOrderID.value != 0 { order.venueOrderID = update.venueOrderID }
      order.executedQuantity = max(order.executedQuantity, update.executedQuantity)
      order.cumulativeQuote = max(order.cumulativeQuote, update.cumulativeQuote)
      if !update.reason.isEmpty { order.rejectReason = update.reason }
      order.updatedAt = entry.time
    case .cancelRequested:
      if !order.status.isTerminal { order.status = .pendingCancel }
      order.updatedAt = entry.time
    case .fill(let record):
      order.filledQuantity += record.fill.quantity
      order.filledQuote += record.fill.quoteQuantity
      if order.venueOrderID.value == 0 { order.venueOrderID = record.fill.venueOrderID }
      order.updatedAt = entry.time
    default: break
    }
  }
}

extension V1.Trade {
  /// A fill entry; `nil` for any other record.
  init?(_ entry: JournalEntry, previous: UInt64 = 0) {
    guard case .fill(let record) = entry.record else { return nil }
    let fill = record.fill
    self.init(
      sequence: Int64(sequence: entry.sequence), previousSequence: Int64(sequence: previous), symbol: fill.symbol.text,
      tradeID: fill.tradeID.description, clientOrderID: record.clientOrderID?.text ?? "", venueOrderID: fill.venueOrderID.description,
      botID: record.botID?.text ?? "", side: V1.Side(record.side), price: fill.price.description, quantity: fill.quantity.description,
      quoteQuantity: fill.quoteQuantity.description, commission: fill.commission.description, commissionAsset: fill.commissionAsset,
      realizedPnL: record.realizedPnL.description, isMaker: fill.isMaker, timeNs: fill.time.nanoseconds,
      purpose: V1.OrderPurpose(record.purpose), reason: record.reason)
  }
}
