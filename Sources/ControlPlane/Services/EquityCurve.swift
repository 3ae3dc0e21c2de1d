import Accounting
import BotAPI
import Journal
import Statistics
import Synchronization
import TTRPC
import Time
import TradingCore
import TradingModel

/// `PortfolioService.GetEquityCurve`: the equity series of a bot or of the portfolio, as the book folds it from the journal. Falls count
/// from the highest value of the range that was asked for; capital that comes or goes is a flow, and no fall.
struct EquityCurve: Sendable {
  let context: ControlContext

  /// Whose curve it is.
  enum Owner: Hashable, Sendable {
    case bot(BotKey)
    /// By its number in the book.
    case portfolio(Int)
  }

  /// The range that is wanted.
  struct Span: Hashable, Sendable {
    var owner: Owner
    var from: Timestamp
    var to: Timestamp
  }

  func query(_ request: V1.GetEquityCurveRequest) throws(RPCError) -> JournalQuery<V1.GetEquityCurveResponse> {
    var check = RequestCheck()
    let size = check.pageSize(request.pageSize, context.limits)
    check.notNegative(request.fromTimeNs, field: "from_time_ns")
    check.notNegative(request.toTimeNs, field: "to_time_ns")
    let id = request.botID.isEmpty ? nil : check.botID(request.botID)
    let skipped = check.numericToken(request.pageToken) ?? 0
    try check.finish()
    var owner = Owner.portfolio(context.books.read { $0.mainPortfolio } ?? 0)
    if let id {
      guard let bot = context.board.entry(id) else { throw ErrorMapping.botNotFound(id.text) }
      owner = .bot(bot.snapshot.key)
    }
    let to = request.toTimeNs == 0 ? Timestamp.distantFuture : Timestamp(nanoseconds: request.toTimeNs)
    let span = Span(owner: owner, from: Timestamp(nanoseconds: request.fromTimeNs), to: to)
    let folds = context.curves
    return JournalQuery { journal, limit in
      var fold = folds.take(span, points: skipped) ?? EquityFold(span)
      let response = try fold.page(size, from: skipped, journal, limit)
      if let next = UInt64(response.nextPageToken) { folds.keep(fold, points: next) }
      return response
    }
  }
}

/// A curve on its way: how far the journal is folded, and the points that came of it.
struct EquityFold: Sendable {
  let span: EquityCurve.Span
  private var book = Book()
  private var sequence: UInt64 = 0
  /// The curve's own series, from the range's first point on.
  private var series = EquityStatistics()
  private var highestProfit: Amount?
  /// Points folded and not given yet, and how many were given or passed.
  private var points: [V1.EquityPoint] = []
  private var given: UInt64 = 0
  private var isOver = false

  /// What moves money, and what names its assets.
  private static let kinds: Set<RecordKind> = [
    .botCreated, .botUpdated, .botStateChanged, .botRemoved, .orderIntent, .fill, .positionAdjusted, .symbolAssets, .marked,
  ]
  private static let entriesAtOnce = 2_000

  init(_ span: EquityCurve.Span) { self.span = span }

  /// The next `size` points after the first `skipped`.
  mutating func page(_ size: Int, from skipped: UInt64, _ journal: Journal, _ limit: ReadLimit) throws -> V1.GetEquityCurveResponse {
    while !isOver, given + UInt64(points.count) <= skipped + UInt64(size) {
      let page = try journal.entries(after: sequence, limit: Self.entriesAtOnce, kinds: Self.kinds)
      for entry in page { take(entry) }
      isOver = isOver || page.count < Self.entriesAtOnce
      dropPassed(skipped)
      try limit.check()
    }
    dropPassed(skipped)
    var response = V1.GetEquityCurveResponse(points: Array(points.prefix(size)))
    points.removeFirst(min(size, points.count))
    given = skipped + UInt64(response.points.count)
    if !points.isEmpty || !isOver { response.nextPageToken = String(given) }
    return response
  }

  private mutating func dropPassed(_ skipped: UInt64) {
    guard given < skipped else { return }
    let count = min(Int(clamping: skipped - given), points.count)
    points.removeFirst(count)
    given += UInt64(count)
  }

  private mutating func take(_ entry: JournalEntry) {
    sequence = entry.sequence
    guard entry.time < span.to || entry.sequence == 1 else {
      isOver = true
      return
    }
    let owner = ownPoints(entry)
    var mine: [BookPoint] = []
    book.apply(entry) { point in if point.owner == owner { mine.append(point) } }
    for point in mine { add(point) }
  }

  /// Whose points are wanted; `nil` before the bot is created.
  private func ownPoints(_ entry: JournalEntry) -> BookPoint.Owner? {
    switch span.owner {
    case .portfolio(let index): return .portfolio(index)
    case .bot(let key):
      if let number = book.number(of: key) { return .bot(number) }
      return entry.sequence == key.createdSequence ? .bot(book.accounts.count) : nil
    }
  }

  private mutating func add(_ point: BookPoint) {
    if series.begunAt == nil {
      guard point.time >= span.from else { return }
      series.flow(equity: point.equity - point.netProfit, capital: point.capital, at: point.time)
      series.observe(netProfit: point.netProfit, at: point.time)
      series.begin(at: point.time)
    } else if !point.flow.isZero {
      series.flow(equity: point.flow, capital: .zero, at: point.time)
    }
    series.observe(netProfit: point.netProfit, at: point.time)
    let highest = max(highestProfit ?? point.netProfit, point.netProfit)
    highestProfit = highest
    points.append(
      V1.EquityPoint(
        timeNs: point.time.nanoseconds, equity: point.equity.description, drawdown: (highest - point.netProfit).description,
        drawdownFraction: FixedDecimal.text(of: series.fall), netProfit: point.netProfit.description,
        flow: point.flow.isZero ? "" : point.flow.description, positionValue: point.positionValue.description))
  }
}

/// The last few curves that were left in the middle, so that the next page goes on where the one before ended.
final class EquityFolds: Sendable {
  private struct Kept: Sendable {
    var fold: EquityFold
    var points: UInt64
  }
  private static let capacity = 4
  private let kept = Mutex<[Kept]>([])

  func take(_ span: EquityCurve.Span, points: UInt64) -> EquityFold? {
    guard points > 0 else { return nil }
    return kept.withLock { kept in
      guard let index = kept.firstIndex(where: { $0.points == points && $0.fold.span == span }) else { return nil }
      return kept.remove(at: index).fold
    }
  }

  func keep(_ fold: EquityFold, points: UInt64) {
    kept.withLock { kept in
      if kept.count == Self.capacity { kept.removeFirst() }
      kept.append(Kept(fold: fold, points: points))
    }
  }
}
