import ServiceRuntime
import TradingCore
public import TradingModel
public import Venue

extension TradingEngine: ExecutionVenueDelegate {
  public func submitted(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: SubmitOutcome) {
    hear("submitted.\(outcome.name)", .submitted(clientOrderID, outcome))
  }

  public func canceled(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: CancelOutcome) {
    hear("canceled", .canceled(clientOrderID, outcome))
  }

  public func queried(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: QueryOutcome) {
    hear("queried", .queried(clientOrderID, outcome))
  }

  public func identified(_ venueOrderID: VenueOrderID, symbol: Symbol, outcome: QueryOutcome) {
    hear("identified", .identified(symbol, venueOrderID, outcome))
  }

  public func reported(_ report: ExecutionReport) { hear("report.\(report.status)", .report(report)) }

  public func balancesChanged(_ balances: [AssetBalance], isComplete: Bool) { handle(.balances(balances, isComplete: isComplete)) }

  public func locksRead(_ locks: AccountLocks) { handle(.locks(locks)) }

  public func tradesListed(_ symbol: Symbol, trades: [AccountTrade]) { hear("trades", .trades(symbol, trades)) }

  public func quoted(_ quote: Quote) { received(.quote(quote)) }

  public func executionStreamChanged(isLive: Bool, message: String) {
    publisher?.executionStreamChanged(isLive: isLive, message: message)
    hear("stream.\(isLive ? "up" : "down")", .executionStream(isLive: isLive))
  }

  public func executionWarned(_ message: String) { publisher?.executionWarned(message) }

  /// What the exchange said, between two places for tests of recovery.
  private func hear(_ name: @autoclosure () -> String, _ event: CoreEvent) {
    FailPoint.reach("\(name()).heard")
    handle(event)
    FailPoint.reach("\(name()).handled")
  }
}

extension SubmitOutcome {
  fileprivate var name: String {
    switch self {
    case .accepted: "accepted"
    case .rejected, .notAttempted: "rejected"
    case .unknown: "unknown"
    }
  }
}
