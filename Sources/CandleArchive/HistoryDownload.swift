import CandleFiles
import ServiceRuntime
public import Time
public import TradingModel

/// Fills what a data directory lacks of one market: whole months from the archive, days of the present month, the rest by REST.
///
/// A month that is complete is not asked for again, and one that is not goes on where it ends. Holes of the archive are asked of REST; what
/// both lack the exchange has not.
public struct HistoryDownload: Sendable {
  /// What happened, as it happens.
  public enum Event: Sendable {
    /// Of `total` months, `done` are there; the newest from where, and how many candles it has.
    case month(SeriesKey, CalendarMonth, source: String, candles: Int, done: Int, total: Int)
    /// A finding that did not end it.
    case warning(SeriesKey, String)
  }

  /// What a run came to.
  public struct Summary: Sendable {
    public var series: SeriesKey
    /// Months that were written, and those that were there.
    public var fetched = 0
    public var kept = 0
    /// Candles that are new.
    public var candles = 0
  }

  private static let settleMilliseconds: Int64 = 5_000
  /// Fewer candles than these pages hold are asked of REST instead of the archive.
  private static let pagesWorthwhile = 3
  /// Candles a day from which on the archive's days are worth two requests each.
  private static let dailyWorthwhile = 480
  /// Holes of one month that are asked of REST.
  private static let holesMaximum = 200

  private let source: HistorySource
  private let store: CandleStore
  private let series: SeriesKey
  private let tell: @Sendable (Event) -> Void

  public init(_ series: SeriesKey, source: HistorySource, store: CandleStore, tell: @escaping @Sendable (Event) -> Void) {
    (self.series, self.source, self.store, self.tell) = (series, source, store, tell)
  }

  /// What the exchange says of the market before anything is fetched.
  private struct Market {
    var now: Timestamp
    /// `nil`: REST does not list the symbol, or cannot be reached.
    var firstCandle: Timestamp?
    var hasREST: Bool
    var reason: String
  }

  /// Fetches what is missing in the months from the one that contains `from` up to the one before which `to` lies.
  ///
  /// - Parameters:
  ///   - from: `nil`: from the newest month that is kept.
  ///   - to: `nil`: up to now.
  /// - Throws: ``HistoryFailure``; what was written until then stays.
  public func run(from: Timestamp?, to: Timestamp?) async throws(HistoryFailure) -> Summary {
    store.removeRemnants(of: series)
    let market = try await ask()
    guard let from = from ?? store.months(of: series).last?.month.start else {
      throw HistoryFailure(
        .damaged, "nothing is kept of \(series.symbol) \(series.interval) yet: say from when on, for example --from 2023-01")
    }
    let end = min(to ?? market.now, market.now)
    var months: [CalendarMonth] = []
    var month = CalendarMonth(containing: from)
    while month.start < end {
      months.append(month)
      month = month.next
    }
    guard !months.isEmpty else { throw HistoryFailure(.damaged, "--from lies in the future: the exchange has \(market.now)") }
    // Nothing was traded before the first candle.
    if let first = market.firstCandle {
      months.removeAll { $0.end <= first }
      guard !months.isEmpty else {
        throw HistoryFailure(
          .noCandles,
          "the exchange's first \(series.interval) candle of \(series.symbol) opened on \(CalendarMonth.date(first)), nothing was traded before: leave --to out, or say a later one"
        )
      }
    }
    var summary = Summary(series: series)
    for (index, month) in months.enumerated() {
      let (origin, candles, fresh) = try await fill(month, market)
      switch origin {
      case nil: summary.kept += 1
      case .some:
        summary.fetched += candles > 0 ? 1 : 0
        summary.candles += fresh
      }
      tell(.month(series, month, source: origin ?? "there", candles: candles, done: index + 1, total: months.count))
    }
    guard market.hasREST || summary.fetched + summary.kept > 0 else {
      throw HistoryFailure(.unknownSymbol, "neither the archive nor the exchange has candles of \(series.symbol) then: \(market.reason)")
    }
    return summary
  }

