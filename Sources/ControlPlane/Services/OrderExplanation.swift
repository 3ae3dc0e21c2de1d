import Time
import BotAPI
import Journal
import TradingCore
import TradingModel
import Venue

/// Tells the life of an order from what the journal says about it.
enum OrderExplanation {
  static func explain(_ id: ClientOrderID, _ journal: Journal) throws -> V1.ExplainOrderResponse {
    let (order, entries) = try OrderHandlers.fold(id, journal)
    let intent = order.intent
    var response = V1.ExplainOrderResponse(order: V1.Order(order))
    if intent.purpose == .entry || intent.purpose == .exit {
      response.signal = V1.Signal(
        side: V1.Side(intent.request.side), reason: intent.reason, timeNs: order.createdAt.nanoseconds,
        price: intent.decisionPrice.textOrEmpty, symbol: intent.request.symbol.text, botID: intent.botID.text)
    }
    response.steps.append(
      V1.OrderStep(
        timeNs: order.createdAt.nanoseconds, kind: intent.purpose == .entry || intent.purpose == .exit ? "signal" : "risk",
        description: "\(intent.purpose) at \(intent.decisionPrice): \(intent.reason)", status: .initialized))
    var status = OrderStatus.submitted
    for entry in entries {
      guard let step = step(entry, &status) else { continue }
      response.steps.append(step)
      if let trade = V1.Trade(entry) { response.trades.append(trade) }
    }
    return response
  }

  private static func step(_ entry: JournalEntry, _ status: inout OrderStatus) -> V1.OrderStep? {
    let kind: String
    let description: String
    switch entry.record {
    case .orderIntent(let intent):
      let request = intent.request
      kind = "intent"
      let price = request.type.hasLimitPrice ? " at \(request.price)" : ""
      let stop = request.type.isContingent ? ", stop \(request.stopPrice)" : ""
      let size = request.isByAmount ? "\(request.symbol) for \(request.quoteQuantity)" : "\(request.quantity) \(request.symbol)"
      description = "\(request.side) \(size), \(request.type)\(price)\(stop)"
    case .orderUpdated(let update):
      kind = "report"
      status = update.status
      let why = update.reason.isEmpty ? "" : ": \(update.reason)"
      description = "\(update.status), \(update.executedQuantity) executed for \(update.cumulativeQuote)\(why)"
    case .cancelRequested(let request):
      kind = "cancel"
      if !status.isTerminal { status = .pendingCancel }
      description = "cancel: \(request.reason)"
    case .fill(let record):
      kind = "fill"
      let fill = record.fill
      description =
        "trade \(fill.tradeID): \(fill.quantity) at \(fill.price) = \(fill.quoteQuantity), fee \(fill.commission) \(fill.commissionAsset)"
        + (record.side == .sell ? ", realized \(record.realizedPnL)" : "")
    default: return nil
    }
    return V1.OrderStep(
      sequence: Int64(sequence: entry.sequence), timeNs: entry.time.nanoseconds, kind: kind, description: description,
      status: V1.OrderStatus(status))
  }
}
