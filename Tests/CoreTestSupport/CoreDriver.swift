public import Time
public import TradingCore
public import TradingModel
public import Venue

/// A daemon on an exchange under test: core, journal in memory, and death at chosen effects.
public final class CoreDriver<Exchange: DrivenExchange> {
  public let exchange: Exchange
  public let bots: [BotConfiguration]
  public private(set) var core: TradingCore
  /// Everything appended that is not lost.
  public private(set) var journal: [JournalEntry] = []
  public private(set) var now: Timestamp
  /// Dies before carrying out these effects, counted over all lives; ascending.
  public var diesAt: [Int] = []
  /// Whether what was not yet asked to be durable is lost with it.
  public var losesTail = false
  /// Time between death and the next start.
  public var downMilliseconds: Int64 = 3_000
  /// Whether each process has a tag of its own in the names of its orders, as the daemon's have.
  public var tagsOrders = false
  /// What stood before the process when it died, one word each.
  public private(set) var deaths: [String] = []
  /// Every order name ever sent, in order, over all lives.
  public private(set) var sent: [ClientOrderID] = []
  public private(set) var givenUp: Set<ClientOrderID> = []
  /// For how long the core took a position's stop for resting on the exchange where none covered it, at most, in nanoseconds.
  public private(set) var longestError: Int64 = 0
  /// Commands that were answered with an error.
  public private(set) var failedCommands: [CommandError] = []

  private var effects: [Effect] = []
  private var effectCount = 0
  private var durable = 0
  private var upAgainAt: Timestamp?
  private var lives = 1
  private var errors: [BotID: Timestamp] = [:]
  private var places: [BotID: Int] = [:]
  private var commands: UInt64 = 0
  private let place: (TradingCore, BotID) -> Int?
  private let believesInStop: (TradingCore, Int) -> Bool

  /// Starts a process with an empty journal, and its bots.
  ///
  /// - Parameters:
  ///   - place: a bot's number in the core.
  ///   - believesInStop: whether the core takes that bot's stop for resting on the exchange.
  public init(
    exchange: Exchange, bots: [BotConfiguration], from start: Timestamp, tagsOrders: Bool = false,
    place: @escaping (TradingCore, BotID) -> Int?, believesInStop: @escaping (TradingCore, Int) -> Bool
  ) {
    self.exchange = exchange
    self.bots = bots
    self.place = place
    self.believesInStop = believesInStop
    self.tagsOrders = tagsOrders
    now = start
    core = TradingCore(configuration: CoreConfiguration(mode: .testnet))
    if tagsOrders { core = TradingCore(configuration: configuration) }
    core.open(JournalIdentity(id: "abcd1234", mode: .testnet), at: now, effects: &effects)
    core.step(.rules([exchange.rules]), at: now, effects: &effects)
    for event in exchange.processStarted(at: now) { core.step(event, at: now, effects: &effects) }
    carryOut()
    for bot in bots { command(.createBot(bot, start: true)) }
  }

  private var configuration: CoreConfiguration {
    var configuration = CoreConfiguration(mode: .testnet)
    if tagsOrders { configuration.orderTag = String(lives, radix: 36) }
    return configuration
  }

  public var isUp: Bool { upAgainAt == nil }

  private func step(_ event: CoreEvent) {
    guard isUp else { return }
    core.step(event, at: now, effects: &effects)
    carryOut()
  }

  /// Somebody asks for something.
  public func command(_ command: Command) {
    commands += 1
    step(.command(CommandEnvelope(id: commands, requestID: "c\(commands)", fingerprint: 1, command: command)))
  }

