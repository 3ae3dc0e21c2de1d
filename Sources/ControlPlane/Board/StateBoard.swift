import Synchronization
public import TradingCore
public import TradingModel
import Venue

/// The state as of the last durable commit, for readers on any thread.
///
/// The core's thread writes it after durability; calls read it without asking the core. One short lock: a write costs the bots that
/// changed, a read of everything costs one reference.
public final class StateBoard: Sendable {
  struct State: Sendable {
    var sequence: UInt64 = 0
    var time: Timestamp = .zero
    var bots = BotTable()
    var openOrders: [Order] = []
    /// Rises when `openOrders` changes.
    var ordersGeneration = 0
    var tradingState: TradingState = .active
    var tradingStateReason = ""
    var tradingStateChangedAt: Timestamp = .zero
    var balances: [AssetBalance] = []
    var balancesAt: Timestamp = .zero
    var rateLimits: [RateLimitUsage] = []
  }

  private let state = Mutex(State())
  private let rules = Mutex(RulesTable())
  private let orderIndex = Mutex<(generation: Int, orders: [ClientOrderID: Order])>((0, [:]))

  public init() {}

  // MARK: Writing

  /// Takes what a commit changed. Updates come in order of sequence, from one thread.
  public func publish(_ update: BoardUpdate) {
    state.withLock { state in
      state.sequence = max(state.sequence, update.sequence)
      state.time = max(state.time, update.time)
      for (id, snapshot) in update.bots {
        if let snapshot {
          state.bots.set(BoardBot(id: id, snapshot: snapshot))
        } else if let last = state.bots[id], !last.isRemoved {
          state.bots.set(BoardBot(id: id, snapshot: last.snapshot, isRemoved: true))
        }
      }
      if let orders = update.openOrders {
        state.openOrders = orders
        state.ordersGeneration += 1
      }
      if let new = update.tradingState, new != state.tradingState || update.tradingStateReason != nil {
        if new != state.tradingState { state.tradingStateChangedAt = update.time }
        state.tradingState = new
        state.tradingStateReason = update.tradingStateReason ?? ""
      }
      if let balances = update.balances, balances != state.balances {
        state.balances = balances
        state.balancesAt = update.time
      }
    }
  }

  /// Learns or replaces the rules of these symbols; others stay.
  public func setRules(_ list: [TradingRules]) { rules.withLock { $0.learn(list) } }

  public func setRateLimits(_ limits: [RateLimitUsage]) { state.withLock { $0.rateLimits = limits } }

  // MARK: Reading

  /// The last sequence the board contains.
  public var sequence: UInt64 { state.withLock { $0.sequence } }
  public func bot(_ id: BotID) -> BotSnapshot? {
    guard let bot = state.withLock({ $0.bots[id] }), !bot.isRemoved else { return nil }
    return bot.snapshot
  }
  public var openOrders: [Order] { state.withLock { $0.openOrders } }
  public var tradingState: TradingState { state.withLock { $0.tradingState } }
  public func rules(for symbol: Symbol) -> TradingRules? { rules.withLock { $0.bySymbol[symbol] } }

  /// Everything at one moment.
  var view: State { state.withLock { $0 } }
  func entry(_ id: BotID) -> BoardBot? { state.withLock { $0.bots[id] } }
  /// Open orders by id; made by the first reader after a change.
  var openOrdersByID: [ClientOrderID: Order] {
    let (generation, orders) = state.withLock { ($0.ordersGeneration, $0.openOrders) }
    return orderIndex.withLock { index in
      if index.generation != generation {
        index = (generation, Dictionary(orders.map { ($0.clientOrderID, $0) }, uniquingKeysWith: { first, _ in first }))
      }
      return index.orders
    }
  }
  /// All rules in order of symbol.
  var allRules: [TradingRules] { rules.withLock { $0.inOrder() } }
  /// Rises with every ``setRules(_:)``.
  var rulesGeneration: Int { rules.withLock { $0.generation } }
}

/// Trading rules by symbol.
private struct RulesTable: Sendable {
  private(set) var bySymbol: [Symbol: TradingRules] = [:]
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
