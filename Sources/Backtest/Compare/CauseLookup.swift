import Time
import TradingCore
import TradingModel

/// Finds why one side of a comparison did what the other did not, in what both journals and the tape say about the time.
struct CauseLookup {
  typealias Cause = TradeCollector.Note

  let tapes: [SeriesKey: JournalReplay.Tape]
  let actual: TradeCollector.BotFacts
  /// `nil`: the backtest could not make the bot.
  let model: TradeCollector.BotFacts?
  /// When processes began to trade with the journal.
  let starts: [Timestamp]

  private var series: SeriesKey { actual.configuration.series }

  // MARK: Candles

  /// Why the bot could not decide on the candle that closed at a time; `nil`: it heard it in time.
  private func deafness(at close: Timestamp) -> Cause? {
    guard let row = row(closingAt: close) else {
      return Cause(part: .feed, words: "the tape has no candle that closed then")
    }
    guard let heardAt = row.heardAt else {
      if let start = starts.first(where: { $0 > close }), actual.createdAt < close {
        return Cause(part: .feed, words: "its candle came as history only: not heard before the start of \(start)")
      }
      return Cause(part: .feed, words: "its candle came as history only, not when it closed")
    }
    let late = heardAt.nanoseconds(since: close)
    // As the core judges it.
    guard late > max(series.interval.milliseconds, 5_000) * 1_000_000 else { return nil }
    return Cause(part: .feed, words: "its candle came \(late / 1_000_000) ms after its close")
  }

  private func row(closingAt close: Timestamp) -> (candle: Candle, heardAt: Timestamp?)? {
    tapes[series]?.row(closingAt: close)
  }

  /// Why the bot did not trade then although a person wanted it to; `nil`: it did.
  private func idleness(at close: Timestamp) -> Cause? {
    // What was heard at the close may have been decided a little later.
    guard let mark = actual.states.last(where: { $0.time <= close }) else { return nil }
    switch mark.cause {
    case .refusals: return Cause(part: .refused, words: "the bot was halted after refusals since \(mark.time)")
    case .strategyAway where mark.state == .waiting:
      return Cause(part: .feed, words: "the process of its strategy was away since \(mark.time)")
    default: return nil
    }
  }

  /// Whether the bot waited after a refusal then.
  private func waiting(at close: Timestamp) -> Cause? {
    guard let wait = actual.waits.last(where: { $0.from < close }), wait.until.map({ $0 > close }) ?? true else { return nil }
    return Cause(part: .refused, words: "the bot waited after the refusal of \(wait.from): \(wait.words)")
  }

  // MARK: One side alone

  /// Why the journal has no trade that the backtest makes.
  func missedCause(_ trade: ComparedTrade) -> Cause {
    if let note = actual.notes[trade.decidedAt] { return note }
    if let cause = idleness(at: trade.decidedAt) ?? deafness(at: trade.decidedAt) ?? waiting(at: trade.decidedAt) { return cause }
    return Cause(part: .decision, words: "the bot heard the same candle and did not buy\(warmedAnew(before: trade.decidedAt))")
  }

  /// Why the journal has a trade that the backtest does not make.
  func extraCause(_ trade: ComparedTrade) -> Cause {
    if let note = model?.notes[trade.decidedAt] { return Cause(part: note.part, words: "the backtest: \(note.words)") }
    if row(closingAt: trade.decidedAt) == nil { return Cause(part: .feed, words: "the tape has no candle that closed then") }
    return Cause(part: .decision, words: "the backtest hears the same candle and does not buy\(warmedAnew(before: trade.decidedAt))")
  }

  func byHand(_ trade: ComparedTrade) -> Cause {
    Cause(part: .decision, words: trade.entryReason.isEmpty ? "by hand" : "by hand: \(trade.entryReason)")
  }

  private func warmedAnew(before time: Timestamp) -> String {
    starts.last { $0 > actual.createdAt && $0 <= time }.map { "; its indicators began anew at the start of \($0)" } ?? ""
  }

  // MARK: Exits

  /// Why two trades that began together were not closed at the same price of decision.
  func exitCause(_ model: ComparedTrade, _ actual: ComparedTrade) -> Cause {
    let ends = "the backtest: \(words(model)); the bot: \(words(actual))"
    if model.exitPurpose == actual.exitPurpose, model.exitDecidedAt == actual.exitDecidedAt, model.closedAt == nil || actual.closedAt != nil
    {
      guard isProtection(actual.exitPurpose) else { return Cause(part: .feed, words: "") }
      // At another time: its level was another, or the price that reached it was.
      let isElsewhere = candle(model.closedAt) != candle(actual.closedAt)
      return Cause(part: .protection, words: isElsewhere ? ends : "")
    }
    if actual.exitPurpose == .manual { return Cause(part: .decision, words: "\(ends), by hand") }
    if isProtection(model.exitPurpose) || isProtection(actual.exitPurpose) { return Cause(part: .protection, words: ends) }
    if !actual.exit.refusal.isEmpty { return Cause(part: .refused, words: "\(ends), after a refusal: \(actual.exit.refusal)") }
    if let close = model.exitDecidedAt, actual.exitDecidedAt.map({ $0 > close }) ?? true,
      let cause = idleness(at: close) ?? deafness(at: close)
    {
      return Cause(part: cause.part, words: "\(ends); \(cause.words)")
    }
    return Cause(part: .decision, words: ends)
  }

  private func candle(_ time: Timestamp?) -> Timestamp? { time.map { series.interval.openTime(containing: $0) } }

  private func isProtection(_ purpose: OrderPurpose?) -> Bool {
    switch purpose {
    case .stopLoss, .takeProfit, .trailingStop: true
    case .entry, .exit, .manual, .timeStop, nil: false
    }
  }

  private func words(_ trade: ComparedTrade) -> String {
    guard let purpose = trade.exitPurpose, let closedAt = trade.closedAt else { return "still open" }
    return "\(purpose) at \(closedAt)"
  }
}
