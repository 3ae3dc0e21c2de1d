import Engine
import NIOCore
import ServiceRuntime
import Time
import TradingCore
import TradingModel
import Venue

/// Stands between the core and the exchange: nothing passes before the account is verified, and it knows when what the exchange has is
/// compared with what the journal has. On the core's loop.
///
/// Orders and cancels that are asked for too early come back as not sent; questions are answered later.
final class VenueGate: ExecutionVenue, ExecutionVenueDelegate {
  private let venue: any ExecutionVenue
  private unowned let engine: TradingEngine
  /// The account is the journal's.
  private(set) var isOpen = false
  /// Whether the exchange's orders and fills were compared with ours since order reports arrive.
  private(set) var isReconciled = false
  /// What the comparison waits for.
  private var lists: Set<Symbol> = []
  private var queries: Set<ClientOrderID> = []
  /// The questions of the core that begin a comparison are being gathered.
  private var isGathering = false
  private var isLive = false
  /// What was asked before the gate opened.
  private var earlyLists: [Symbol: [TradeListStart]] = [:]

  /// Every name under which the exchange has an order of the account.
  var onOrder: ((ClientOrderID) -> Void)?
  /// The comparison is done.
  var onReconciled: (() -> Void)?

  private var roundTrips: OrderRoundTrips

  init(_ venue: any ExecutionVenue, engine: TradingEngine, counts: TradingCounts) {
    self.venue = venue
    self.engine = engine
    roundTrips = OrderRoundTrips(counts)
  }

  /// The account is verified.
  func open() {
    guard !isOpen else { return }
    isOpen = true
    for (symbol, starts) in earlyLists.sorted(by: { $0.key < $1.key }) {
      for start in starts { venue.listTrades(symbol: symbol, from: start) }
    }
    earlyLists = [:]
  }

  /// Nothing passes any more: the daemon ends.
  func shut() {
    isOpen = false
    onReconciled = nil
    engine.handle(.reconciled(false))
  }

  /// Entries wait until ``onReconciled``.
  func begin() { engine.handle(.reconciled(false)) }

  /// How much of the comparison is still to come.
  var pending: (lists: Int, queries: Int) { (lists.count, queries.count) }

  // MARK: ExecutionVenue

  private static let notVerified = "not sent: the account is not verified yet"

  func submit(_ request: OrderRequest) {
    guard isOpen else {
      return later { $0.submitted(request.clientOrderID, symbol: request.symbol, outcome: .rejected(code: 0, message: Self.notVerified)) }
    }
    roundTrips.sent(request.clientOrderID, at: MonotonicClock.nanoseconds())
    venue.submit(request)
  }

  func submit(stop: OrderRequest, target: OrderRequest) {
    guard isOpen else {
      return later { engine in
        for request in [stop, target] {
          engine.submitted(request.clientOrderID, symbol: request.symbol, outcome: .rejected(code: 0, message: Self.notVerified))
        }
      }
    }
    roundTrips.sent(stop.clientOrderID, at: MonotonicClock.nanoseconds())
    venue.submit(stop: stop, target: target)
  }

  func submit(entry: OrderRequest, stop: OrderRequest, target: OrderRequest?) {
    guard isOpen else {
      return later { engine in
        for request in [entry, stop] + [target].compactMap({ $0 }) {
          engine.submitted(request.clientOrderID, symbol: request.symbol, outcome: .rejected(code: 0, message: Self.notVerified))
        }
      }
    }
    roundTrips.sent(entry.clientOrderID, at: MonotonicClock.nanoseconds())
    venue.submit(entry: entry, stop: stop, target: target)
  }

  func submit(_ request: OrderRequest, replacing old: ClientOrderID) {
    guard isOpen else {
      return later { engine in
        engine.canceled(old, symbol: request.symbol, outcome: .rejected(code: 0, message: Self.notVerified))
        engine.submitted(request.clientOrderID, symbol: request.symbol, outcome: .rejected(code: 0, message: Self.notVerified))
      }
    }
    roundTrips.sent(request.clientOrderID, at: MonotonicClock.nanoseconds())
    venue.submit(request, replacing: old)
  }

