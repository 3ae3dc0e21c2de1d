import Time
@testable import TradingCore
import TradingModel
import Venue
import PaperTrading

/// A daemon on the scripted exchange: core, journal in memory, and death at a chosen effect.
final class ScriptedDriver {
  let exchange: ScriptedExchange
  private(set) var core: TradingCore
  /// Everything appended in this life, and how much of it would survive a power cut.
  private(set) var journal: [JournalEntry] = []
  private(set) var durable = 0
  private(set) var now = Samples.start
  private var effects: [Effect] = []
  private var effectCount = 0
  /// Dies before carrying out this effect (counted over all lives); 0 = never.
  var diesAt = 0
  /// Whether what was not yet asked to be durable is lost with it.
  var losesTail = false
  private(set) var deaths = 0
  /// Time between death and the next start.
  var downMilliseconds: Int64 = 3_000
  private var upAgainAt: Timestamp?
  /// Every order name ever sent, in order, over all lives.
  private(set) var sent: [ClientOrderID] = []
  private(set) var givenUp: Set<ClientOrderID> = []
  let bots: [BotConfiguration]

  init(exchange: ScriptedExchange, bots: [BotConfiguration]) {
    self.exchange = exchange
    self.bots = bots
    core = TradingCore(configuration: CoreConfiguration(mode: .testnet))
    core.open(JournalIdentity(id: "abcd1234", mode: .testnet), at: now, effects: &effects)
    connect()
    for (number, bot) in bots.enumerated() {
      core.step(
        .command(CommandEnvelope(id: UInt64(number), requestID: "c\(number)", fingerprint: 1, command: .createBot(bot, start: true))),
        at: now,
        effects: &effects)
    }
    carryOut()
    exchange.life = 1
  }

  private func connect() {
    core.step(.rules([exchange.rules]), at: now, effects: &effects)
    core.step(.feed(nil, .live), at: now, effects: &effects)
    core.step(.executionStream(isLive: true), at: now, effects: &effects)
  }

  var isUp: Bool { upAgainAt == nil }

  private func step(_ event: CoreEvent) {
    guard isUp else { return }
    core.step(event, at: now, effects: &effects)
    carryOut()
  }

  private func carryOut() {
    var at = 0
    while at < effects.count {
      effectCount += 1
      if effectCount == diesAt {
        die()
        return
      }
      let effect = effects[at]
      at += 1
      switch effect {
      case .append(let entry):
        journal.append(entry)
        note(entry)
      case .submit(let order, let after):
        durable = max(durable, Int(after))
        for request in order.requests { sent.append(request.clientOrderID) }
        if order.stop != nil {
          exchange.submit(list: order.requests, at: now)
        } else if let target = order.target {
          exchange.submit(stop: order.request, target: target, at: now)
        } else if let old = order.replaces {
          exchange.submit(order.request, replacing: old, at: now)
        } else {
          exchange.submit(order.request, at: now)
        }
      case .cancel(let id, let symbol, let after):
        durable = max(durable, Int(after))
        exchange.cancel(id, symbol, at: now)
      case .reply(_, _, let after): durable = max(durable, Int(after))
      case .query(let id, let symbol): exchange.query(id, symbol, at: now)
      case .listTrades(let symbol, let from): exchange.listTrades(symbol, from: from, at: now)
      case .readAccount: exchange.readAccount(at: now)
      case .readLocks(let askedAt): exchange.readLocks(askedAt: askedAt, at: now)
      case .identify(let symbol, let id): exchange.identify(symbol, id, at: now)
      case .askQuote(let symbol): exchange.askQuote(symbol, at: now)
      case .watch, .unwatch, .strategy: break
      }
    }
    effects.removeAll(keepingCapacity: true)
  }

  private func note(_ entry: JournalEntry) {
    if case .orderIntent(let intent) = entry.record {
      exchange.owner[intent.request.clientOrderID] = intent.botID
      if !intent.shares.isEmpty { exchange.shares[intent.request.clientOrderID] = intent.shares }
    }
    if case .orderUpdated(let update) = entry.record, update.status == .expired, update.reason.hasPrefix("not found on the venue") {
      givenUp.insert(update.clientOrderID)
    }
  }

