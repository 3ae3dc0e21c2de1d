import MarketModel
public import PaperTrading
import Strategies
import Time
public import TradingCore
public import TradingModel
import Venue

/// The same bots backtested on the market tape that stands beside a journal: created, changed, started, paused, stopped, limited and locked
/// when people did so, and otherwise left alone. Every candle of the tape is decided on at its close, whether it was heard or came later as
/// history; orders fill as in a backtest. Trades by hand are not repeated, and refusals do not stop a bot here.
///
/// A symbol's price walks through the finest candles that the tape has for the time. Everything runs in one core, so limits and guards
/// count over all bots. Memory: the tape's candles, and what ``run(progress:entry:)`` is told.
public struct TapeModel: Sendable {
  private var paper: PaperRun
  private var reels: [Reel] = []
  private var reelOfSeries: [SeriesKey: Int] = [:]
  /// When each of them acts next (``Reel/order``), side by side, since the first is looked for at every step.
  private var orders: [Int64] = []
  private let commands: [JournalEntry]
  private var nextCommand = 0
  private let start: Timestamp
  private let rules: [TradingRules]
  /// The model's number of a lock, by that of the journal's.
  private var locks: [UInt64: UInt64] = [:]
  private var lastLock: UInt64 = 0
  private var states: [BotID: BotState] = [:]
  /// Bots whose settings this program does not take, and why.
  public private(set) var problems: [ComparedBot: String] = [:]
  private var created: [BotID: Int] = [:]

  /// One series' candles as they pass by.
  private struct Reel {
    var key: SeriesKey
    var candles: [(candle: Candle, heardAt: Timestamp?)]
    /// Which of them the price walks through; the others only close.
    var walks: [Bool]
    var row = 0
    /// 0…3: a point of the walk; 4: the close.
    var phase = 0

    var isOver: Bool { row >= candles.count }
    var close: Timestamp { key.interval.nextOpenTime(after: candles[row].candle.openTime) }

    /// When the next step is; what closes comes before what opens.
    var due: Timestamp {
      guard !isOver else { return .distantFuture }
      let opens = candles[row].candle.openTime
      let third = close.nanoseconds(since: opens) / 3
      switch phase {
      case 0: return opens
      case 1: return opens.advanced(byNanoseconds: third)
      case 2: return opens.advanced(byNanoseconds: 2 * third)
      case 3: return close.advanced(byMilliseconds: -1)
      default: return close
      }
    }

    /// Twice the nanoseconds of ``due``, and one more for what does not close a candle: what closes comes before what opens.
    var order: Int64 { isOver ? .max : due.nanoseconds &* 2 &+ (phase == 4 ? 0 : 1) }

    mutating func next() {
      row += 1
      phase = row < candles.count && walks[row] ? 0 : 4
    }
  }

  /// - Parameters:
  ///   - commands: entries of the journal that say what people did to bots and limits (``isCommand(_:)``), in order.
  ///   - signals: what strategies of other processes wanted, as the journal has it.
  ///   - tapes: every series of the tape, its candles in order.
  public init(
    commands: [JournalEntry], signals: [ServedSignal], rules: [TradingRules], tapes: [JournalReplay.Tape], venue: PaperConfiguration
  ) {
    var configuration = CoreConfiguration(mode: .simulated)
    configuration.equityEveryMilliseconds = .max
    configuration.recordsMarks = false
    configuration.tracksChanges = false
    let recorded = RecordedSignals(signals)
    paper = PaperRun(
      core: TradingCore(configuration: configuration, localStrategies: { recorded.strategy(of: $0) }),
      venue: PaperVenue(configuration: venue))
    self.commands = commands
    self.rules = rules
    let first = tapes.compactMap { $0.candles.first?.candle.openTime }.min() ?? .zero
    start = min(first, commands.first?.time ?? first)
    for tape in tapes.sorted(by: { ($0.key.interval.milliseconds, $0.key.symbol) < ($1.key.interval.milliseconds, $1.key.symbol) }) {
      let finer = reels.filter { $0.key.symbol == tape.key.symbol }
      let walks = tape.candles.map { row in
        let end = tape.key.interval.nextOpenTime(after: row.candle.openTime)
        return !finer.contains { Self.walks($0, from: row.candle.openTime, to: end) }
      }
      reelOfSeries[tape.key] = reels.count
      reels.append(Reel(key: tape.key, candles: tape.candles, walks: walks, phase: walks.first == true ? 0 : 4))
    }
  }

  /// Whether a finer series has candles inside.
  private static func walks(_ reel: Reel, from: Timestamp, to: Timestamp) -> Bool {
    var low = 0
    var high = reel.candles.count
    while low < high {
      let middle = (low + high) / 2
      if reel.candles[middle].candle.openTime < from { low = middle + 1 } else { high = middle }
    }
    return low < reel.candles.count && reel.candles[low].candle.openTime < to
  }

