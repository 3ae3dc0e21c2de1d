import Time
import CandleFiles
import TradingModel
import Venue
import ExchangeSimulation
import MarketModel

/// Replays a file of candles as ``CandleFile`` reads it.
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

  /// - Parameter rows: in order of time.
  init(rows: [Candle], series: SeriesKey, stepSize: Quantity) {
    self.series = series
    step = stepSize
    self.rows = rows
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

  /// Holes stay holes: a replay needs no candle to follow another.
  static func read(_ path: String, _ interval: Interval) throws(SimulatorError) -> [Candle] {
    if ZipFile.isZip(path) { try ZipFile.verify(path) }
    return try plain(path, interval)
  }

  /// The candles of several files of one series, as the archive's months: in order of time, whatever order they are named in.
  static func read(_ paths: [String], _ series: SeriesKey) throws(SimulatorError) -> [Candle] {
    var files: [(path: String, rows: [Candle])] = []
    for path in paths { files.append((path, try read(path, series.interval))) }
    files.removeAll { $0.rows.isEmpty }
    files.sort { ($0.rows.first?.openTime ?? .zero) < ($1.rows.first?.openTime ?? .zero) }
    var all: [Candle] = []
    for (index, file) in files.enumerated() {
      if let last = all.last, let first = file.rows.first, first.openTime <= last.openTime {
        throw SimulatorError(.replayFile, "\(file.path): \(series) is given twice: it overlaps with \(files[index - 1].path)")
      }
      guard all.count + file.rows.count <= rowsMaximum else {
        throw SimulatorError(.replayFile, "\(file.path): the files of \(series) hold more than \(rowsMaximum) candles together")
      }
      all += file.rows
    }
    return all
  }

  private static func plain(_ path: String, _ interval: Interval) throws(SimulatorError) -> [Candle] {
    do throws(CandleFileError) {
      return try CandleFile.read(
        path: path, options: CandleReadOptions(interval: interval, allowGaps: true, rowsMaximum: rowsMaximum)
      ).candles
    } catch {
      // Another file may hold something.
      if error.code == .empty { return [] }
      throw SimulatorError(error)
    }
  }
}

extension SimulatorError {
  /// A recording cannot be used. Remedies are left out: they are options of other programs.
  init(_ error: CandleFileError) { self.init(.replayFile, error.finding) }
}
