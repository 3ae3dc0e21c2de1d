import Time
import NIOCore
import TradingModel

/// Who listens to which market stream.
final class StreamHub {
  /// Names one connection may subscribe to.
  static let streamsPerConnectionMaximum = 1_024

  /// One stream name with its listeners.
  final class Topic {
    let name: String
    let stream: StreamName
    var listeners: [StreamSession] = []
    /// Simulated time of the last message, for streams with a pace.
    var lastTime = Timestamp.zero
    /// The board's version at the last message.
    var lastVersion: Int64 = -1

    init(name: String) {
      self.name = name
      stream = StreamName(name)
    }

    /// Sends one message to every listener; the bytes are laid out once per form.
    func send(_ payload: [UInt8]) {
      var raw: ByteBuffer?
      var combined: ByteBuffer?
      for listener in listeners {
        if listener.isCombined {
          let buffer = combined ?? StreamHub.combine(name, payload)
          combined = buffer
          listener.peer?.send(buffer)
        } else {
          let buffer = raw ?? ByteBuffer(bytes: payload)
          raw = buffer
          listener.peer?.send(buffer)
        }
      }
    }
  }

  /// The topics of one symbol, by kind.
  final class SymbolTopics {
    var klines: [(interval: Interval, topic: Topic)] = []
    var trades: [Topic] = []
    var aggregateTrades: [Topic] = []
    var bookTickers: [Topic] = []
    /// Those sent once per simulated second.
    var paced: [Topic] = []
  }

  private(set) var topics: [String: Topic] = [:]
  private var bySymbol: [Symbol: SymbolTopics] = [:]
  private(set) var allMiniTickers: Topic?
  private(set) var sessions: [ObjectIdentifier: StreamSession] = [:]
  /// Subscriptions of all connections together.
  private(set) var subscriptionCount = 0
  private(set) var pacedCount = 0
  /// Called after every change of subscriptions.
  var onChange: () -> Void = {}

  func topics(of symbol: Symbol) -> SymbolTopics? { bySymbol[symbol] }

  func add(_ session: StreamSession) { sessions[ObjectIdentifier(session)] = session }

  func remove(_ session: StreamSession) {
    for name in session.names { unsubscribe(session, name) }
    sessions[ObjectIdentifier(session)] = nil
  }

  func subscribe(_ session: StreamSession, _ name: String) {
    guard !session.names.contains(name) else { return }
    session.names.append(name)
    subscriptionCount += 1
    if let topic = topics[name] {
      topic.listeners.append(session)
    } else {
      let topic = Topic(name: name)
      topic.listeners.append(session)
      topics[name] = topic
      index(topic)
    }
    onChange()
  }

  func unsubscribe(_ session: StreamSession, _ name: String) {
    guard let position = session.names.firstIndex(of: name), let topic = topics[name] else { return }
    session.names.remove(at: position)
    subscriptionCount -= 1
    topic.listeners.removeAll { $0 === session }
    if topic.listeners.isEmpty {
      topics[name] = nil
      unindex(topic)
    }
    onChange()
  }

  private func index(_ topic: Topic) {
    func entry(_ symbol: Symbol) -> SymbolTopics {
      if let known = bySymbol[symbol] { return known }
      let made = SymbolTopics()
      bySymbol[symbol] = made
      return made
    }
    switch topic.stream {
    case .kline(let symbol, let interval): entry(symbol).klines.append((interval, topic))
    case .trade(let symbol): entry(symbol).trades.append(topic)
    case .aggregateTrade(let symbol): entry(symbol).aggregateTrades.append(topic)
    case .bookTicker(let symbol): entry(symbol).bookTickers.append(topic)
    case .miniTicker(let symbol), .ticker(let symbol), .partialDepth(let symbol, _):
      entry(symbol).paced.append(topic)
      pacedCount += 1
    case .allMiniTickers:
      allMiniTickers = topic
      pacedCount += 1
    case .unknown: break
    }
  }

  private func unindex(_ topic: Topic) {
    switch topic.stream {
    case .kline(let symbol, _): bySymbol[symbol]?.klines.removeAll { $0.topic === topic }
    case .trade(let symbol): bySymbol[symbol]?.trades.removeAll { $0 === topic }
    case .aggregateTrade(let symbol): bySymbol[symbol]?.aggregateTrades.removeAll { $0 === topic }
    case .bookTicker(let symbol): bySymbol[symbol]?.bookTickers.removeAll { $0 === topic }
    case .miniTicker(let symbol), .ticker(let symbol), .partialDepth(let symbol, _):
      bySymbol[symbol]?.paced.removeAll { $0 === topic }
      pacedCount -= 1
    case .allMiniTickers:
      allMiniTickers = nil
      pacedCount -= 1
    case .unknown: break
    }
  }

  /// Whether every listener takes more at once.
  var isWritable: Bool { sessions.values.allSatisfy { $0.peer?.isWritable ?? true } }

  func flush() {
    for session in sessions.values { session.peer?.flush() }
  }

  static func combine(_ name: String, _ payload: [UInt8]) -> ByteBuffer {
    var json = JSONWriter(capacity: payload.count + name.utf8.count + 32)
    json.object {
      $0.field("stream", name)
      $0.key("data")
      $0.literal(payload)
    }
    return ByteBuffer(bytes: json.bytes)
  }
}