  private func carryOut() {
    var at = 0
    while at < effects.count {
      effectCount += 1
      let effect = effects[at]
      if diesAt.first == effectCount {
        diesAt.removeFirst()
        return die(before: effect)
      }
      at += 1
      switch effect {
      case .append(let entry):
        journal.append(entry)
        note(entry)
      case .submit(let order, let after):
        durable = max(durable, Int(after))
        for request in order.requests { sent.append(request.clientOrderID) }
        exchange.submit(order, at: now)
      case .cancel(let id, let symbol, let after):
        durable = max(durable, Int(after))
        exchange.cancel(id, symbol, at: now)
      case .reply(_, let result, let after):
        durable = max(durable, Int(after))
        if case .failed(let error) = result { failedCommands.append(error) }
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
    switch entry.record {
    case .orderIntent(let intent):
      exchange.book.owner[intent.request.clientOrderID] = intent.botID
      if let entry = intent.request.waitsFor { exchange.book.entries[intent.request.clientOrderID] = entry }
      if !intent.shares.isEmpty { exchange.book.shares[intent.request.clientOrderID] = intent.shares }
    case .orderUpdated(let update) where update.status == .expired && update.cause == .givenUp: givenUp.insert(update.clientOrderID)
    case .positionAdjusted(let adjustment):
      exchange.book.released[adjustment.botID, default: .zero] += adjustment.isIncoming ? .zero - adjustment.quantity : adjustment.quantity
    default: break
    }
  }

  // MARK: Death

  private func die(before effect: Effect) {
    deaths.append(Self.name(of: effect))
    effects.removeAll()
    if losesTail { journal.removeLast(journal.count - min(durable, journal.count)) }
    exchange.book.released = [:]
    for entry in journal { if case .positionAdjusted = entry.record { note(entry) } }
    upAgainAt = now.advanced(byMilliseconds: downMilliseconds)
    exchange.processDied(at: now)
  }

  /// One word for an effect; orders are told apart.
  public static func name(of effect: Effect) -> String {
    switch effect {
    case .append: "append"
    case .submit(let order, _):
      order.stop != nil
        ? "submit list" : order.target != nil ? "submit pair" : order.replaces != nil ? "submit replacing" : "submit \(order.request.type)"
    case .cancel: "cancel"
    case .reply: "reply"
    case .query: "query"
    case .listTrades: "list trades"
    case .readAccount: "read account"
    case .readLocks: "read locks"
    case .identify: "identify"
    case .askQuote: "ask quote"
    case .watch: "watch"
    case .unwatch: "unwatch"
    case .strategy: "strategy"
    }
  }

  private func start() {
    places = [:]
    upAgainAt = nil
    lives += 1
    var fresh = TradingCore(configuration: configuration)
    for entry in journal {
      do { try fresh.recover(entry) } catch { preconditionFailure("the journal does not fold: \(error)") }
    }
    core = fresh
    core.step(.rules([exchange.rules]), at: now, effects: &effects)
    core.resume(at: now, effects: &effects)
    for event in exchange.processStarted(at: now) { core.step(event, at: now, effects: &effects) }
    carryOut()
  }

  // MARK: Belief and truth

  private func compareBelief() {
    var known: [TruthOrder]?
    for bot in bots {
      // Looked for once: the core's own search copies the core.
      if places[bot.id] == nil { places[bot.id] = place(core, bot.id) }
      let believes = isUp && places[bot.id].map { believesInStop(core, $0) } ?? false
      let open = believes ? known ?? exchange.openOrders : []
      if believes { known = open }
      guard believes, exchange.book.uncovered(bot.id, open, exchange.rules).isPositive else {
        errors[bot.id] = nil
        continue
      }
      let since = errors[bot.id] ?? now
      errors[bot.id] = since
      longestError = max(longestError, now.nanoseconds(since: since))
    }
  }

  // MARK: Time

  /// Lets everything happen up to a time; the core's clock ticks each quarter of a second.
  public func settle(upTo time: Timestamp) {
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

  /// Takes a market event to the core at once.
  public func hear(_ event: MarketEvent) { step(.market(event)) }

  /// Whether nothing is in doubt and each position is under a stop, by the exchange's word: what a run must come to.
  public var isInOrder: Bool {
    guard isUp, core.openOrders.allSatisfy({ !$0.isUnsettled }) else { return false }
    let open = exchange.openOrders
    return bots.allSatisfy { bot in
      guard let snapshot = core.snapshot(of: bot.id) else { return false }
      let own = open.filter { exchange.book.concerns($0, bot.id) }
      return snapshot.position.quantity == exchange.book.inventory(bot.id)
        && (!exchange.book.uncovered(bot.id, open, exchange.rules).isPositive || Promises.isDeclaredWatched(snapshot, exchange.rules))
        && snapshot.exitReason.isEmpty
        && Set(own.map(\.request.clientOrderID)) == Set(snapshot.openOrders) && own.allSatisfy { $0.request.side == .sell }
    }
  }

  public var fills: [FillRecord] { journal.compactMap { if case .fill(let record) = $0.record { record } else { nil } } }
}
