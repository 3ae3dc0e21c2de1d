import Engine
import MarketModel
import NIOEmbedded
import Strategies
import Synchronization
import Time
import TradingCore
import TradingModel
import Venue

/// An engine on an embedded event loop: the test decides when the journal's disk answers, what the exchange says, and what time it is.
final class EngineHarness {
  let loop = EmbeddedEventLoop()
  /// Where completions run; nothing happens there before ``EmbeddedEventLoop/run()``.
  let replyLoop = EmbeddedEventLoop()
  let journal = HeldJournal()
  let venue = RecordingVenue()
  let publisher = RecordingPublisher()
  let clock = ManualClock()
  let engine: TradingEngine
  /// Results of commands, in the order in which they came.
  let results = Results()

  static let start = Timestamp(milliseconds: 1_764_547_200_000)
  let symbol: Symbol
  let rules: TradingRules
  private var minute = 0
  private var tradeNumber: Int64 = 0

  /// - Parameter entries: a journal to recover first; empty: a new one.
  /// - Parameter knowsRules: whether the rules are known before the engine resumes.
  /// - Parameter takesPairs: whether targets may rest; else they are watched.
  /// - Parameter wallAhead: how far the machine's clock is ahead from the beginning, in milliseconds.
  init(mode: TradingMode, entries: [JournalEntry] = [], knowsRules: Bool = true, takesPairs: Bool = false, wallAhead: Int64 = 0) throws {
    clock.stepWall(milliseconds: wallAhead)
    guard let symbol = Symbol("BTCUSDT"), var rules = DerivedRules(symbol: symbol)?.rules else { throw HarnessError("no symbol") }
    rules.takesPairs = takesPairs
    self.symbol = symbol
    self.rules = rules
    var core = TradingCore(configuration: CoreConfiguration(mode: mode))
    for entry in entries { try core.recover(entry) }
    let clock = clock
    engine = TradingEngine(
      core: core, journal: journal, loop: loop, replyLoop: replyLoop,
      clocks: ClockReaders(wall: { clock.wall }, monotonic: { clock.monotonic }))
    engine.publisher = publisher
    if !mode.isPaper { engine.execution = venue }
    if entries.isEmpty { engine.open(JournalIdentity(id: "abcd1234", mode: mode), at: Self.start) }
    if knowsRules { engine.handle(.rules([rules])) }
    engine.handle(.feed(nil, .live))
    engine.handle(.executionStream(isLive: true))
    engine.resume()
    settle()
  }

  /// Lets the loops run and the disk answer until nothing is left to do.
  func settle() {
    repeat {
      loop.run()
      replyLoop.run()
    } while journal.commitAll()
    loop.run()
    replyLoop.run()
  }

  /// Runs a command whose outcome becomes durable at once.
  func command(_ command: Command) { ask(command); settle() }

  /// Asks for a command and runs the core's loop only.
  func ask(_ command: Command) {
    engine.perform(command, requestID: "", fingerprint: 0) { [results] result in results.add(result) }
    loop.run()
  }

  func createBot(_ name: String = "one") throws {
    guard let id = BotID(name) else { throw HarnessError("no bot") }
    command(
      .createBot(
        BotConfiguration(
          id: id, symbol: symbol, interval: .oneMinute, strategyName: "rsi",
          parameters: ["period": "3", "oversold": "45", "overbought": "60"], capital: FixedDecimal(10_000),
          takeProfit: FixedDecimal(raw: 4_000_000)), start: true))
  }

  func trade(_ price: Int) -> MarketEvent {
    clock.advance(milliseconds: 1_000)
    tradeNumber += 1
    return .trade(
      MarketTrade(
        symbol: symbol, id: TradeID(tradeNumber), price: FixedDecimal(price), quantity: .one, time: clock.wall, isBuyerMaker: false))
  }

  /// The next minute as one closed candle.
  func candle(_ price: Int) -> MarketEvent {
    let open = Self.start.advanced(byMilliseconds: Int64(minute) * 60_000)
    minute += 1
    let close = Self.start.advanced(byMilliseconds: Int64(minute) * 60_000)
    clock.move(to: close)
    let price = FixedDecimal(price)
    return .candle(
      CandleUpdate(
        symbol: symbol, interval: .oneMinute,
        candle: Candle(openTime: open, open: price, high: price, low: price, close: price, volume: .one), isClosed: true, eventTime: close))
  }

