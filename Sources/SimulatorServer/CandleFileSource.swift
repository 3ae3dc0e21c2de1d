import TradingModel
import Venue
import VenueSimulated

/// Replays a CSV file of candles: header `open_time,open,high,low,close,volume`, optionally with `quote_volume` and `trades`.
///
/// Every candle becomes four trades and four kline updates along ``IntrabarPath`` and, one millisecond after its close time, the
/// closed candle exactly as recorded.
struct CandleFileSource: MarketSource {
  /// Rows kept in memory at most; a longer file is refused.
  static let rowsMaximum = 2_000_000

  let series: SeriesKey
  private let rows: [Candle]
  private let step: Quantity
  private var row = 0
  /// 0…3: a point of the path; 4: the close.
  private var phase = 0
  private var points: [IntrabarPath.Point] = []
  private var nextTradeID: Int64 = 1
  private var firstTradeID: Int64 = 1

  init(path: String, series: SeriesKey, stepSize: Quantity) throws(SimulatorError) {
    self.series = series
    step = stepSize
    rows = try Self.read(path)
    prepare()
  }

  var nextTime: Timestamp? {
    guard row < rows.count else { return nil }
    return phase < 4 ? points[phase].time : series.interval.nextOpenTime(after: rows[row].openTime)
  }

  var progress: Double? { rows.isEmpty ? 1 : Double(row) / Double(rows.count) }
  var recordedSeries: [SeriesKey] { [series] }

  private mutating func prepare() {
    guard row < rows.count else { return }
    points = IntrabarPath.points(of: rows[row], interval: series.interval, step: step)
    firstTradeID = nextTradeID
  }

  mutating func step(_ steps: inout [MarketStep]) {
    guard row < rows.count else { return }
    let candle = rows[row]
    guard phase < 4 else {
      steps.append(.candle(series.symbol, series.interval, kline(candle), isClosed: true))
      row += 1
      phase = 0
      prepare()
      return
    }
    let point = points[phase]
    let rises = phase == 0 ? point.price >= candle.open : point.price >= points[phase - 1].price
    let trade = MarketTrade(
      symbol: series.symbol, id: TradeID(nextTradeID), price: point.price, quantity: point.quantity, time: point.time,
      isBuyerMaker: !rises)
    nextTradeID += 1
    phase += 1
    steps.append(.candle(series.symbol, series.interval, kline(partial(of: candle)), isClosed: false))
    steps.append(.trade(trade, eventTime: point.time))
  }

  /// The candle as far as its path has gone.
  private func partial(of candle: Candle) -> Candle {
    let walked = points.prefix(phase)
    var partial = Candle(
      openTime: candle.openTime, open: candle.open, high: candle.open, low: candle.open, close: candle.open, volume: .zero,
      tradeCount: Int64(phase))
    for point in walked {
      partial.high = max(partial.high, point.price)
      partial.low = min(partial.low, point.price)
      partial.close = point.price
      partial.volume += point.quantity
      partial.quoteVolume += point.price * point.quantity
    }
    return partial
  }

  private func kline(_ candle: Candle) -> Kline {
    Kline(candle: candle, firstTradeID: firstTradeID, lastTradeID: max(firstTradeID, nextTradeID - 1))
  }

  private static func read(_ path: String) throws(SimulatorError) -> [Candle] {
    let reader = try LineReader(path: path)
    guard let header = try reader.next(), header.starts(with: "open_time,open,high,low,close,volume".utf8) else {
      throw SimulatorError(.replayFile, "\(path): the first line must be open_time,open,high,low,close,volume[,quote_volume,trades]")
    }
    let hasMore = header.split(separator: UInt8(ascii: ",")).count >= 8
    var rows: [Candle] = []
    while let line = try reader.next() {
      if line.isEmpty { continue }
      guard let candle = candle(line, hasMore: hasMore), candle.isConsistent, candle.openTime > rows.last?.openTime ?? .zero else {
        throw SimulatorError(.replayFile, "\(path): line \(reader.lineNumber) is not a candle, or not later than the one before")
      }
      guard rows.count < rowsMaximum else { throw SimulatorError(.replayFile, "\(path): more than \(rowsMaximum) candles") }
      rows.append(candle)
    }
    return rows
  }

  private static func candle(_ line: [UInt8], hasMore: Bool) -> Candle? {
    let cells = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard cells.count >= 6, let time = Int64(String(decoding: cells[0], as: UTF8.self)) else { return nil }
    var numbers: [FixedDecimal] = []
    for cell in cells[1...5] {
      guard let number = cell.withUnsafeBufferPointer({ FixedDecimal(utf8: $0) }) else { return nil }
      numbers.append(number)
    }
    var candle = Candle(
      openTime: Timestamp(milliseconds: time), open: numbers[0], high: numbers[1], low: numbers[2], close: numbers[3], volume: numbers[4])
    if hasMore, cells.count >= 8 {
      guard let quote = cells[6].withUnsafeBufferPointer({ FixedDecimal(utf8: $0) }),
        let trades = Int64(String(decoding: cells[7], as: UTF8.self))
      else { return nil }
      candle.quoteVolume = quote
      candle.tradeCount = trades
    }
    return candle
  }
}
