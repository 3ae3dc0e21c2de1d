import Time
import BotAPI
import Journal
import TTRPC
import TradingCore
import TradingModel

/// `PortfolioService.GetEquityCurve`. The portfolio's curve is the recorded one; a bot's is its capital plus what its fills realized,
/// one point per selling fill. Drawdowns count from the highest point of the range that was asked for.
struct EquityCurve: Sendable {
  let context: ControlContext

  /// Where a page goes on: after which entry, with which running figures.
  private struct Cursor: Sendable {
    var sequence: UInt64 = 0
    var peak: FixedDecimal?
    /// Bots only: realized before the next entry.
    var realized: FixedDecimal = .zero

    var token: String { "\(sequence):\(peak?.description ?? ""):\(realized)" }

    init() {}
    init?(token: String) {
      let parts = token.split(separator: ":", omittingEmptySubsequences: false)
      guard token.utf8.count <= 200, parts.count == 3, let sequence = UInt64(parts[0]), let realized = FixedDecimal(text: parts[2]) else {
        return nil
      }
      self.sequence = sequence
      self.realized = realized
      if !parts[1].isEmpty {
        guard let peak = FixedDecimal(text: parts[1]) else { return nil }
        self.peak = peak
      }
    }

    mutating func point(_ equity: FixedDecimal, at time: Timestamp) -> V1.EquityPoint {
      let highest = max(peak ?? equity, equity)
      peak = highest
      return V1.EquityPoint(timeNs: time.nanoseconds, equity: equity.description, drawdown: (highest - equity).description)
    }
  }

  func query(_ request: V1.GetEquityCurveRequest) throws(RPCError) -> JournalQuery<V1.GetEquityCurveResponse> {
    var check = RequestCheck()
    let size = check.pageSize(request.pageSize, context.limits)
    check.notNegative(request.fromTimeNs, field: "from_time_ns")
    check.notNegative(request.toTimeNs, field: "to_time_ns")
    let id = request.botID.isEmpty ? nil : check.botID(request.botID)
    var cursor = Cursor()
    if !request.pageToken.isEmpty {
      if let given = Cursor(token: request.pageToken) { cursor = given } else { check.malformedToken() }
    }
    try check.finish()
    let from = Timestamp(nanoseconds: request.fromTimeNs)
    let to = request.toTimeNs == 0 ? .distantFuture : Timestamp(nanoseconds: request.toTimeNs)
    let start = cursor
    guard let id else {
      return JournalQuery { journal, limit in try Self.portfolio(from: from, to: to, size, start, journal, limit) }
    }
    guard let bot = context.board.entry(id) else { throw ErrorMapping.botNotFound(id.text) }
    let capital = bot.snapshot.configuration.capital
    return JournalQuery { journal, limit in try Self.bot(id, capital, from: from, to: to, size, start, journal, limit) }
  }

  private static func portfolio(
    from: Timestamp, to: Timestamp, _ size: Int, _ start: Cursor, _ journal: Journal, _ limit: ReadLimit
  ) throws -> V1.GetEquityCurveResponse {
    var response = V1.GetEquityCurveResponse()
    var cursor = start
    while true {
      // The first page finds its place by time, later ones by sequence: core time never goes back, so both orders agree.
      let page =
        cursor.sequence == 0
        ? try journal.equity(from: from, to: to, limit: size + 1)
        : try journal.entries(after: cursor.sequence, limit: size + 1, kinds: [.equity])
      for entry in page {
        guard case .equity(let point) = entry.record, entry.time >= from else { continue }
        guard entry.time < to else { return response }
        if response.points.count == size {
          response.nextPageToken = cursor.token
          return response
        }
        response.points.append(cursor.point(point.equity, at: entry.time))
        cursor.sequence = entry.sequence
      }
      if page.count <= size { return response }
      try limit.check()
    }
  }

  private static func bot(
    _ id: BotID, _ capital: Amount, from: Timestamp, to: Timestamp, _ size: Int, _ start: Cursor, _ journal: Journal, _ limit: ReadLimit
  ) throws -> V1.GetEquityCurveResponse {
    var response = V1.GetEquityCurveResponse()
    var cursor = start
    while true {
      let page = try journal.fills(after: cursor.sequence, limit: 1_000, botID: id)
      for entry in page {
        guard case .fill(let record) = entry.record, entry.time < to else { return response }
        if response.points.count == size, record.side == .sell {
          response.nextPageToken = cursor.token
          return response
        }
        cursor.realized += record.realizedPnL
        cursor.sequence = entry.sequence
        guard record.side == .sell, entry.time >= from else { continue }
        response.points.append(cursor.point(capital + cursor.realized, at: entry.time))
      }
      if page.count < 1_000 { return response }
      try limit.check()
    }
  }
}