  private func die() {
    deaths += 1
    effects.removeAll()
    if losesTail { journal.removeLast(journal.count - min(durable, journal.count)) }
    upAgainAt = now.advanced(byMilliseconds: downMilliseconds)
    exchange.life = -1
  }

  private var lives = 1

  // MARK: Belief and truth

  /// For how long the core took a position's stop for resting on the exchange where none covered it, at most, in nanoseconds.
  private(set) var longestError: Int64 = 0
  private var errors: [BotID: Timestamp] = [:]

  private var places: [BotID: Int] = [:]

  private func compareBelief() {
    for bot in bots {
      // Looked for once: the core's own search copies the core.
      if places[bot.id] == nil { places[bot.id] = core.botAt(bot.id) }
      let believes = isUp && places[bot.id].map { core.bots[$0]?.stopRests ?? false } ?? false
      guard believes, exchange.rules.quantityRoundedDown(exchange.uncovered(bot.id), isMarket: true).isPositive else {
        errors[bot.id] = nil
        continue
      }
      let since = errors[bot.id] ?? now
      errors[bot.id] = since
      longestError = max(longestError, now.nanoseconds(since: since))
    }
  }

  private func start() {
    places = [:]
    upAgainAt = nil
    lives += 1
    exchange.restarted()
    exchange.life = lives
    var fresh = TradingCore(configuration: core.configuration)
    for entry in journal {
      do { try fresh.recover(entry) } catch { preconditionFailure("the journal does not fold: \(error)") }
    }
    core = fresh
    core.step(.rules([exchange.rules]), at: now, effects: &effects)
    core.resume(at: now, effects: &effects)
    core.step(.feed(nil, .live), at: now, effects: &effects)
    core.step(.executionStream(isLive: true), at: now, effects: &effects)
    carryOut()
  }

  // MARK: Time

  private func settle(upTo time: Timestamp) {
    while true {
      let clock = now.advanced(byMilliseconds: 250 - now.milliseconds % 250)
      let due = exchange.nextTime
      if let up = upAgainAt, up <= time, up <= min(clock, due ?? clock) {
        now = max(now, up)
        start()
      } else if let due, due <= clock, due <= time {
        guard let (_, event) = exchange.take(upTo: due) else { return }
        now = max(now, due)
        if let event { step(event) }
        compareBelief()
      } else if clock <= time {
        now = clock
        step(.clock)
        compareBelief()
      } else {
        now = max(now, time)
        return
      }
    }
  }

  func play(_ tape: [(Timestamp, MarketEvent)], onEvent: (() -> Void)? = nil) {
    for (time, event) in tape {
      settle(upTo: time)
      if case .trade(let trade) = event { exchange.trade(trade.price, at: time) }
      step(.market(event))
      onEvent?()
    }
  }

  /// Whether nothing is in doubt and each position is under a stop, by the exchange's word: what a run must come to.
  var isInOrder: Bool {
    isUp && core.openOrders.allSatisfy { !$0.isUnsettled }
      && bots.allSatisfy { bot in
        guard let snapshot = core.snapshot(of: bot.id) else { return false }
        let inventory = exchange.inventory[bot.id, default: .zero]
        let sellable = exchange.rules.quantityRoundedDown(exchange.uncovered(bot.id), isMarket: true)
        let open = Set(exchange.open(of: bot.id).map(\.request.clientOrderID))
        return snapshot.position.quantity == inventory && sellable <= .zero && snapshot.exitReason.isEmpty
          && open == Set(snapshot.openOrders) && exchange.open(of: bot.id).allSatisfy { $0.request.side == .sell }
      }
  }

  /// Nothing happens on the market until everything is in order, at least for a minute and at most for `seconds`.
  func restUntilInOrder(seconds: Int) {
    rest(seconds: 60)
    var left = seconds - 60
    while left > 0, !isInOrder {
      rest(seconds: 10)
      left -= 10
    }
  }

  /// Nothing happens on the market for a while.
  func rest(seconds: Int) {
    for _ in 0..<seconds {
      settle(upTo: now.advanced(byMilliseconds: 1_000))
      // The exchange's own price: a core that has just started knows none.
      exchange.trade(exchange.price, at: now)
    }
  }

  var fills: [FillRecord] { journal.compactMap { if case .fill(let record) = $0.record { record } else { nil } } }
}
