import Time
import Synchronization
public import TradingCore
public import TradingModel
import Venue

/// The state as of the last commit, for readers on any thread: the last durable one, until the journal fails.
///
/// The core's thread writes it after durability, and after a journal failure at once; calls read it without asking the core. One short
/// lock: a write costs the bots that changed, a read of everything costs one reference.
public final class StateBoard: Sendable {
  struct State: Sendable {
    /// Of the last durable entry contained; unrecorded updates leave it alone.
    var sequence: UInt64 = 0
    var time: Timestamp = .zero
    var bots = BotTable()
    var openOrders: [ClientOrderID: Order] = [:]
    var tradingState: TradingState = .active
    var tradingStateReason = ""
    var tradingStateCause = TradingStateChange.Cause.request
    var tradingStateChangedAt: Timestamp = .zero
    var riskLimits = RiskLimits()
    /// `nil` while a rate between quote assets is not known.
    var totals: PortfolioTotals?
    var currency: String?
    var conversions: [Conversion] = []
    var conversionProblem: String?
    var locks = EntryLocks()
    var balances: [AssetBalance] = []
    var balancesAt: Timestamp = .zero
    var missingCoins: [MissingCoins] = []
    var rateLimits: [RateLimitUsage] = []
    /// `nil` while it is not known, and in the paper modes.
    var account: AccountBinding?
    /// The key is known to open ``account``.
    var isAccountVerified = false
  }

  private let state = Mutex(State())
  private let rules = Mutex(RulesTable())

  public init() {}

  // MARK: Writing

  /// Takes what a commit changed. Updates come in order of sequence, from one thread. An update that is not recorded changes the state
  /// but not ``sequence``.
  public func publish(_ update: BoardUpdate) {
    state.withLock { state in
      // The opening of a journal has the machine's time, and the market's may be far behind it: it counts only until another is known.
      if state.sequence > 1 {
        state.time = max(state.time, update.time)
      } else if update.time != .zero {
        state.time = update.time
      }
      if update.isRecorded { state.sequence = max(state.sequence, update.sequence) }
      for change in update.bots { state.bots.set(BoardBot(id: change.id, snapshot: change.snapshot, isRemoved: change.isRemoved)) }
      for change in update.orders { state.openOrders[change.id] = change.order }
      if let risk = update.risk {
        if risk.tradingState != state.tradingState { state.tradingStateChangedAt = update.time }
        state.tradingState = risk.tradingState
        state.tradingStateReason = risk.reason
        state.tradingStateCause = risk.cause
        state.riskLimits = risk.limits
        state.totals = risk.totals
        state.currency = risk.currency
        state.conversions = risk.conversions
        state.conversionProblem = risk.conversionProblem
        state.locks = risk.locks
      }
      if let missing = update.missingCoins { state.missingCoins = missing }
      if let balances = update.balances, balances != state.balances {
        state.balances = balances
        state.balancesAt = update.time
      }
    }
  }

  /// Learns or replaces the rules of these symbols; others stay.
  /// - Parameter leftOut: symbols whose rules the exchange sent unreadable, with the reason as half a sentence; they replace those before.
  public func setRules(_ list: [TradingRules], leftOut: [Symbol: String] = [:]) {
    rules.withLock {
      $0.learn(list)
      $0.leftOut = leftOut
    }
  }

  /// Which account of which exchange the orders belong to.
  /// - Parameter isVerified: the key is known to open it; else the journal says so.
  public func setAccount(_ account: AccountBinding?, isVerified: Bool) {
    state.withLock { state in
      state.account = account
      state.isAccountVerified = isVerified
    }
  }

  public func setRateLimits(_ limits: [RateLimitUsage]) { state.withLock { $0.rateLimits = limits } }

  // MARK: Reading

  /// The last durable sequence the board contains; after a journal failure it stands still while the state goes on.
  public var sequence: UInt64 { state.withLock { $0.sequence } }
  public func bot(_ id: BotID) -> BotSnapshot? {
    guard let bot = state.withLock({ $0.bots[id] }), !bot.isRemoved else { return nil }
    return bot.snapshot
  }
  /// Orders that are not finished, oldest first. Cost: sorts them.
  public var openOrders: [Order] { openOrdersByID.values.sorted { $0.sequence < $1.sequence } }
  public var tradingState: TradingState { state.withLock { $0.tradingState } }
  public func rules(for symbol: Symbol) -> TradingRules? { rules.withLock { $0.bySymbol[symbol] } }

  /// Why there are no rules for a symbol, as a sentence.
  public func reasonWithoutRules(_ symbol: Symbol) -> String {
    guard let reason = rules.withLock({ $0.leftOut[symbol] }) else {
      return "the exchange has no symbol \(symbol); `botctl symbols` lists them"
    }
    return "\(symbol) is left out: \(reason) in the exchange's answer"
  }

  /// Everything at one moment.
  var view: State { state.withLock { $0 } }
  func entry(_ id: BotID) -> BoardBot? { state.withLock { $0.bots[id] } }
  /// Open orders by id.
  var openOrdersByID: [ClientOrderID: Order] { state.withLock { $0.openOrders } }
  /// All rules in order of symbol.
  var allRules: [TradingRules] { rules.withLock { $0.inOrder() } }
  /// Rises with every ``setRules(_:)``.
  var rulesGeneration: Int { rules.withLock { $0.generation } }
}

/// Trading rules by symbol.
private struct RulesTable: Sendable {
  private(set) var bySymbol: [Symbol: TradingRules] = [:]
  var leftOut: [Symbol: String] = [:]
  private var sorted: [TradingRules]?
  private(set) var generation = 0

  mutating func learn(_ list: [TradingRules]) {
    for rules in list { bySymbol[rules.symbol] = rules }
    sorted = nil
    generation += 1
  }

  mutating func inOrder() -> [TradingRules] {
    if let sorted { return sorted }
    let made = bySymbol.values.sorted { $0.symbol < $1.symbol }
    sorted = made
    return made
  }
}