  private func ask() async throws(HistoryFailure) -> Market {
    do throws(HistoryFailure) {
      let now = try await source.time()
      do throws(HistoryFailure) {
        guard let first = try await source.page(series, from: .zero, to: now, limit: 1).first?.openTime else {
          throw HistoryFailure(.noCandles, "")
        }
        return Market(now: now, firstCandle: first, hasREST: true, reason: "")
      } catch {
        if error.code == .noCandles { throw await none(at: now) }
        // The archive keeps what the exchange does not list any more.
        guard error.code == .unknownSymbol else { throw error }
        tell(.warning(series, "the exchange does not list \(series.symbol) (any more); the archive alone is asked"))
        return Market(now: now, firstCandle: nil, hasREST: false, reason: error.description)
      }
    } catch {
      guard error.code == .unreachable else { throw error }
      tell(.warning(series, "\(error); the archive alone is asked"))
      return Market(now: WallClock.now(), firstCandle: nil, hasREST: false, reason: error.description)
    }
  }

  /// The exchange lists the symbol and has no candle of the interval: which it has.
  private func none(at now: Timestamp) async -> HistoryFailure {
    var others: [Interval] = []
    for interval in Interval.allCases where interval != series.interval {
      let key = SeriesKey(symbol: series.symbol, interval: interval)
      if (try? await source.page(key, from: .zero, to: now, limit: 1))?.isEmpty == false { others.append(interval) }
    }
    let what = others.isEmpty ? "; it was never traded" : ": it has \(others.map(\.rawValue).joined(separator: ", "))"
    return HistoryFailure(.noCandles, "the exchange has no \(series.interval) candles of \(series.symbol)\(what)")
  }

  // MARK: A month

  /// A month that is being filled.
  private struct Filling {
    var candles: [Candle]
    /// Everything before is there.
    var end: Timestamp
    var origins: [String] = []

    mutating func add(_ more: [Candle], until end: Timestamp, from origin: String) {
      let last = candles.last?.openTime
      candles += more.filter { candle in last.map { candle.openTime > $0 } ?? true }
      self.end = max(self.end, end)
      if !origins.contains(origin) { origins.append(origin) }
    }
  }

  /// Fills one month and writes it.
  ///
  /// - Returns: where its candles come from, `nil` when it was complete; how many it has, and how many of them are new.
  private func fill(_ month: CalendarMonth, _ market: Market) async throws(HistoryFailure) -> (origin: String?, candles: Int, fresh: Int) {
    let target = min(month.end, closed(market.now))
    var filling = Filling(candles: [], end: month.start)
    if let kept = store.month(series, month) {
      do throws(CandleFileError) {
        filling.candles = try store.candles(series, kept)
        filling.end = kept.completeTo
      } catch {
        tell(.warning(series, "\(error.finding): it is fetched anew"))
      }
    }
    let before = filling.candles.count
    guard filling.end < target else { return (nil, before, 0) }
    if filling.end == month.start, month.end <= market.now,
      !market.hasREST || expected(month.start, month.end) > Self.pagesWorthwhile * HistorySource.candlesPerPage
    {
      if let found = try await archived(.month(month), month.start, month.end, market) {
        filling.add(found, until: month.end, from: "archive")
      }
    }
    if filling.end < target { try await fillDays(month, market, &filling) }
    if filling.end < target, market.hasREST {
      let rest = try await pages(filling.end, target)
      filling.add(rest, until: target, from: "REST")
    }
    guard filling.end > month.start, !filling.origins.isEmpty else { return ("nothing", 0, 0) }
    if market.hasREST { try await fillHoles(month, market, &filling) }
    do throws(CandleStore.Failure) {
      try store.write(series, month, filling.candles, completeTo: filling.end)
    } catch {
      throw HistoryFailure(.disk, error.description)
    }
    return (filling.origins.joined(separator: " and "), filling.candles.count, filling.candles.count - before)
  }

