public import PaperTrading
public import Time
public import TradingCore
public import TradingModel

/// The trades of a journal beside those that the same bots make in a backtest on the journal's own market tape, and the difference in money
/// split into parts (``DifferencePart``) that add up to it exactly.
///
/// Trades are paired by bot and by the candle that the entry was decided at. Of a trade that one side alone has, all of its profit (or loss)
/// is put to the part of its cause. Both sides end with the last candle of their symbol on the tape, before what is decided at its close:
/// what is open then counts at that close.
public struct TradeComparison {
  /// A trade of both sides, or of one.
  public struct Pair: Hashable, Sendable {
    /// As the backtest makes it; `nil`: it makes none.
    public var model: ComparedTrade?
    /// As the journal has it; `nil`: it has none.
    public var actual: ComparedTrade?
    public var parts = DifferenceParts()
    /// Why the two were closed at different prices of decision, or why one side has none; empty where neither is so.
    public var cause = ""
    /// What the profits differ by: actual less backtest.
    public var difference: Amount { (actual?.profit ?? .zero) - (model?.profit ?? .zero) }
    /// The part that the cause belongs to.
    var causePart = DifferencePart.decision
    /// The cause of an earlier pair that this one follows from; empty: its own is the first.
    var root = ""

    /// The trade that is there, the journal's first.
    public var trade: ComparedTrade? { actual ?? model }
  }

  /// A bot's result.
  public struct BotResult: Sendable {
    public var bot: ComparedBot
    public var symbol: Symbol
    public var interval: Interval
    public var quoteAsset: String
    /// In the order of their decisions.
    public var pairs: [Pair]
    /// Why nothing can be compared; empty where it was.
    public var problem = ""
    /// Trades of the journal that began before the tape did, which are in no sum.
    public var beforeTape = 0
    /// Until when it was compared: the last close on the tape; `nil`: there is none.
    public var end: Timestamp?

    public var parts: DifferenceParts { pairs.reduce(into: DifferenceParts()) { $0 += $1.parts } }
    public var modelProfit: Amount { pairs.reduce(.zero) { $0 + ($1.model?.profit ?? .zero) } }
    public var actualProfit: Amount { pairs.reduce(.zero) { $0 + ($1.actual?.profit ?? .zero) } }
    /// Trades that were decided at the same candle on both sides.
    public var pairedCount: Int { pairs.count { $0.model != nil && $0.actual != nil } }
    /// Trades that the backtest makes alone.
    public var modelOnlyCount: Int { pairs.count { $0.actual == nil } }
    /// Trades that the journal has alone.
    public var actualOnlyCount: Int { pairs.count { $0.model == nil } }
  }

  /// In the order of their names.
  public private(set) var bots: [BotResult] = []
  /// Coins of orders that were to fill at once, against an exchange, for which no prices at decision and execution were kept: what they lost
  /// to latency is in fill price.
  public private(set) var lacksArrivals = false
  /// Causes that were not kept, since there were too many.
  public private(set) var causesLeftOut = 0

  private var actual: TradeCollector
  private var model: TradeCollector
  private var tapes: [SeriesKey: JournalReplay.Tape] = [:]
  private var ends: [Symbol: (time: Timestamp, price: Price)] = [:]
  private var commands: [JournalEntry] = []
  private var signals: [ServedSignal] = []
  private let rules: [TradingRules]
  private let venue: PaperConfiguration
  private var mode = TradingMode.simulated

  /// - Parameters:
  ///   - tapes: read before the journal, so that the journal knows what was decided on them.
  ///   - arrivals: of the journal's orders.
  ///   - venue: how the backtest fills orders.
  public init(
    rules: [TradingRules], tapes: [JournalReplay.Tape], arrivals: [ClientOrderID: OrderArrival] = [:],
    venue: PaperConfiguration = PaperConfiguration()
  ) {
    self.rules = rules
    self.venue = venue
    for tape in tapes {
      self.tapes[tape.key] = tape
      guard let last = tape.candles.last?.candle else { continue }
      let close = tape.key.interval.nextOpenTime(after: last.openTime)
      if close > ends[tape.key.symbol]?.time ?? .zero { ends[tape.key.symbol] = (close, last.close) }
    }
    let ends = ends
    actual = TradeCollector(tapes: self.tapes, arrivals: arrivals) { ends[$0]?.time }
    model = TradeCollector(tapes: self.tapes) { ends[$0]?.time }
  }

  /// Takes the next entry of the journal.
  public mutating func add(_ entry: JournalEntry) {
    if case .opened(let identity) = entry.record { mode = identity.mode }
    if case .signal(let signal) = entry.record { signals.append(signal) }
    if TapeModel.isCommand(entry.record) { commands.append(entry) }
    actual.add(entry)
  }

  /// Runs the backtest and compares; once, after the last entry.
  /// - Parameters:
  ///   - range: only trades that were decided in it are compared.
  ///   - progress: see ``TapeModel/run(progress:entry:refused:)``.
  /// - Returns: false when `progress` stopped it.
  public mutating func run(in range: Range<Timestamp>, progress: (Double) -> Bool = { _ in true }) -> Bool {
    var run = TapeModel(
      commands: commands, signals: signals, rules: rules, tapes: tapes.values.sorted { $0.key.symbol < $1.key.symbol }, venue: venue)
    var collector = model
    var skipped: [BotID] = []
    let isWhole = run.run(
      progress: progress,
      entry: { entry in
        for id in skipped { collector.skipCreation(id) }
        skipped.removeAll()
        collector.add(entry)
      }, refused: { skipped.append($0) })
    guard isWhole else { return false }
    model = collector
    let ends = ends
    model.finish { ends[$0]?.price }
    actual.finish { ends[$0]?.price }
    causesLeftOut = actual.notesLeftOut + model.notesLeftOut
    compare(range, run.problems)
    return true
  }

