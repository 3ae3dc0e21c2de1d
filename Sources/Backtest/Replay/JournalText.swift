import TradingCore
import TradingModel
import Venue

/// Journal records in words, for people who compare two of them.
enum JournalText {
  static func words(_ record: Record) -> String {
    switch record {
    case .orderIntent(let intent):
      "an order of \(intent.botID): \(intent.request.side) \(intent.request.quantity) \(intent.request.symbol) \(intent.request.type)\(intent.request.stopPrice.isPositive ? " at \(intent.request.stopPrice)" : "") decided at \(intent.decisionPrice) (\(intent.reason))"
    case .orderDenied(let denial): "a denied \(denial.side) of \(denial.botID): \(denial.code), \(denial.message) (\(denial.signalReason))"
    case .exitRequested(let exit): "an exit of \(exit.botID) at \(exit.decisionPrice): \(exit.purpose) (\(exit.reason))"
    case .cancelRequested(let cancel): "a cancel of \(cancel.clientOrderID) (\(cancel.reason))"
    case .fill(let fill):
      "a fill of \(fill.botID.map(\.text) ?? "nobody"): \(fill.side) \(fill.fill.quantity) @ \(fill.fill.price), realized \(fill.realizedPnL)\(fill.closesPosition ? ", position closed" : "")"
    case .orderUpdated(let update): "order \(update.clientOrderID) \(update.status)\(update.reason.isEmpty ? "" : " (\(update.reason))")"
    case .tradingStateChanged(let change): "trading \(change.state) (\(change.reason))"
    case .alert(let alert): "an alert: \(alert.message)"
    case .peakRaised(let peak): "a new peak of \(peak.botID): \(peak.price)"
    case .opened: "its beginning"
    case .botCreated(let configuration): "bot \(configuration.id) created"
    case .botUpdated(let configuration): "bot \(configuration.id) updated"
    case .botStateChanged(let change): "bot \(change.botID) \(change.state) (\(change.reason))"
    case .botRemoved(let id): "bot \(id) removed"
    case .balances: "balances"
    case .equity(let point): "equity \(point.equity)"
    case .riskLimitsChanged: "new risk limits"
    }
  }

  /// The bot that a record is about.
  static func bot(of record: Record) -> BotID? {
    switch record {
    case .orderIntent(let intent): intent.botID
    case .orderDenied(let denial): denial.botID
    case .exitRequested(let exit): exit.botID
    case .cancelRequested(let cancel): cancel.botID
    case .fill(let fill): fill.botID
    case .orderUpdated(let update): update.botID
    case .peakRaised(let peak): peak.botID
    default: nil
    }
  }
}