  /// Where the newest candle that is closed for good ends.
  private func closed(_ now: Timestamp) -> Timestamp {
    series.interval.openTime(containing: now.advanced(byMilliseconds: -Self.settleMilliseconds))
  }

  private func expected(_ from: Timestamp, _ to: Timestamp) -> Int { series.interval.candleCount(from: from, to: to) }

  /// A file of the archive; `nil` when it has none, or one that cannot be believed while REST can be asked instead.
  private func archived(
    _ piece: HistorySource.Piece, _ start: Timestamp, _ end: Timestamp, _ market: Market
  ) async throws(HistoryFailure) -> [Candle]? {
    if market.hasREST, source.isArchiveOut { return nil }
    do throws(HistoryFailure) {
      return try await source.candles(series, piece)?.filter { $0.openTime >= start && $0.openTime < end }
    } catch {
      guard error.code == .damaged || error.code == .unreachable && market.hasREST else { throw error }
      let verdict = error.code == .damaged ? "; not believed" : ""
      tell(.warning(series, "\(error)\(verdict)\(market.hasREST ? "; asked elsewhere" : "")"))
      return nil
    }
  }

  /// The archive's days that are over, one after the other, as far as there are any.
  private func fillDays(_ month: CalendarMonth, _ market: Market, _ filling: inout Filling) async throws(HistoryFailure) {
    let perDay = Int(86_400_000 / series.interval.milliseconds)
    guard perDay >= Self.dailyWorthwhile || !market.hasREST && perDay >= 1 else { return }
    // Days of long ago have a month, or none.
    guard market.hasREST || month.next.next.start > market.now else { return }
    for day in month.days {
      let end = Interval.oneDay.nextOpenTime(after: day)
      guard end > filling.end else { continue }
      if let first = market.firstCandle, end <= first { continue }
      guard end <= market.now, let found = try await archived(.day(day), day, end, market) else { return }
      filling.add(found, until: end, from: "archive (days)")
    }
  }

  private func pages(_ from: Timestamp, _ to: Timestamp) async throws(HistoryFailure) -> [Candle] {
    var all: [Candle] = []
    var start = from
    while start < to {
      let page = try await source.page(series, from: start, to: to)
      guard let last = page.last else { break }
      all += page
      // A page may be short because a row of it was none; only an empty one is the end.
      start = series.interval.nextOpenTime(after: last.openTime)
    }
    return all
  }

  /// Asks REST for what is missing between candles; what it lacks too is no candle of the exchange.
  private func fillHoles(_ month: CalendarMonth, _ market: Market, _ filling: inout Filling) async throws(HistoryFailure) {
    guard filling.origins != ["REST"] else { return }
    let first = series.interval.openTime(containing: max(market.firstCandle ?? month.start, month.start))
    var expected = first < month.start ? series.interval.nextOpenTime(after: first) : first
    var holes: [(from: Timestamp, to: Timestamp)] = []
    for candle in filling.candles {
      if candle.openTime > expected { holes.append((expected, candle.openTime)) }
      expected = series.interval.nextOpenTime(after: candle.openTime)
    }
    if expected < filling.end { holes.append((expected, filling.end)) }
    guard !holes.isEmpty else { return }
    var found: [Candle] = []
    for hole in holes.prefix(Self.holesMaximum) { found += try await pages(hole.from, hole.to) }
    guard !found.isEmpty else { return }
    tell(
      .warning(
        series,
        "\(month): the archive lacks \(found.count == 1 ? "1 candle that the exchange has; it was" : "\(found.count) candles that the exchange has; they were") added"
      ))
    filling.candles = (filling.candles + found).sorted { $0.openTime < $1.openTime }
    filling.origins.append("REST")
  }
}
