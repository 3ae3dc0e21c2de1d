import ControlPlane
import Time
import TradingCore
import TradingModel
import Venue

/// Whether bots may trade, for the daemon's health; and which of their positions nothing would watch if it stopped. On the core's loop.
struct TradingStanding {
  private var state = TradingState.active
  private var reason = ""
  /// Why bots are halted, by bot.
  private var halted: [BotID: String] = [:]
  /// Why bots are held, by bot.
  private var held: [BotID: String] = [:]
  private var holders: Set<BotID> = []
  /// What stops entries until a time.
  private var locks: [EntryLock] = []

  /// Bots that a message names; more are counted.
  static let namedMaximum = 3

  /// Takes what a commit says of the trading state and of the bots that changed.
  ///
  /// - Parameter time: core time of the commit.
  mutating func take(_ risk: RiskView, _ bots: [BotChange], at time: Timestamp) {
    locks = risk.locks.isEmpty ? [] : risk.locks.standing(at: time).map(\.lock)
    state = risk.tradingState
    reason = risk.reason
    for change in bots {
      let bot = change.snapshot
      halted[change.id] = bot.state == .halted && !change.isRemoved ? bot.stateReason : nil
      held[change.id] = change.isRemoved ? nil : bot.hold?.reason
      if bot.position.isOpen, !change.isRemoved { holders.insert(change.id) } else { holders.remove(change.id) }
    }
  }

  /// `ok` while everything may trade, else `degraded` with the reason. Locks are told; they degrade where they stop all entries, since those
  /// of a bot or a symbol are how guards work.
  var health: (status: ComponentStatus, message: String) {
    var words: [String] = []
    if state != .active { words.append(reason.isEmpty ? "\(state)" : "\(state): \(reason)") }
    let bots = halted.sorted { $0.key < $1.key }
    words += bots.prefix(Self.namedMaximum).map { "bot \($0.key.text) is halted: \($0.value)" }
    if bots.count > Self.namedMaximum { words.append("\(bots.count - Self.namedMaximum) more bots are halted") }
    let stuck = held.sorted { $0.key < $1.key }
    words += stuck.prefix(Self.namedMaximum).map { "bot \($0.key.text) is held: \($0.value)" }
    if stuck.count > Self.namedMaximum { words.append("\(stuck.count - Self.namedMaximum) more bots are held") }
    let locked = locks.sorted { ($0.scope == .account ? 0 : 1) < ($1.scope == .account ? 0 : 1) }
    let isDegraded = !words.isEmpty || locked.first?.scope == .account
    if !isDegraded, !locked.isEmpty { words.append("active") }
    words += locked.prefix(Self.namedMaximum).map(\.words)
    if locked.count > Self.namedMaximum { words.append("\(locked.count - Self.namedMaximum) more locks of entries") }
    return (isDegraded ? .degraded : .ok, words.isEmpty ? "active" : words.joined(separator: "; "))
  }

  /// An open position that no order on the venue protects.
  struct Unprotected: Sendable {
    var bot: String
    var symbol: String
    var quantity: String
    /// Where its stop would be; `none` for a bot without one.
    var stopPrice: String
  }

  /// Open positions without a stop that rests, in order of bots.
  func unprotected(_ core: TradingCore) -> [Unprotected] {
    holders.sorted().compactMap { id in
      guard let bot = core.snapshot(of: id), bot.position.isOpen else { return nil }
      let isProtected = bot.openOrders.contains { name in
        core.order(name).map { $0.isResting && $0.intent.request.side == .sell && $0.intent.request.type.isContingent } ?? false
      }
      guard !isProtected else { return nil }
      return Unprotected(
        bot: id.text, symbol: bot.configuration.symbol.text, quantity: "\(bot.position.quantity)",
        stopPrice: bot.stopPrice.isPositive ? "\(bot.stopPrice)" : "none")
    }
  }
}