  /// A market that falls until the bot buys: the last close signals, nothing after it has happened.
  func fall() {
    for price in [60_000, 59_700, 59_400] {
      engine.received(candle(price))
      settle()
    }
    engine.received(candle(59_100))
  }

  /// Bought and protected, everything durable.
  func hold() throws {
    try createBot()
    fall()
    settle()
  }

  var fills: [FillRecord] { fills(publisher.commits) }

  func fills(_ commits: [EngineCommit]) -> [FillRecord] {
    commits.flatMap(\.entries).compactMap { if case .fill(let fill) = $0.record { fill } else { nil } }
  }

  /// A report of an order that the recording venue took.
  func report(_ request: OrderRequest, number: Int64, _ status: OrderStatus, price: FixedDecimal = .zero) -> ExecutionReport {
    // A whole number of small steps, as the exchange fills an order by amount.
    let isFilled = status == .filled
    let quantity =
      request.isByAmount
      ? isFilled ? (request.quoteQuantity / price).roundedDown(toMultipleOf: FixedDecimal(raw: 1_000)) : .zero : request.quantity
    let quote = price * quantity
    let fill =
      isFilled
      ? Fill(
        symbol: symbol, tradeID: TradeID(number), venueOrderID: VenueOrderID(number), price: price, quantity: quantity,
        quoteQuantity: quote, commission: .zero, commissionAsset: "BNB", isMaker: false, time: clock.wall) : nil
    return ExecutionReport(
      clientOrderID: request.clientOrderID, venueOrderID: VenueOrderID(number), symbol: symbol, side: request.side, type: request.type,
      timeInForce: request.timeInForce, quantity: quantity, price: request.price, stopPrice: request.stopPrice, status: status,
      executedQuantity: isFilled ? quantity : .zero, cumulativeQuote: isFilled ? quote : .zero, fill: fill,
      time: clock.wall, source: .stream)
  }
}

struct HarnessError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// What commands came to.
final class Results: Sendable {
  private let all = Mutex<[CommandResult]>([])
  func add(_ result: CommandResult) { all.withLock { $0.append(result) } }
  var values: [CommandResult] { all.withLock { $0 } }
}

/// The machine's clocks, moved by hand.
final class ManualClock: Sendable {
  private let nanoseconds = Atomic<Int64>(EngineHarness.start.nanoseconds)
  private let step = Atomic<Int64>(0)
  private let passed = Atomic<Int64>(0)
  var wall: Timestamp { Timestamp(nanoseconds: nanoseconds.load(ordering: .relaxed) + step.load(ordering: .relaxed)) }
  var monotonic: Int64 { nanoseconds.load(ordering: .relaxed) + passed.load(ordering: .relaxed) }
  func advance(milliseconds: Int64) { nanoseconds.add(milliseconds * 1_000_000, ordering: .relaxed) }
  /// Time passes that no market event tells of.
  func stepMonotonicOnly(milliseconds: Int64) { passed.add(milliseconds * 1_000_000, ordering: .relaxed) }
  func move(to time: Timestamp) { nanoseconds.store(max(time.nanoseconds, monotonic), ordering: .relaxed) }
  /// Somebody sets the wall clock; the monotonic one does not care.
  func stepWall(milliseconds: Int64) { step.add(milliseconds * 1_000_000, ordering: .relaxed) }
}

/// A journal whose disk answers when the test says so.
final class HeldJournal: JournalSink, @unchecked Sendable {
  private var groups: [(last: UInt64, completion: @Sendable (Result<UInt64, JournalSinkError>) -> Void)] = []
  /// Everything handed over, also what never became durable.
  private(set) var entries: [JournalEntry] = []
  private(set) var durable: UInt64 = 0

  func append(_ entries: [JournalEntry], completion: @escaping @Sendable (Result<UInt64, JournalSinkError>) -> Void) {
    guard let last = entries.last?.sequence else { return }
    self.entries += entries
    groups.append((last, completion))
  }

  var pendingGroups: Int { groups.count }

