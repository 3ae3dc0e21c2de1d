public import Time
public import TradingCore
public import TradingModel
public import Venue

/// An exchange under test and the way to it, in virtual time: everything that it does later waits in its agenda.
public protocol DrivenExchange: AnyObject {
  /// As they are now; the core may know older ones.
  var rules: TradingRules { get }
  var book: TruthBook { get }
  /// Oldest first; those of the account's owner too.
  var openOrders: [TruthOrder] { get }
  /// Whether an order of this name was ever taken.
  func everLived(_ id: ClientOrderID) -> Bool

  /// When the next thing happens.
  var nextTime: Timestamp? { get }
  /// Does the next thing that is due; an event where it is one for the core.
  func take(upTo time: Timestamp) -> (Timestamp, CoreEvent?)?

  /// A process begins: what reaches it from now on. Answers what it hears at once.
  func processStarted(at now: Timestamp) -> [CoreEvent]
  /// The process died: nothing reaches it any more.
  func processDied(at now: Timestamp)

  func submit(_ order: ApprovedOrder, at now: Timestamp)
  func cancel(_ id: ClientOrderID, _ symbol: Symbol, at now: Timestamp)
  func query(_ id: ClientOrderID, _ symbol: Symbol, at now: Timestamp)
  func listTrades(_ symbol: Symbol, from: TradeListStart, at now: Timestamp)
  func readAccount(at now: Timestamp)
  func readLocks(askedAt: Timestamp, at now: Timestamp)
  func identify(_ symbol: Symbol, _ id: VenueOrderID, at now: Timestamp)
  func askQuote(_ symbol: Symbol, at now: Timestamp)
}
