import Presentation
import Time
import CandleFiles
import TradingModel
import Venue

/// Replays a recorded feed: lines of `<collector's clock in ns> <combined-stream JSON>`, plain or gzip. Trades and book tickers drive
/// the market; other lines are skipped.
///
/// Times are the exchange's: a message that carries an event time happens then; one that carries none (bookTicker) happens at the
/// collector's time plus the difference last seen between both clocks. Time never runs back.
struct FeedFileSource: MarketSource {
  private let reader: LineReader
  private let path: String
  private var next: MarketStep?
  private var time = Timestamp.zero
  /// Exchange clock less collector clock; `nil` until the first event time.
  private var clockDifference: Int64?
  private var linesRead = 0

  init(path: String) throws(SimulatorError) {
    self.path = path
    // A look ahead for the first difference between the clocks.
    let scout = try Self.open(path)
    while clockDifference == nil, let line = try Self.next(of: scout) {
      if let (local, json) = Self.split(line), let event = json["data"]?["E"]?.integer {
        clockDifference = Timestamp(milliseconds: event).nanoseconds(since: local)
      }
    }
    reader = try Self.open(path)
    try prepare()
  }

  var nextTime: Timestamp? { next == nil ? nil : time }
  var progress: Double? { next == nil ? 1 : reader.fraction }
  var recordedSeries: [SeriesKey] { [] }

  mutating func step(_ steps: inout [MarketStep]) throws(SimulatorError) {
    guard let next else { return }
    steps.append(next)
    try prepare()
  }

  private static func open(_ path: String) throws(SimulatorError) -> LineReader {
    do throws(CandleFileError) { return try LineReader(path: path) } catch { throw SimulatorError(error) }
  }

  private static func next(of reader: LineReader) throws(SimulatorError) -> [UInt8]? {
    do throws(CandleFileError) { return try reader.next() } catch { throw SimulatorError(error) }
  }

  private static func split(_ line: [UInt8]) -> (local: Timestamp, json: JSONTree)? {
    guard let space = line.firstIndex(of: 32), let local = Int64(String(decoding: line[..<space], as: UTF8.self)),
      let json = JSONTree(Array(line[(space + 1)...]))
    else { return nil }
    return (Timestamp(nanoseconds: local), json)
  }

  /// Reads on to the next trade or book ticker.
  private mutating func prepare() throws(SimulatorError) {
    next = nil
    while let line = try Self.next(of: reader) {
      linesRead += 1
      if line.isEmpty { continue }
      // Most lines are depth updates; they are told by a look at the name.
      guard Self.isWanted(line) else { continue }
      guard let (local, json) = Self.split(line), let data = json["data"], let step = step(data, local: local) else {
        throw SimulatorError(.replayFile, "\(path): line \(linesRead) is not a feed line")
      }
      next = step
      return
    }
  }

  private static func isWanted(_ line: [UInt8]) -> Bool {
    let head = line.prefix(80)
    guard let at = head.firstIndex(of: UInt8(ascii: "@")) else { return false }
    let name = head[head.index(after: at)...]
    return name.starts(with: "trade\"".utf8) || name.starts(with: "bookTicker\"".utf8)
  }

  private mutating func step(_ data: JSONTree, local: Timestamp) -> MarketStep? {
    guard let symbol = data["s"]?.text.flatMap({ Symbol($0) }) else { return nil }
    func number(_ name: String) -> FixedDecimal? { data[name]?.text.flatMap { FixedDecimal(text: $0) } }
    if let event = data["E"]?.integer {
      let eventTime = Timestamp(milliseconds: event)
      clockDifference = eventTime.nanoseconds(since: local)
      time = max(time, eventTime)
      guard data["e"]?.text == "trade", let id = data["t"]?.integer, let price = number("p"), let quantity = number("q"),
        let traded = data["T"]?.integer, case .bool(let isBuyerMaker)? = data["m"]
      else { return nil }
      let trade = MarketTrade(
        symbol: symbol, id: TradeID(id), price: price, quantity: quantity, time: Timestamp(milliseconds: traded),
        isBuyerMaker: isBuyerMaker)
      return .trade(trade, eventTime: eventTime)
    }
    time = max(time, local.advanced(byNanoseconds: clockDifference ?? 0))
    guard let update = data["u"]?.integer, let bid = number("b"), let bidQuantity = number("B"), let ask = number("a"),
      let askQuantity = number("A")
    else { return nil }
    return .quote(
      Quote(symbol: symbol, bidPrice: bid, bidQuantity: bidQuantity, askPrice: ask, askQuantity: askQuantity, time: time),
      updateID: update)
  }
}