  /// Whether the model does again what an entry of a journal says.
  public static func isCommand(_ record: Record) -> Bool {
    switch record {
    case .botCreated, .botUpdated, .botRemoved, .riskLimitsChanged: true
    case .botStateChanged(let change):
      switch change.cause {
      case .request, .creation, .daemonStart, .resumption, .settingsInvalid: true
      case .refusals, .strategyAway, .strategyBack: false
      }
    case .tradingStateChanged(let change): change.cause == .request
    case .entriesLocked(let lock): lock.cause == .person
    case .entriesUnlocked(let end): end.cause == .person
    default: false
    }
  }

  /// Runs to the end of the tape.
  /// - Parameters:
  ///   - progress: told how much is done (0…1) now and then; stops the run by answering false.
  ///   - entry: told every entry of the model's journal.
  ///   - refused: told of a bot that cannot be created here.
  /// - Returns: whether it came to the end.
  public mutating func run(
    progress: (Double) -> Bool, entry: (JournalEntry) -> Void, refused: (BotID) -> Void
  ) -> Bool {
    paper.open(JournalIdentity(id: "compared", mode: .simulated), at: start)
    paper.step(.rules(rules), at: .zero)
    paper.step(.feed(nil, .live), at: .zero)
    carryOut(entry)
    orders = reels.map(\.order)
    let total = max(reels.reduce(0) { $0 + $1.candles.count }, 1)
    var steps = 0
    while let index = nextReel {
      let due = reels[index].due
      let isClose = reels[index].phase == 4
      // A candle that closed before a person acted may have been heard after it.
      let heard = isClose ? min(reels[index].candles[reels[index].row].heardAt ?? due, due.advanced(byMilliseconds: 5_000)) : due
      command(before: isClose ? heard : due, including: !isClose, entry, refused)
      step(index, at: due, entry)
      orders[index] = reels[index].order
      steps += 1
      if steps % 65_536 == 0 {
        _ = paper.core.takeOrderChanges()
        guard progress(Double(reels.reduce(0) { $0 + $1.row }) / Double(total)) else { return false }
      }
    }
    return true
  }

  /// The reel that acts next: the earliest, what closes before what goes on, and of those the finest.
  private var nextReel: Int? {
    var found: Int?
    var best = Int64.max
    for (index, order) in orders.enumerated() where order < best { (found, best) = (index, order) }
    return found
  }

  private mutating func step(_ index: Int, at due: Timestamp, _ entry: (JournalEntry) -> Void) {
    let key = reels[index].key
    let candle = reels[index].candles[reels[index].row].candle
    let handle = paper.core.handle(for: key)
    let venue = paper.driver.venue.handle(of: key.symbol)
    guard reels[index].phase < 4 else {
      if reels[index].walks[reels[index].row], let handle { paper.core.setPrice(candle.close, of: handle) }
      if let handle { paper.withCore { core, effects in core.close(candle, of: handle, at: due, effects: &effects) } }
      carryOut(entry)
      return reels[index].next()
    }
    // Where nothing waits for a price, straight to the close.
    if reels[index].phase == 0, paper.driver.venue.isEmpty(venue), handle.map({ !paper.core.isHeld($0) }) ?? true {
      paper.driver.venue.pass(venue, to: candle.close, at: reels[index].close.advanced(byMilliseconds: -1))
      if let handle { paper.core.setPrice(candle.close, of: handle) }
      reels[index].phase = 4
      return
    }
    let path = IntrabarPath(candle, rule: paper.driver.venue.configuration.intrabarRule)
    let isGap = reels[index].phase == 0
    let price = [path.first, path.second, path.third, path.fourth][reels[index].phase]
    reels[index].phase += 1
    paper.driver.begin(paper.driver.venue.leg(key.symbol, to: price, at: due, isGap: isGap))
    while true {
      switch paper.advance() {
      case .reached, .moved: if paper.hasEffects { carryOut(entry) }
      case .over: return
      }
    }
  }

  // MARK: People

  private mutating func command(
    before time: Timestamp, including: Bool, _ entry: (JournalEntry) -> Void, _ refused: (BotID) -> Void
  ) {
    while nextCommand < commands.count, commands[nextCommand].time < time || (including && commands[nextCommand].time == time) {
      let done = commands[nextCommand]
      nextCommand += 1
      repeatCommand(done, entry, refused)
    }
  }

