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
      decisionPrice: intent.decisionPrice.textOrEmpty, quoteQuantity: request.quoteQuantity.textOrEmpty)
  }

  mutating func setExecuted(_ quantity: Quantity, _ quote: Amount) {
    executedQuantity = quantity.description
    // An order by amount has no quantity but what it got.
    if !quoteQuantity.isEmpty { self.quantity = executedQuantity }
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
      purpose: V1.OrderPurpose(record.purpose), reason: record.reason, commissionRate: record.commissionRate.textOrEmpty)
  }
}
