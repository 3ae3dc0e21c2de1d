public import Time
public import TradingModel

/// How a request to a venue ended. `unknown` is a state, not an error: the order may exist.
public enum SubmitOutcome: Hashable, Sendable {
  /// The venue has the order; its report follows or is inside.
  case accepted([ExecutionReport])
  /// A definite refusal (4xx with a code): the order does not exist.
  case rejected(code: Int, message: String)
  /// The order in whose place it was to come was not cancelled: it was not placed, and the other one is as it was. Its message begins with
  /// ``notSent``.
  case notAttempted(message: String)
  /// 5xx, -1000, -1001, -1006, -1007, timeout, reset, unreadable answer (FACTS §14).
  case unknown(message: String)

  /// How the message of ``notAttempted(message:)`` begins.
  public static let notSent = "not sent: "
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

/// A fill from the venue's own list of the account's trades; it names the order by the venue's number only.
public struct AccountTrade: Hashable, Sendable {
  /// The fill as the venue states it.
  public var fill: Fill
  /// The account's side of the trade.
  public var side: Side
  /// Makes a trade of its two parts.
  public init(fill: Fill, side: Side) {
    self.fill = fill
    self.side = side
  }
}

/// Where a list of the account's trades of a symbol begins.
public enum TradeListStart: Hashable, Sendable {
  /// At this trade, inclusive.
  case trade(TradeID)
  /// At the first trade that is not older than this, where no trade of the symbol is known.
  case time(Timestamp)
}

/// Where orders go. Implementations: the exchange (REST) and the simulated venue (paper). Every method returns at once; the result
/// arrives later through ``ExecutionVenueDelegate`` on the core's thread.
public protocol ExecutionVenue: AnyObject {
  /// Sends an order once. Never re-sent by anyone.
  func submit(_ request: OrderRequest)
  /// Sends a stop and a target as one pair (OCO), once: the venue takes both or none. ``ExecutionVenueDelegate/submitted(_:symbol:outcome:)``
  /// is called for each of them, the stop first.
  func submit(stop: OrderRequest, target: OrderRequest)
  /// Sends an entry with the stop, and maybe the target, that are to be placed once it is filled as a whole (OPO, OPOCO), once: the venue
  /// takes all or none. ``ExecutionVenueDelegate/submitted(_:symbol:outcome:)`` is called for each of them, the entry first.
  func submit(entry: OrderRequest, stop: OrderRequest, target: OrderRequest?)
  /// Cancels an order of which nothing was filled, by our id, and sends another one in its place, once. Where the cancel fails the other one is
  /// not sent, and its outcome is `notAttempted`. Both ``ExecutionVenueDelegate/canceled(_:symbol:outcome:)`` for the old one and
  /// ``ExecutionVenueDelegate/submitted(_:symbol:outcome:)`` are called, in this order.
  func submit(_ request: OrderRequest, replacing old: ClientOrderID)
  /// Cancels an order by our id; the other one of its pair ends with it, and that is reported.
  func cancel(clientOrderID: ClientOrderID, symbol: Symbol)
  /// Asks for an order's state by our id.
  func query(clientOrderID: ClientOrderID, symbol: Symbol)
  /// Lists the account's trades of a symbol from there on to the newest; delivered through
  /// ``ExecutionVenueDelegate/tradesListed(_:trades:)``. The venue keeps trying until it has the list; calls for a symbol that come
  /// while its list is under way may be served together by one later list from the earliest start.
  func listTrades(symbol: Symbol, from: TradeListStart)
  /// Reads all balances; delivered through ``ExecutionVenueDelegate/balancesChanged(_:isComplete:)``. When that fails nothing comes: the
  /// core asks again.
  func readAccount()
  /// Reads the open orders, all balances, and the open orders again; delivered through ``ExecutionVenueDelegate/locksRead(_:)``. When one
  /// of them fails nothing comes: the core asks again.
  ///
  /// - Parameter askedAt: goes into the answer; answers may overtake each other.
  func readLocks(askedAt: Timestamp)
  /// Asks for an order by the venue's number; delivered through ``ExecutionVenueDelegate/identified(_:symbol:outcome:)``.
  func identify(venueOrderID: VenueOrderID, symbol: Symbol)
  /// Asks for a symbol's best bid and ask, once; delivered through ``ExecutionVenueDelegate/quoted(_:)``, or not at all.
  func askQuote(symbol: Symbol)
}

/// The core's ear for an ``ExecutionVenue``; called on the core's thread only.
public protocol ExecutionVenueDelegate: AnyObject {
  /// How a submit ended; once for each call of ``ExecutionVenue/submit(_:)``.
  func submitted(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: SubmitOutcome)
  /// How a cancel ended; once for each call.
  func canceled(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: CancelOutcome)
  /// How a query ended; once for each call.
  func queried(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: QueryOutcome)
  /// How a query by the venue's number ended; once for each call. `notFound`: the venue says definitely that it will not tell.
  func identified(_ venueOrderID: VenueOrderID, symbol: Symbol, outcome: QueryOutcome)
  /// The account's trades of a symbol from the start asked for on, in the order of their ids; empty when there are none. A set: some may
  /// have been told before.
  func tradesListed(_ symbol: Symbol, trades: [AccountTrade])
  /// A best bid and ask that was asked for.
  func quoted(_ quote: Quote)
  /// An order changed, by any channel; may repeat and come out of order.
  func reported(_ report: ExecutionReport)
  /// Absolute balances: of every asset that is not zero when `isComplete`, otherwise of those named.
  func balancesChanged(_ balances: [AssetBalance], isComplete: Bool)
  /// What locks the account's coins, as asked for.
  func locksRead(_ locks: AccountLocks)
  /// The user data stream came up (`true`: subscribed and reconciled) or went down.
  func executionStreamChanged(isLive: Bool, message: String)
  /// Something failed and is tried again; a sentence for the log.
  func executionWarned(_ message: String)
}
