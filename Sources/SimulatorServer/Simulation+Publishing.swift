import Time
import TradingModel
import Venue
import ExchangeSimulation

extension Simulation {
  /// A public trade: onto the board and to whom it concerns.
  func publish(_ trade: MarketTradeFacts, symbol: Symbol, quoteQuantity: Amount, at time: Timestamp) {
    guard let index = boardIndex[symbol] else { return }
    if !boards[index].tape.extends(trade) { publishAggregate(board: index, at: time) }
    var closed: [(Interval, Kline)] = []
    boards[index].add(trade, quoteQuantity: quoteQuantity, isLive: true, closed: &closed)
    guard let topics = hub.topics(of: symbol) else { return }
    publish(closed, symbol: symbol)
    // Candles first: who follows both, as paper trading does, hears that the price moved there before the trade that says it is there.
    publishCandles(topics, board: index, symbol: symbol, at: time)
    if trade.quantity.isPositive, !topics.trades.isEmpty {
      let payload = StreamPayloads.trade(trade, symbol: symbol, at: time)
      for topic in topics.trades { topic.send(payload) }
    }
  }

  /// Ends the aggregates that the trades among `events` have begun, and tells them.
  func publishAggregates(of events: [ExchangeEvent]) {
    for case .trade(let trade) in events {
      if let index = boardIndex[trade.symbol] { publishAggregate(board: index, at: marketTime) }
    }
  }

  /// Ends a symbol's aggregate and tells it.
  func publishAggregate(of symbol: Symbol, at time: Timestamp) {
    if let index = boardIndex[symbol] { publishAggregate(board: index, at: time) }
  }

  private func publishAggregate(board index: Int, at time: Timestamp) {
    guard let aggregate = boards[index].tape.close() else { return }
    let symbol = boards[index].symbol
    guard let topics = hub.topics(of: symbol)?.aggregateTrades, !topics.isEmpty else { return }
    let payload = StreamPayloads.aggregateTrade(aggregate, symbol: symbol, at: time)
    for topic in topics { topic.send(payload) }
  }

  private func publishCandles(_ topics: StreamHub.SymbolTopics, board index: Int, symbol: Symbol, at time: Timestamp) {
    // A replay of candles has a few prices a candle: each is told, so that no part of the walk through it is missing.
    let pace = isReplayOfCandles ? 0 : configuration.klineUpdateMilliseconds
    for (interval, topic) in topics.klines {
      guard time >= topic.lastTime.advanced(byMilliseconds: pace) else { continue }
      let series = boards[index].series(interval)
      guard !series.isRecorded, let kline = series.current else { continue }
      topic.lastTime = time
      topic.send(StreamPayloads.kline(kline, symbol: symbol, interval: interval, isClosed: false, at: time))
    }
    for entry in topics.zonedKlines where time >= entry.topic.lastTime.advanced(byMilliseconds: pace) {
      publishZoned(entry, board: index, openingAt: entry.zone.openTime(of: entry.interval, containing: time), isClosed: false, at: time)
    }
  }

  func publish(_ closed: [(Interval, Kline)], symbol: Symbol) {
    guard !closed.isEmpty, let topics = hub.topics(of: symbol) else { return }
    for (interval, kline) in closed { publish(kline, interval, isClosed: true, symbol: symbol, topics) }
  }

  /// A recorded candle, in progress or closed.
  func publish(_ kline: Kline, interval: Interval, symbol: Symbol, isClosed: Bool) {
    guard let topics = hub.topics(of: symbol) else { return }
    publish(kline, interval, isClosed: isClosed, symbol: symbol, topics)
  }

  private func publish(_ kline: Kline, _ interval: Interval, isClosed: Bool, symbol: Symbol, _ topics: StreamHub.SymbolTopics) {
    for entry in topics.klines where entry.interval == interval {
      entry.topic.lastTime = marketTime
      entry.topic.send(StreamPayloads.kline(kline, symbol: symbol, interval: interval, isClosed: isClosed, at: marketTime))
    }
    guard isClosed, !topics.zonedKlines.isEmpty, let index = boardIndex[symbol] else { return }
    let end = interval.nextOpenTime(after: kline.candle.openTime)
    for entry in topics.zonedKlines where boards[index].kept(entry.zone.base(of: entry.interval)).interval == interval {
      let opens = entry.zone.openTime(of: entry.interval, containing: kline.candle.openTime)
      guard entry.zone.nextOpenTime(of: entry.interval, after: opens) <= end else { continue }
      publishZoned(entry, board: index, openingAt: opens, isClosed: true, at: marketTime)
    }
  }

  private func publishZoned(_ entry: StreamHub.ZonedKline, board index: Int, openingAt opens: Timestamp, isClosed: Bool, at time: Timestamp)
  {
    let end = entry.zone.nextOpenTime(of: entry.interval, after: opens)
    guard let kline = boards[index].kline(entry.interval, entry.zone, openingAt: opens, before: end) else { return }
    entry.topic.lastTime = time
    entry.topic.send(
      StreamPayloads.kline(
        kline, symbol: boards[index].symbol, interval: entry.interval, zone: entry.zone, isClosed: isClosed, at: time))
  }

  func publish(_ quote: Quote, updateID: Int64) {
    guard let index = boardIndex[quote.symbol] else { return }
    boards[index].quote = quote
    boards[index].quoteUpdateID = updateID
    guard let topics = hub.topics(of: quote.symbol), !topics.bookTickers.isEmpty else { return }
    let payload = StreamPayloads.bookTicker(quote, updateID: updateID)
    for topic in topics.bookTickers { topic.send(payload) }
  }

  /// Publishes the book's best prices where they changed.
  func refreshQuote(of symbol: Symbol) {
    guard let index = boardIndex[symbol], var quote = exchange.quote(symbol) else { return }
    quote.time = marketTime
    if let known = boards[index].quote, known.bidPrice == quote.bidPrice, known.bidQuantity == quote.bidQuantity,
      known.askPrice == quote.askPrice, known.askQuantity == quote.askQuantity
    {
      return
    }
    publish(quote, updateID: max(exchange.depth(symbol, limit: 0)?.updateID ?? 0, boards[index].quoteUpdateID + 1))
  }

  /// The book as it stands. Whoever sees it may follow it by a diff stream: those take note.
  func depthSnapshot(_ symbol: Symbol, limit: Int) -> DepthDifference.Snapshot? {
    exchange.prepareBook(of: symbol)
    for topic in hub.topics(of: symbol)?.paced ?? [] where topic.difference != nil {
      if let whole = exchange.depth(symbol, limit: .max) { topic.difference?.look(whole) }
    }
    return exchange.depth(symbol, limit: limit)
  }
}
