import Time
import TradingModel
import Venue

/// Prices against an exchange: which are believed (``PriceGuard``), and what is done about the others.
extension TradingCore {
  /// Somebody traded.
  mutating func heard(_ trade: MarketTrade, _ at: Int, _ effects: inout [Effect]) {
    symbols[at].lastTradeTime = trade.time
    if symbols[at].prices.hear(trade.price, trade: trade.id, last: symbols[at].lastPrice, at: now) {
      priceMoved(at, to: trade.price, &effects)
    } else {
      doubted(at, trade.price, &effects)
    }
  }

  /// The best bid and ask changed. It confirms a doubted price; and a watched stop acts when the best bid is at or below it
  /// (``PriceGuard/takeBid(last:at:)``).
  mutating func heard(_ quote: Quote, _ at: Int, _ effects: inout [Effect]) {
    if let price = symbols[at].prices.hear(quote, at: now) { priceMoved(at, to: price, &effects) }
    guard !symbols[at].holders.isEmpty || symbols[at].areHoldersStale else { return }
    let last = symbols[at].lastPrice
    guard let bid = symbols[at].prices.takeBid(last: last, at: now), bid < last else { return }
    actOnStops(at, at: bid, &effects)
  }

  /// A candle in progress, or one that closed: its end is the symbol's price where trades are silent.
  mutating func heard(_ update: CandleUpdate, _ at: Int, _ effects: inout [Effect]) {
    guard !pricesComeFromTheJournal else { return }
    guard update.eventTime.nanoseconds(since: symbols[at].lastTradeTime) > Self.tradeSilence || symbols[at].lastTradeTime == .zero else {
      return
    }
    if symbols[at].prices.hear(candle: update.candle.close, last: symbols[at].lastPrice, at: now) {
      priceMoved(at, to: update.candle.close, &effects)
    } else {
      doubted(at, update.candle.close, &effects)
    }
  }

  /// Trades are fresher than candles; a candle's price counts only where none came for this long, in nanoseconds.
  private static let tradeSilence: Int64 = 5_000_000_000
  /// A candle is compared with the market of the moment only if it came at most this long after its close, in nanoseconds; one that had to
  /// be fetched is history.
  private static let freshCandle: Int64 = 5_000_000_000

  /// Why a decision must not be made at a price now; `nil` when it may. In the paper modes every price is the market's.
  func doubt(of price: Price, _ at: Int) -> String? {
    guard !configuration.mode.isPaper, symbols[at].prices.hearsMarket else { return nil }
    let last = symbols[at].lastPrice
    guard !symbols[at].prices.agrees(price, last: last, at: now) else { return nil }
    return "the candle ends at \(price), and \(symbols[at].prices.words(last: last, at: now)): more than 1 % away"
  }

  /// Whether a candle that just closed ends where the market does not trade: no figure is made of it.
  func isDoubtful(_ update: CandleUpdate, _ at: Int) -> Bool {
    let close = update.interval.nextOpenTime(after: update.candle.openTime)
    return update.eventTime.nanoseconds(since: close) <= Self.freshCandle && doubt(of: update.candle.close, at) != nil
  }

  /// Journals that a candle makes no figure; whoever replays the journal must know it.
  mutating func noteDoubt(_ at: Int, _ close: Price, at time: Timestamp, _ effects: inout [Effect]) {
    guard journalIsHealthy, !series[at].listeners.isEmpty else { return }
    let key = series[at].key
    append(.candleDoubted(CandleDoubt(symbol: key.symbol, interval: key.interval, closeTime: time, close: close)), &effects)
  }

  /// Where a doubted price would have done something it is told of, and without a fresh quote one is asked for.
  private mutating func doubted(_ at: Int, _ price: Price, _ effects: inout [Effect]) {
    if symbols[at].areHoldersStale { refreshHolders(at) }
    guard !symbols[at].holders.isEmpty, price >= symbols[at].wakeAbove || price <= symbols[at].wakeBelow else {
      return
    }
    if symbols[at].prices.takeQuestion(at: now) { effects.append(.askQuote(symbolNames[at])) }
    guard journalIsHealthy, symbols[at].prices.takeAlert(at: now) else { return }
    let words = symbols[at].prices.words(last: symbols[at].lastPrice, at: now)
    alert(
      .warning, .priceDoubted, nil, "a price of \(price) for \(symbolNames[at]) is not believed before something confirms it: \(words)",
      &effects)
  }

