import Time
import TradingModel
import Venue

extension TradingCore {
  /// A trade of a bot just closed: its guards, those of its symbol and those of the account judge it. Cost: none without guards, else
  /// linear in the trades of their lookbacks (and in bots, for a drawdown of the account).
  mutating func judgeTrade(of index: Int, _ effects: inout [Effect]) {
    guard let bot = bots[index]?.guarded(), let time = closedTrades.list.last?.time else { return }
    for guardian in bot.guards { judge(guardian, .bot(botIDs[index]), bot, index, at: time, &effects) }
    for guardian in riskLimits.symbolGuards { judge(guardian, .symbol(symbolNames[bot.symbolAt]), bot, index, at: time, &effects) }
    for guardian in riskLimits.accountGuards { judge(guardian, .account, bot, index, at: time, &effects) }
    // What one trade locks may be another bot's entry that rests.
    withdrawLocked(&effects)
  }

  private mutating func judge(
    _ guardian: TradeGuard, _ scope: LockScope, _ bot: Bot.Guarded, _ index: Int, at time: Timestamp, _ effects: inout [Effect]
  ) {
    let start = guardian.kind == .cooldown ? time.advanced(byNanoseconds: -1) : guardian.lookback.start(before: time, bot.interval)
    let trades: [ClosedTrade]
    let equity: Amount
    switch scope {
    case .bot:
      trades = bots[index]?.closedTrades.since(start) { _ in true } ?? []
      equity = bot.equity
    case .symbol:
      trades = closedTrades.since(start) { $0.symbol == bot.symbolAt && isBotThere[$0.bot] }
      equity = guardian.kind == .drawdown ? symbols[bot.symbolAt].bots.reduce(.zero) { $0 + (bots[$1]?.equityAtCost ?? .zero) } : .zero
    case .account:
      (trades, equity) = accountTrades(guardian, since: start, like: bot.symbolAt)
    }
    guard let verdict = guardian.verdict(trades, equity: equity) else { return }
    let lock = EntryLock(
      scope: scope, cause: EntryLock.Cause(guardian.kind), until: guardian.duration.end(after: verdict.time, bot.interval),
      reason: verdict.reason)
    // What is locked as long already, or would be over by now, is no news.
    guard lock.until > max(time, locks.end(of: scope, lock.cause) ?? time) else { return }
    append(.entriesLocked(lock), &effects)
  }

  /// Of a drawdown only trades in the same quote asset: amounts of several do not add up.
  private func accountTrades(
    _ guardian: TradeGuard, since start: Timestamp, like symbol: Int
  ) -> (trades: [ClosedTrade], equity: Amount) {
    guard guardian.kind == .drawdown else { return (closedTrades.since(start) { isBotThere[$0.bot] }, .zero) }
    let quote = symbols[symbol].assets?.quote
    var equity = Amount.zero
    for at in symbols.indices where symbols[at].assets?.quote == quote {
      for index in symbols[at].bots { equity += bots[index]?.equityAtCost ?? .zero }
    }
    return (closedTrades.since(start) { isBotThere[$0.bot] && symbols[$0.symbol].assets?.quote == quote }, equity)
  }

  /// Remembers the trade that a fill closed.
  mutating func remember(_ record: FillRecord, of index: Int) {
    guard record.side == .sell, record.closesPosition, let bot = bots[index]?.closing() else { return }
    let trade = ClosedTrade(
      time: record.fill.time, bot: index, symbol: bot.symbolAt, profit: bot.profit,
      fraction: bot.profit.divided(by: bot.cost, rounding: .nearest),
      isStopped: record.purpose == .stopLoss || record.purpose == .trailingStop)
    closedTrades.add(trade)
    if bot.hasGuards { bots[index]?.closedTrades.add(trade) }
  }

  /// A bot has guards that had none, or none any more.
  mutating func guardsChanged(of index: Int) {
    bots[index]?.closedTrades.forget()
    guard bots[index]?.configuration.guards.isEmpty == false else { return }
    for trade in closedTrades.list where trade.bot == index { bots[index]?.closedTrades.add(trade) }
  }

  /// Why a bot may not enter at the close of a candle; `nil`: no lock stops it.
  func lockReason(_ bot: BotID, _ symbol: Symbol, at close: Timestamp) -> String? {
    locks.strictest(bot: bot, symbol: symbol, at: close)?.lock.words
  }

  /// Journals the ends of locks whose time came. Nothing depends on it: a lock counts until its own time.
  mutating func endLocks(_ effects: inout [Effect]) {
    guard !locks.isEmpty, journalIsHealthy, !lossLimitsAreOff else { return }
    for lock in locks.takeDue(at: now) {
      append(.entriesUnlocked(LockEnd(lock: lock.sequence, scope: lock.lock.scope, cause: .expired)), &effects)
    }
  }

  // MARK: Commands

  /// Longest lock that a person may ask for, in milliseconds: as long as a guard's.
  static let lockMaximum = Int64(TradeGuard.spanMaximum) * 60_000

  mutating func lock(_ scope: LockScope, forMilliseconds length: Int64, reason: String, _ effects: inout [Effect]) throws(CommandError) {
    guard length > 0, length <= Self.lockMaximum else {
      throw CommandError(
        .invalidArgument, reason: "OUT_OF_RANGE", field: "duration_ms",
        "a lock must last from 1 millisecond to \(TradeGuard.spanMaximum) minutes, not \(length) ms")
    }
    switch scope {
    case .account: break
    case .bot(let id): _ = try find(id)
    case .symbol(let symbol):
      guard symbolAt(symbol).map({ symbols[$0].rules != nil || !symbols[$0].bots.isEmpty }) ?? false else {
        throw CommandError(
          .notFound, reason: "SYMBOL_UNKNOWN", "the exchange has no symbol \(symbol); `botctl symbols` lists them")
      }
    }
    append(
      .entriesLocked(EntryLock(scope: scope, cause: .person, until: now.advanced(byMilliseconds: length), reason: reason)), &effects)
  }

  mutating func unlock(_ number: UInt64, reason: String, _ effects: inout [Effect]) throws(CommandError) {
    guard let lock = locks.lock(number), lock.lock.until > now else {
      throw CommandError(.notFound, reason: "LOCK_NOT_FOUND", field: "lock_id", "there is no lock \(number); `botctl locks` shows them")
    }
    append(.entriesUnlocked(LockEnd(lock: number, scope: lock.lock.scope, cause: .person, reason: reason)), &effects)
  }
}
