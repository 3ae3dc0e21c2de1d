import Time
import TradingModel
import ExchangeSimulation

extension Simulation {
  /// What is sent at intervals of simulated time: at whole seconds, or every 100 ms where streams of that pace are listened to.
  func publishPaced() {
    let isSecond = marketTime.milliseconds % 1_000 == 0
    for board in boards {
      guard let topics = hub.topics(of: board.symbol), !topics.paced.isEmpty else { continue }
      for topic in topics.paced where isSecond || (topic.stream.paceMilliseconds ?? 0) < 1_000 { publishPaced(topic, board) }
    }
    guard isSecond else { return }
    for topic in hub.arrays { publishArray(topic) }
  }

  private func publishPaced(_ topic: StreamHub.Topic, _ board: SymbolBoard) {
    switch topic.stream {
    case .partialDepth(_, let levels, _):
      guard let depth = depthSnapshot(board.symbol, limit: levels), depth.updateID != topic.lastVersion else { return }
      topic.lastVersion = depth.updateID
      topic.send(StreamPayloads.depth(updateID: depth.updateID, bids: depth.bids, asks: depth.asks))
    case .depthUpdates:
      exchange.prepareBook(of: board.symbol)
      guard exchange.depth(board.symbol, limit: 0)?.updateID != topic.lastVersion else { return }
      guard let whole = exchange.depth(board.symbol, limit: .max) else { return }
      topic.lastVersion = whole.updateID
      guard let message = topic.difference?.message(whole) else { return }
      topic.send(StreamPayloads.depthUpdate(message, symbol: board.symbol, at: marketTime))
    case .referencePrice:
      // Told every second, changed or not: a follower sees that it is alive.
      topic.send(
        StreamPayloads.referencePrice(referencePrice(of: board), symbol: board.symbol, at: marketTime))
    default:
      guard board.version != topic.lastVersion, let last = board.last else { return }
      topic.lastVersion = board.version
      topic.send(summary(topic.stream, board, last))
    }
  }

  /// The mean of the last seconds where the configuration says so, else the price that was set by hand, if any.
  func referencePrice(of board: SymbolBoard) -> Price? {
    configuration.hasReferencePrices ? board.referencePrice : exchange.terms(board.symbol)?.referencePrice
  }

  /// Tells the exchange a symbol's reference price as it is now: filters compare with it.
  func refreshReferencePrice(of name: String?) {
    guard configuration.hasReferencePrices, let board = name.flatMap({ Symbol($0) }).flatMap({ board($0) }) else { return }
    exchange.changeTerms(of: board.symbol) { $0.referencePrice = board.referencePrice }
  }

  private func summary(_ stream: StreamName, _ board: SymbolBoard, _ last: SymbolBoard.PublicTrade) -> [UInt8] {
    var json = JSONWriter(capacity: 400)
    switch stream {
    case .ticker:
      StreamPayloads.ticker(board.day(endingAt: marketTime), symbol: board.symbol, quote: board.quote, at: marketTime, to: &json)
    case .rollingTicker(_, let window):
      StreamPayloads.rollingTicker(
        board.rolling(window, endingAt: marketTime), window, symbol: board.symbol, at: marketTime, to: &json)
    case .averagePrice:
      StreamPayloads.averagePrice(board.averagePrice, lastTrade: last.facts.time, symbol: board.symbol, at: marketTime, to: &json)
    default: StreamPayloads.miniTicker(board.day(endingAt: marketTime), symbol: board.symbol, at: marketTime, to: &json)
    }
    return json.bytes
  }

  /// A stream of all symbols: those that changed since its last message.
  private func publishArray(_ topic: StreamHub.Topic) {
    let changed = boards.filter { $0.last != nil && topic.lastVersions[$0.symbol] != $0.version }
    guard !changed.isEmpty else { return }
    var json = JSONWriter(capacity: 1_024)
    json.array {
      for board in changed {
        topic.lastVersions[board.symbol] = board.version
        if case .allRollingTickers(let window) = topic.stream {
          StreamPayloads.rollingTicker(
            board.rolling(window, endingAt: marketTime), window, symbol: board.symbol, at: marketTime, to: &$0)
        } else {
          StreamPayloads.miniTicker(board.day(endingAt: marketTime), symbol: board.symbol, at: marketTime, to: &$0)
        }
      }
    }
    topic.send(json.bytes)
  }
}