  // MARK: Pairs

  private mutating func compare(_ range: Range<Timestamp>, _ problems: [ComparedBot: String]) {
    let modelTrades = Dictionary(grouping: model.trades, by: \.bot)
    let actualTrades = Dictionary(grouping: actual.trades, by: \.bot)
    for (bot, facts) in actual.bots.sorted(by: { ($0.key.id, $0.key.number) < ($1.key.id, $1.key.number) }) {
      let configuration = facts.configuration
      var result = BotResult(
        bot: bot, symbol: configuration.symbol, interval: configuration.interval,
        quoteAsset: rules.last { $0.symbol == configuration.symbol }?.quoteAsset ?? "", pairs: [])
      result.end = ends[configuration.symbol]?.time
      if let problem = problems[bot] {
        result.problem = "this program does not take its settings: \(problem)"
      } else if let begin = beginOfTape(facts) {
        let known = (actualTrades[bot] ?? []).filter { $0.decidedAt >= begin }
        result.beforeTape = (actualTrades[bot] ?? []).count - known.count
        let lookup = CauseLookup(tapes: tapes, actual: facts, model: model.bots[bot], starts: actual.starts)
        result.pairs = Self.pairs((modelTrades[bot] ?? []).filter { $0.decidedAt >= begin }, known, lookup)
          .filter { pair in pair.trade.map { range.contains($0.decidedAt) } ?? false }
      } else {
        result.problem =
          ends[configuration.symbol] == nil
          ? "the market tape has no candle of \(configuration.symbol)" : "the market tape has no candle of \(configuration.interval)"
      }
      bots.append(result)
    }
    guard !mode.isPaper else { return }
    lacksArrivals = bots.contains {
      $0.pairs.contains { $0.actual.map { ($0.entry.withoutArrival + $0.exit.withoutArrival).isPositive } ?? false }
    }
  }

  /// The first close on the tape of a bot's series at which it was there.
  private func beginOfTape(_ facts: TradeCollector.BotFacts) -> Timestamp? {
    let series = facts.configuration.series
    guard let first = tapes[series]?.candles.first?.candle else { return nil }
    return series.interval.nextOpenTime(after: first.openTime)
  }

  private static func pairs(_ model: [ComparedTrade], _ actual: [ComparedTrade], _ lookup: CauseLookup) -> [Pair] {
    var open = Dictionary(grouping: model, by: \.decidedAt)
    var pairs: [Pair] = []
    for trade in actual {
      let twin = trade.isByHand ? nil : open[trade.decidedAt]?.popLast()
      pairs.append(Pair(model: twin, actual: trade))
    }
    pairs += open.values.joined().map { Pair(model: $0, actual: nil) }
    pairs.sort { ($0.trade?.decidedAt ?? .zero, $0.actual == nil ? 0 : 1) < ($1.trade?.decidedAt ?? .zero, $1.actual == nil ? 0 : 1) }
    for index in pairs.indices { explain(&pairs, index, lookup) }
    return pairs
  }

  /// Splits the difference of a pair; those before it are split already.
  private static func explain(_ pairs: inout [Pair], _ index: Int, _ lookup: CauseLookup) {
    let earlier = pairs[..<index]
    switch (pairs[index].model, pairs[index].actual) {
    case (let model?, let actual?):
      let cause = lookup.exitCause(model, actual)
      pairs[index].give(cause)
      pairs[index].parts = DifferenceParts(from: model, to: actual, exit: cause.part)
    case (let model?, nil):
      if let pair = holder(at: model.decidedAt, earlier, \.actual) {
        pairs[index].follow(pair, held: "the bot", pair.actual)
      } else {
        pairs[index].give(lookup.missedCause(model))
      }
      pairs[index].parts[pairs[index].causePart] = -model.profit
    case (nil, let actual?):
      if actual.isByHand {
        pairs[index].give(lookup.byHand(actual))
      } else if let pair = holder(at: actual.decidedAt, earlier, \.model) {
        pairs[index].follow(pair, held: "the backtest", pair.model)
      } else {
        pairs[index].give(lookup.extraCause(actual))
      }
      pairs[index].parts[pairs[index].causePart] = actual.profit
    case (nil, nil): break
    }
  }

  /// The earlier pair of which one side still held its trade when something was decided.
  private static func holder(
    at time: Timestamp, _ earlier: ArraySlice<Pair>, _ side: KeyPath<Pair, ComparedTrade?>
  ) -> Pair? {
    for pair in earlier.reversed() {
      guard let trade = pair[keyPath: side] else { continue }
      // One that was flat again before the candle closed stood in nobody's way.
      return trade.decidedAt < time && trade.closedAt ?? .distantFuture >= time ? pair : nil
    }
    return nil
  }
}

extension TradeComparison.Pair {
  fileprivate mutating func give(_ cause: CauseLookup.Cause) {
    causePart = cause.part
    self.cause = cause.words
  }

  /// What follows from an earlier difference has its cause.
  fileprivate mutating func follow(_ pair: TradeComparison.Pair, held side: String, _ trade: ComparedTrade?) {
    causePart = pair.causePart
    root = pair.root.isEmpty ? pair.cause : pair.root
    cause = trade.map { "\(side) still held its trade of \($0.decidedAt)" } ?? ""
    if !root.isEmpty { cause += "; because \(root)" }
  }
}
