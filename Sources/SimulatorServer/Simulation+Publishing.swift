import Time
import TradingModel
import Venue
import ExchangeSimulation

extension Simulation {
  /// A public trade: onto the board and to whom it concerns.
  func publish(_ trade: MarketTradeFacts, symbol: Symbol, quoteQuantity: Amount, at time: Timestamp) {
    guard let index = boardIndex[symbol] else { return }
    var closed: [(Interval, Kline)] = []
    boards[index].add(trade, quoteQuantity: quoteQuantity, closed: &closed)
    guard let topics = hub.topics(of: symbol) else { return }
    publish(closed, symbol: symbol)
    // Candles first: who follows both, as paper trading does, hears that the price moved there before the trade that says it is there.
    publishCandles(topics, board: index, symbol: symbol, at: time)
    if trade.quantity.isPositive {
      if !topics.trades.isEmpty {
        let payload = StreamPayloads.trade(trade, symbol: symbol, at: time)
        for topic in topics.trades { topic.send(payload) }
      }
      if !topics.aggregateTrades.isEmpty {
        let payload = StreamPayloads.aggregateTrade(trade, symbol: symbol, at: time)
        for topic in topics.aggregateTrades { topic.send(payload) }
      }
    }
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
  }

  func publish(_ closed: [(Interval, Kline)], symbol: Symbol) {
    guard !closed.isEmpty, let topics = hub.topics(of: symbol) else { return }
    for (interval, kline) in closed {
      for entry in topics.klines where entry.interval == interval {
        entry.topic.lastTime = marketTime
        entry.topic.send(StreamPayloads.kline(kline, symbol: symbol, interval: interval, isClosed: true, at: marketTime))
      }
    }
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

  /// What is sent once per simulated second.
  func publishPaced() {
    for board in boards {
      guard let topics = hub.topics(of: board.symbol) else { continue }
      for topic in topics.paced {
        switch topic.stream {
        case .partialDepth(_, let levels):
          exchange.prepareBook(of: board.symbol)
          guard let depth = exchange.depth(board.symbol, limit: levels), depth.updateID != topic.lastVersion else { continue }
          topic.lastVersion = depth.updateID
          topic.send(StreamPayloads.depth(updateID: depth.updateID, bids: depth.bids, asks: depth.asks))
        case .miniTicker, .ticker:
          guard board.version != topic.lastVersion, let day = board.day(endingAt: marketTime) else { continue }
          topic.lastVersion = board.version
          if case .ticker = topic.stream {
            topic.send(StreamPayloads.ticker(day, symbol: board.symbol, quote: board.quote, at: marketTime))
          } else {
            var json = JSONWriter()
            StreamPayloads.miniTicker(day, symbol: board.symbol, at: marketTime, to: &json)
            topic.send(json.bytes)
          }
        default: continue
        }
      }
    }
    guard let all = hub.allMiniTickers else { return }
    let version = boards.reduce(0) { $0 + $1.version }
    guard version != all.lastVersion else { return }
    all.lastVersion = version
    var json = JSONWriter(capacity: 1_024)
    json.array {
      for board in boards {
        if let day = board.day(endingAt: marketTime) { StreamPayloads.miniTicker(day, symbol: board.symbol, at: marketTime, to: &$0) }
      }
    }
    all.send(json.bytes)
  }
}
