import TradingCore
import TradingModel
import Venue

/// Journal records in words, for people who compare two of them.
enum JournalText {
  static func words(_ record: Record) -> String {
    switch record {
    case .orderIntent(let intent):
      "an order of \(intent.botID): \(intent.request.side) \(size(intent.request)) \(intent.request.symbol) \(intent.request.type)\(intent.request.stopPrice.isPositive ? " at \(intent.request.stopPrice)" : "") decided at \(intent.decisionPrice) (\(intent.reason))"
    case .orderDenied(let denial): "a denied \(denial.side) of \(denial.botID): \(denial.code), \(denial.message) (\(denial.signalReason))"
    case .exitRequested(let exit):
      "an exit of \(exit.part.map { "\($0) of " } ?? "")\(exit.botID) at \(exit.decisionPrice): \(exit.purpose) (\(exit.reason))"
    case .cancelRequested(let cancel): "a cancel of \(cancel.clientOrderID) (\(cancel.reason))"
    case .fill(let fill):
      "a fill of \(fill.botID.map(\.text) ?? "nobody"): \(fill.side) \(fill.fill.quantity) @ \(fill.fill.price), realized \(fill.realizedPnL)\(fill.closesPosition ? ", position closed" : "")"
    case .orderUpdated(let update): "order \(update.clientOrderID) \(update.status)\(update.reason.isEmpty ? "" : " (\(update.reason))")"
    case .tradingStateChanged(let change): "trading \(change.state) by \(change.cause) (\(change.reason))"
    case .alert(let alert): "an alert: \(alert.message)"
    case .positionAdjusted(let adjustment):
      "\(adjustment.quantity) \(adjustment.cause.description) \(adjustment.isIncoming ? "by" : "from") \(adjustment.botID) at \(adjustment.price)"
    case .peakRaised(let peak): "a new peak of \(peak.botID): \(peak.price)"
    case .opened: "its beginning"
    case .botCreated(let configuration): "bot \(configuration.id) created"
    case .botUpdated(let configuration): "bot \(configuration.id) updated"
    case .botStateChanged(let change):
      "bot \(change.botID) \(change.state) by \(change.cause)\(change.reason.isEmpty ? "" : " (\(change.reason))")"
    case .botRemoved(let id): "bot \(id) removed"
    case .balances: "balances"
    case .equity(let point): "equity \(point.equity)"
    case .riskLimitsChanged: "new risk limits"
    case .entriesLocked(let lock): "a lock: \(lock.words)"
    case .ratesTaken(let rates): "rates in \(rates.currency)"
    case .profitSampled(let sample): "a profit of \(sample.profit) \(sample.quoteAsset)"
    case .entriesUnlocked(let end): "the end of lock \(end.lock) of \(end.scope)"
    case .symbolAssets(let assets): "\(assets.symbol) is \(assets.base) in \(assets.quote)"
    case .marked(let mark): "\(mark.symbol) valued at \(mark.close)"
    case .answered: "an answer to a client"
    case .accountBound(let account): "account \(account.uid) of \(account.exchange)"
    case .started(let start): "start \(start.epoch)\(start.acceptsEarlier ? ", which takes the state over" : "")"
    case .signal(let signal): "the strategy of \(signal.botID) wants \(signal.action): \(signal.reason)"
    case .candleDoubted(let doubt): "a doubt of the close of \(doubt.symbol) \(doubt.interval.rawValue) at \(doubt.close)"
    }
  }

  /// What an order asks for: a quantity, or an amount to spend.
  private static func size(_ request: OrderRequest) -> String {
    request.isByAmount ? "for \(request.quoteQuantity) of" : "\(request.quantity)"
  }
}
