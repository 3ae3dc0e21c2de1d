public import TradingModel

/// How a request to a venue ended. `unknown` is a state, not an error: the order may exist.
public enum SubmitOutcome: Hashable, Sendable {
  /// The venue has the order; its report follows or is inside.
  case accepted([ExecutionReport])
  /// A definite refusal (4xx with a code): the order does not exist.
  case rejected(code: Int, message: String)
  /// 5xx, -1000, -1001, -1006, -1007, timeout, reset, unreadable answer (FACTS §14).
  case unknown(message: String)
}

/// How a cancel ended.
public enum CancelOutcome: Hashable, Sendable {
  case canceled(ExecutionReport)
  /// -2011: finished or never there. Query, it may have filled.
  case notOpen(message: String)
  case rejected(code: Int, message: String)
  case unknown(message: String)
}

/// How a query by client order id ended.
public enum QueryOutcome: Hashable, Sendable {
  case found(ExecutionReport)
  /// -2013. Not a proof before the fence has passed.
  case notFound
  case unknown(message: String)
}

/// Where orders go. Implementations: the exchange (REST) and the simulated venue (paper). Every method returns at once; the answer
/// arrives later through ``ExecutionVenueDelegate`` on the core's thread.
public protocol ExecutionVenue: AnyObject {
  /// Sends an order once. Never re-sent by anyone.
  func submit(_ request: OrderRequest)
  func cancel(clientOrderID: ClientOrderID, symbol: Symbol)
  func query(clientOrderID: ClientOrderID, symbol: Symbol)
}

/// The core's ear for an ``ExecutionVenue``; called on the core's thread only.
public protocol ExecutionVenueDelegate: AnyObject {
  func submitted(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: SubmitOutcome)
  func canceled(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: CancelOutcome)
  func queried(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: QueryOutcome)
  func reported(_ report: ExecutionReport)
  func balancesChanged(_ balances: [AssetBalance], isComplete: Bool)
  /// The user data stream came up (`true`: subscribed and reconciled) or went down.
  func executionStreamChanged(isLive: Bool, message: String)
}
