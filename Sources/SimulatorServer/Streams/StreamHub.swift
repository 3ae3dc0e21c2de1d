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
    /// The same for streams of all symbols.
    var lastVersions: [Symbol: Int64] = [:]
    /// Diff-depth streams: what is not told yet.
    var difference: DepthDifference?

    init(name: String) {
      self.name = name
      stream = StreamName(name)
    }

    /// While faults are asked for: takes the message in the listeners' place.
    var interceptor: ((Topic, [UInt8]) -> Void)?

    /// Sends one message to every listener.
    func send(_ payload: [UInt8]) {
      if let interceptor { interceptor(self, payload) } else { deliver(payload) }
    }

    /// The bytes are laid out once per form.
    func deliver(_ payload: [UInt8]) {
      var forms = Forms(name: name, payload: payload)
      for listener in listeners { listener.peer?.send(forms.buffer(isCombined: listener.isCombined, in: listener.timeUnit)) }
    }
  }

  /// One message in the forms that listeners have asked for.
  private struct Forms {
    let name: String
    let payload: [UInt8]
    private var raw: ByteBuffer?
    private var combined: ByteBuffer?
    private var rawMicroseconds: ByteBuffer?
    private var combinedMicroseconds: ByteBuffer?

    init(name: String, payload: [UInt8]) {
      self.name = name
      self.payload = payload
    }

    mutating func buffer(isCombined: Bool, in unit: TimeUnit) -> ByteBuffer {
      let known =
        switch (isCombined, unit) {
        case (false, .milliseconds): raw
        case (true, .milliseconds): combined
        case (false, .microseconds): rawMicroseconds
        case (true, .microseconds): combinedMicroseconds
        }
      if let known { return known }
      let bytes = unit.written(payload)
      let made = isCombined ? StreamHub.combine(name, bytes) : ByteBuffer(bytes: bytes)
      switch (isCombined, unit) {
      case (false, .milliseconds): raw = made
      case (true, .milliseconds): combined = made
      case (false, .microseconds): rawMicroseconds = made
      case (true, .microseconds): combinedMicroseconds = made
      }
      return made
    }
  }

  /// The topics of one symbol, by kind.
  final class SymbolTopics {
    /// Candles that begin as in UTC.
    var klines: [(interval: Interval, topic: Topic)] = []
    /// Candles of another time zone, joined from those of `base`.
    var zonedKlines: [ZonedKline] = []
    var trades: [Topic] = []
    var aggregateTrades: [Topic] = []
    var bookTickers: [Topic] = []
    /// Those sent at intervals of simulated time.
    var paced: [Topic] = []
  }

  struct ZonedKline {
    var interval: Interval
    var zone: TimeZoneOffset
    var topic: Topic
  }

  private(set) var topics: [String: Topic] = [:]
  private var bySymbol: [Symbol: SymbolTopics] = [:]
  /// Streams of all symbols at once.
  private(set) var arrays: [Topic] = []
  private(set) var sessions: [ObjectIdentifier: StreamSession] = [:]
  /// Subscriptions of all connections together.
  private(set) var subscriptionCount = 0
  /// Topics with a pace, and those of them with one of 100 ms.
  private(set) var pacedCount = 0
  private var fastCount = 0
  /// The symbols that are traded here; `nil`: any.
  var symbols: Set<Symbol>?
  /// The whole book of a symbol.
  var depth: (Symbol) -> DepthDifference.Snapshot? = { _ in nil }
  /// Called after every change of subscriptions.
  var onChange: () -> Void = {}
  /// Set while faults may strike market messages.
  var interceptor: ((Topic, [UInt8]) -> Void)? {
    didSet { for topic in topics.values { topic.interceptor = interceptor } }
  }

  func topics(of symbol: Symbol) -> SymbolTopics? { bySymbol[symbol] }

  func add(_ session: StreamSession) { sessions[ObjectIdentifier(session)] = session }

  func remove(_ session: StreamSession) {
    for name in session.names { unsubscribe(session, name) }
    sessions[ObjectIdentifier(session)] = nil
  }

  /// When paced streams speak next; in the distant future where there are none.
  func nextPaced(after time: Timestamp) -> Timestamp {
    guard pacedCount > 0 else { return .distantFuture }
    let pace: Int64 = fastCount > 0 ? 100 : 1_000
    return Timestamp(milliseconds: time.milliseconds / pace * pace).advanced(byMilliseconds: pace)
  }

  /// Why a stream cannot be subscribed to; `nil` where it can.
  ///
  /// The exchange confirms any name and stays silent (web-socket-streams.md lists no error for it). Here a name that nothing will ever come
  /// for is refused with error 2, so that a mistake shows at once and is not taken for a quiet market.
  func refusal(of name: String) -> String? {
    let stream = StreamName(name)
    if case .unknown(let reason) = stream { return "stream `\(name)`: \(reason)" }
    guard let symbol = stream.symbol, let symbols, !symbols.contains(symbol) else { return nil }
    return "stream `\(name)`: symbol \(symbol.text) is not traded here"
  }

  /// Whether a name in a URL only tells connections apart, as one client numbers them (`/ws/0`).
  func isLabel(_ name: String) -> Bool { name.utf8.allSatisfy { $0 &- 48 <= 9 } }

  func subscribe(_ session: StreamSession, _ name: String) {
    guard !session.names.contains(name) else { return }
    session.names.append(name)
    subscriptionCount += 1
    if let topic = topics[name] {
      topic.listeners.append(session)
    } else {
      let topic = Topic(name: name)
      topic.interceptor = interceptor
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
    count(topic.stream, 1)
    guard let symbol = topic.stream.symbol else {
      if topic.stream.paceMilliseconds != nil { arrays.append(topic) }
      return
    }
    let entry = entry(symbol)
    switch topic.stream {
    case .kline(_, let interval, let zone) where zone.leavesAlone(interval): entry.klines.append((interval, topic))
    case .kline(_, let interval, let zone): entry.zonedKlines.append(ZonedKline(interval: interval, zone: zone, topic: topic))
    case .trade: entry.trades.append(topic)
    case .aggregateTrade: entry.aggregateTrades.append(topic)
    case .bookTicker: entry.bookTickers.append(topic)
    case .blockTrade, .unknown: break
    default: entry.paced.append(topic)
    }
    if case .depthUpdates = topic.stream { topic.difference = depth(symbol).map { DepthDifference($0) } }
  }

  private func unindex(_ topic: Topic) {
    count(topic.stream, -1)
    arrays.removeAll { $0 === topic }
    guard let symbol = topic.stream.symbol, let entry = bySymbol[symbol] else { return }
    entry.klines.removeAll { $0.topic === topic }
    entry.zonedKlines.removeAll { $0.topic === topic }
    entry.trades.removeAll { $0 === topic }
    entry.aggregateTrades.removeAll { $0 === topic }
    entry.bookTickers.removeAll { $0 === topic }
    entry.paced.removeAll { $0 === topic }
  }

  private func count(_ stream: StreamName, _ change: Int) {
    guard let pace = stream.paceMilliseconds else { return }
    pacedCount += change
    if pace < 1_000 { fastCount += change }
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