  /// Time passed: with one live source left, a stop does not wait for a second one for ever.
  mutating func actOnUncontradicted(_ at: Int, _ effects: inout [Effect]) {
    if let price = symbols[at].prices.takeUncontradicted(at: now) { actOnStops(at, at: price, &effects) }
  }

  /// A position is not left without a price while the market's stream is silent: the best bid is asked for, most often where its stop
  /// is watched here (``PriceGuard/silentTicks``, ``PriceGuard/restingSilentTicks``). Weight 2 for a symbol. Symbols with watched stops come
  /// first, a few at a tick; of the others two at a tick, in turn.
  mutating func askAboutSilence(_ effects: inout [Effect]) {
    var room = Self.questionsMaximum
    for at in symbols.indices where watchesStop(on: at) {
      guard symbols[at].prices.takeSilence(isWatched: true, mayAsk: room > 0) else { continue }
      room -= 1
      effects.append(.askQuote(symbolNames[at]))
    }
    room = 2
    let start = silenceTurn
    for step in symbols.indices {
      let at = (start + step) % symbols.count
      guard !symbols[at].holders.isEmpty, !watchesStop(on: at), symbols[at].prices.takeSilence(isWatched: false, mayAsk: room > 0) else {
        continue
      }
      room -= 1
      silenceTurn = at + 1
      effects.append(.askQuote(symbolNames[at]))
    }
  }

  private mutating func watchesStop(on at: Int) -> Bool {
    for index in symbols[at].holders { if bots[index]?.watchesStop() == true { return true } }
    return false
  }

  private static let questionsMaximum = 5

  /// Watched stops, and nothing else, act at a price.
  private mutating func actOnStops(_ at: Int, at price: Price, _ effects: inout [Effect]) {
    if symbols[at].areHoldersStale { refreshHolders(at) }
    guard price <= symbols[at].wakeBelow else { return }
    let tick = symbols[at].stopRules()?.tick ?? .zero
    for index in symbols[at].holders {
      if bots[index]?.stopReachedAt == nil, bots[index]?.isRestingStopReached(by: price, tick: tick) == true {
        bots[index]?.stopReachedAt = now
      }
      guard let bot = bots[index]?.watched(tick: tick) else { continue }
      _ = actOnStop(index, bot, at: price, &effects)
    }
  }

  /// A tick: a stop that the price has reached, and of which nothing is heard for a second, is asked for. Its end may never have been told.
  mutating func doubtReachedStops(_ at: Int, _ effects: inout [Effect]) {
    let price = symbols[at].lastPrice
    let tick = symbols[at].stopRules()?.tick ?? .zero
    for index in symbols[at].holders {
      guard let since = bots[index]?.stopReachedAt else {
        if bots[index]?.isRestingStopReached(by: price, tick: tick) == true { bots[index]?.stopReachedAt = now }
        continue
      }
      guard now.nanoseconds(since: since) >= Self.reportPatience else { continue }
      // Where the exchange says that it rests all the same it is asked for again, later.
      if let asked = bots[index]?.stopAskedAt, now.nanoseconds(since: asked) < 5 * Self.reportPatience { continue }
      bots[index]?.stopReachedAt = nil
      bots[index]?.stopAskedAt = now
      guard bots[index]?.stopRests == true else { continue }
      var number = 0
      while let key = bots[index]?.openOrder(number) {
        number += 1
        if let order = orders.standing(of: key), order.isContingent, order.isResting { ask(key, &effects) }
      }
    }
  }

  /// What the exchange does is reported within this long, in nanoseconds; 1 s.
  private static let reportPatience: Int64 = 1_000_000_000

  /// A stop that is watched here stays in force while trading is halted, as one that rests on the venue does. Returns whether it acted.
  mutating func actOnStop(_ index: Int, _ bot: Bot.Watched, at price: Price, _ effects: inout [Effect]) -> Bool {
    guard bot.isProtectionImpossible, price <= bot.stop, now >= bot.retryAt else { return false }
    requestExit(index, .stopLoss, reason: "price \(price) is at or below the stop \(bot.stop)", price: price, &effects)
    return true
  }
}