  func cancel(clientOrderID: ClientOrderID, symbol: Symbol) {
    guard isOpen else {
      return later { $0.canceled(clientOrderID, symbol: symbol, outcome: .rejected(code: 0, message: Self.notVerified)) }
    }
    venue.cancel(clientOrderID: clientOrderID, symbol: symbol)
  }

  func query(clientOrderID: ClientOrderID, symbol: Symbol) {
    guard isOpen else { return later { $0.queried(clientOrderID, symbol: symbol, outcome: .unknown(message: Self.notVerified)) } }
    if isGathering { queries.insert(clientOrderID) }
    venue.query(clientOrderID: clientOrderID, symbol: symbol)
  }

  func listTrades(symbol: Symbol, from: TradeListStart) {
    guard isOpen else {
      if earlyLists[symbol]?.contains(from) != true { earlyLists[symbol, default: []].append(from) }
      return
    }
    if isGathering { lists.insert(symbol) }
    venue.listTrades(symbol: symbol, from: from)
  }

  /// Where it does not pass nothing comes: the core asks again.
  func readAccount() {
    if isOpen { venue.readAccount() }
  }

  func readLocks(askedAt: Timestamp) {
    if isOpen { venue.readLocks(askedAt: askedAt) }
  }

  func identify(venueOrderID: VenueOrderID, symbol: Symbol) {
    guard isOpen else { return later { $0.identified(venueOrderID, symbol: symbol, outcome: .unknown(message: Self.notVerified)) } }
    venue.identify(venueOrderID: venueOrderID, symbol: symbol)
  }

  func askQuote(symbol: Symbol) { venue.askQuote(symbol: symbol) }

  /// Never in the middle of the core's step that asked.
  private func later(_ body: @escaping (TradingEngine) -> Void) {
    let engine = engine
    engine.loop.assumeIsolated().execute { body(engine) }
  }

  // MARK: ExecutionVenueDelegate

  func submitted(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: SubmitOutcome) {
    roundTrips.answered(clientOrderID, outcome, at: MonotonicClock.nanoseconds())
    engine.submitted(clientOrderID, symbol: symbol, outcome: outcome)
  }

  func canceled(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: CancelOutcome) {
    engine.canceled(clientOrderID, symbol: symbol, outcome: outcome)
  }

  func queried(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: QueryOutcome) {
    engine.queried(clientOrderID, symbol: symbol, outcome: outcome)
    // Found or not, or not told: an order whose fate stays open is parked, and asked for again by the core.
    if queries.remove(clientOrderID) != nil { settle() }
  }

  func identified(_ venueOrderID: VenueOrderID, symbol: Symbol, outcome: QueryOutcome) {
    if case .found(let report) = outcome { onOrder?(report.clientOrderID) }
    engine.identified(venueOrderID, symbol: symbol, outcome: outcome)
  }

  func tradesListed(_ symbol: Symbol, trades: [AccountTrade]) {
    engine.tradesListed(symbol, trades: trades)
    if lists.remove(symbol) != nil { settle() }
  }

  func reported(_ report: ExecutionReport) {
    onOrder?(report.clientOrderID)
    engine.reported(report)
  }

  func balancesChanged(_ balances: [AssetBalance], isComplete: Bool) { engine.balancesChanged(balances, isComplete: isComplete) }

  func locksRead(_ locks: AccountLocks) { engine.locksRead(locks) }

  func executionStreamChanged(isLive: Bool, message: String) {
    self.isLive = isLive
    if !isLive || isReconciled {
      isReconciled = false
      engine.handle(.reconciled(false))
    }
    lists = []
    queries = []
    isGathering = isLive
    engine.executionStreamChanged(isLive: isLive, message: message)
    isGathering = false
    settle()
  }

  func quoted(_ quote: Quote) { engine.quoted(quote) }

  func executionWarned(_ message: String) { engine.executionWarned(message) }

  /// Ends the comparison where nothing is missing any more; cheap, called now and then too.
  func settle() {
    guard isLive, !isReconciled, !isGathering, lists.isEmpty, queries.isEmpty, engine.core.isReconciled else { return }
    isReconciled = true
    engine.handle(.reconciled(true))
    onReconciled?()
  }
}