  private mutating func repeatCommand(_ done: JournalEntry, _ entry: (JournalEntry) -> Void, _ refused: (BotID) -> Void) {
    let time = done.time
    switch done.record {
    case .botCreated(let configuration):
      created[configuration.id, default: 0] += 1
      if let problem = order(.createBot(configuration, start: false), time, entry) {
        problems[ComparedBot(id: configuration.id, number: created[configuration.id] ?? 1)] = problem
        return refused(configuration.id)
      }
      states[configuration.id] = .stopped
      giveHistory(to: configuration.series, upTo: time, entry)
    case .botUpdated(let configuration):
      let state = states[configuration.id]
      if state != .stopped { order(.stopBot(configuration.id), time, entry) }
      order(.updateBot(configuration), time, entry)
      giveHistory(to: configuration.series, upTo: time, entry)
      if state == .running || state == .paused { order(.startBot(configuration.id), time, entry) }
      if state == .paused { order(.pauseBot(configuration.id), time, entry) }
    case .botRemoved(let id):
      // What it holds here and did not hold there is sold first.
      order(.stopBot(id), time, entry)
      order(.closePosition(id), time, entry)
      order(.removeBot(id), time, entry)
      states[id] = nil
    case .botStateChanged(let change): setState(change, time, entry)
    case .riskLimitsChanged(let limits): order(.setRiskLimits(limits, only: nil), time, entry)
    case .tradingStateChanged(let change): order(.setTradingState(change.state, reason: change.reason), time, entry)
    case .entriesLocked(let lock):
      let length = max(1, lock.until.nanoseconds(since: time) / 1_000_000)
      order(.lockEntries(lock.scope, forMilliseconds: length, reason: lock.reason), time, entry)
      locks[done.sequence] = lastLock
    case .entriesUnlocked(let end):
      if let lock = locks[end.lock] { order(.unlockEntries(lock, reason: end.reason), time, entry) }
    default: break
    }
  }

  private mutating func setState(_ change: BotStateChange, _ time: Timestamp, _ entry: (JournalEntry) -> Void) {
    let id = change.botID
    guard let known = states[id] else { return }
    let wanted: BotState = change.state == .waiting ? .running : change.state == .halted ? .stopped : change.state
    guard wanted != known else { return }
    switch (known, wanted) {
    case (.paused, .running): order(.resumeBot(id), time, entry)
    case (_, .running): order(.startBot(id), time, entry)
    case (_, .paused):
      if known == .stopped { order(.startBot(id), time, entry) }
      order(.pauseBot(id), time, entry)
    default: order(.stopBot(id), time, entry)
    }
    states[id] = wanted
  }

  /// Candles from before now, where the series has none yet.
  private mutating func giveHistory(to key: SeriesKey, upTo time: Timestamp, _ entry: (JournalEntry) -> Void) {
    guard let reel = reelOfSeries[key] else { return }
    let past = reels[reel].candles[..<reels[reel].row].suffix(TapeModel.historyMaximum).map(\.candle)
    if !past.isEmpty { paper.step(.history(key, past), at: max(time, paper.core.time)) }
    carryOut(entry)
  }

  private static let historyMaximum = 500

  @discardableResult
  private mutating func order(_ command: Command, _ time: Timestamp, _ entry: (JournalEntry) -> Void) -> String? {
    paper.step(
      .command(CommandEnvelope(id: 1, requestID: "", fingerprint: 0, command: command)), at: max(time, paper.core.time))
    return carryOut(entry).map { $0.violations.map(\.message).joined(separator: "; ") }
  }

  /// Lets what the core wants happen; returns why a command was refused, if one was.
  @discardableResult
  private mutating func carryOut(_ told: (JournalEntry) -> Void) -> CommandError? {
    var refusal: CommandError?
    while let effect = paper.next() {
      switch effect {
      case .append(let entry):
        if case .entriesLocked = entry.record { lastLock = entry.sequence }
        told(entry)
      case .reply(_, .failed(let error), _): refusal = error
      case .submit, .cancel, .query, .listTrades, .readAccount, .readLocks, .identify, .askQuote, .watch, .unwatch, .reply, .strategy: break
      }
    }
    return refusal
  }
}

/// What strategies of other processes wanted, played back.
private struct RecordedSignals: Sendable {
  private var signals: [BotID: [Timestamp: ServedSignal]] = [:]

  init(_ list: [ServedSignal]) { for signal in list { signals[signal.botID, default: [:]][signal.closeTime] = signal } }

  func strategy(of bot: BotConfiguration) -> any Strategy { Player(interval: bot.interval, signals: signals[bot.id] ?? [:]) }

  private struct Player: Strategy {
    let interval: Interval
    let signals: [Timestamp: ServedSignal]
    let warmUp = 0
    let readings: [IndicatorReading] = []

    mutating func onCandle(_ candle: Candle, position: StrategyPosition) -> Signal {
      guard let signal = signals[interval.nextOpenTime(after: candle.openTime)] else { return .hold }
      return Signal(action: signal.action, confidence: signal.confidence, reason: signal.reason)
    }
  }
}