  /// Makes everything handed over so far durable; returns whether there was any.
  @discardableResult
  func commitAll() -> Bool {
    guard !groups.isEmpty else { return false }
    while commit() {}
    return true
  }

  /// Makes the oldest batch durable.
  @discardableResult
  func commit() -> Bool {
    guard !groups.isEmpty else { return false }
    let group = groups.removeFirst()
    durable = group.last
    group.completion(.success(group.last))
    return true
  }

  /// What it was asked to recover with, each time.
  private(set) var recoveries: [[JournalEntry]] = []
  private var recovery: (@Sendable (Result<UInt64, JournalSinkError>) -> Void)?
  var isRecovering: Bool { recovery != nil }

  func recover(_ entries: [JournalEntry], completion: @escaping @Sendable (Result<UInt64, JournalSinkError>) -> Void) {
    recoveries.append(entries)
    recovery = completion
  }

  /// Ends the recovery that runs.
  func recover(_ result: Result<UInt64, JournalSinkError>) {
    if case .success(let sequence) = result, let entries = recoveries.last {
      // What failed before was handed over too, and is on the disk once.
      self.entries.removeAll { $0.sequence > durable }
      self.entries += entries.filter { $0.sequence <= sequence }
      durable = sequence
    }
    let completion = recovery
    recovery = nil
    completion?(result)
  }

  /// The disk fails under everything that waits.
  func fail(_ error: JournalSinkError = .failed("no space left on the device")) {
    let waiting = groups
    groups = []
    for group in waiting { group.completion(.failure(error)) }
  }
}

/// An exchange that only remembers what it was asked.
final class RecordingVenue: ExecutionVenue {
  var submitted: [OrderRequest] = []
  var canceled: [ClientOrderID] = []
  var queried: [ClientOrderID] = []
  var listed: [Symbol] = []
  func submit(_ request: OrderRequest) { submitted.append(request) }
  func submit(stop: OrderRequest, target: OrderRequest) { submitted += [stop, target] }
  func submit(entry: OrderRequest, stop: OrderRequest, target: OrderRequest?) { submitted += [entry, stop] + [target].compactMap { $0 } }
  func submit(_ request: OrderRequest, replacing old: ClientOrderID) {
    canceled.append(old)
    submitted.append(request)
  }
  func cancel(clientOrderID: ClientOrderID, symbol: Symbol) { canceled.append(clientOrderID) }
  func query(clientOrderID: ClientOrderID, symbol: Symbol) { queried.append(clientOrderID) }
  func listTrades(symbol: Symbol, from: TradeListStart) { listed.append(symbol) }
  func readAccount() {}
  func readLocks(askedAt: Timestamp) {}
  func identify(venueOrderID: VenueOrderID, symbol: Symbol) {}
  var questions: [Symbol] = []
  func askQuote(symbol: Symbol) { questions.append(symbol) }
}

/// Remembers what the engine publishes.
final class RecordingPublisher: EnginePublisher {
  enum Heard: Equatable {
    case market(MarketEvent)
    case history(SeriesKey, Int)
  }

  var commits: [EngineCommit] = []
  var heard: [Heard] = []
  var watched: [SeriesKey] = []
  var failures: [String] = []
  var journalWarnings: [String] = []
  var recovered: [UInt64?] = []
  var balances: [[AssetBalance]] = []
  var streamStates: [Bool] = []
  var warnings: [String] = []

  func committed(_ commit: EngineCommit) { commits.append(commit) }
  func balances(_ balances: [AssetBalance], at time: Timestamp) { self.balances.append(balances) }
  func market(_ event: MarketEvent) { heard.append(.market(event)) }
  func history(_ key: SeriesKey, _ candles: [Candle]) { heard.append(.history(key, candles.count)) }
  func watch(_ key: SeriesKey) { watched.append(key) }
  func unwatch(_ key: SeriesKey) { watched.removeAll { $0 == key } }
  func journalFailed(_ message: String) { failures.append(message) }
  func journalWarned(_ message: String) { journalWarnings.append(message) }
  func journalRecovered(upTo sequence: UInt64) { recovered.append(sequence) }
  func executionStreamChanged(isLive: Bool, message: String) { streamStates.append(isLive) }
  func executionWarned(_ message: String) { warnings.append(message) }
}
