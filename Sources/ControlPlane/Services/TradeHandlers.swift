import BotAPI
import Journal
import TTRPC
import TradingCore
import TradingModel
import Venue

/// `TradeService.ListTrades`: fills from the journal, by sequence either way.
struct TradeHandlers: Sendable {
  let context: ControlContext

  func register(on server: RPCServer) {
    server.serveFromJournal(V1.TradeService.listTrades, context) {
      (request: V1.ListTradesRequest) throws(RPCError) -> JournalQuery<V1.ListTradesResponse> in try list(request)
    }
  }

  private struct Filter: Sendable {
    var bots: Set<BotID>
    var symbols: Set<Symbol>
    var range: TimeRange
    func matches(_ entry: JournalEntry) -> Bool {
      guard case .fill(let record) = entry.record, range.contains(record.fill.time) else { return false }
      guard bots.isEmpty || record.botID.map(bots.contains) ?? false else { return false }
      return symbols.isEmpty || symbols.contains(record.fill.symbol)
    }
  }

  private func list(_ request: V1.ListTradesRequest) throws(RPCError) -> JournalQuery<V1.ListTradesResponse> {
    var check = RequestCheck()
    let size = check.pageSize(request.pageSize, context.limits)
    check.notNegative(request.afterSequence, field: "after_sequence")
    let filter = Filter(
      bots: check.botIDs(request.botIDs), symbols: check.symbols(request.symbols),
      range: check.range(request.fromTimeNs, request.toTimeNs))
    let token = check.numericToken(request.pageToken)
    try check.finish()
    let after = UInt64(clamping: request.afterSequence)
    if request.newestFirst {
      return JournalQuery { journal, limit in try Self.newest(before: token ?? .max, after: after, size, filter, journal, limit) }
    }
    return JournalQuery { journal, limit in try Self.oldest(after: max(after, token ?? 0), size, filter, journal, limit) }
  }

  private static func oldest(
    after: UInt64, _ size: Int, _ filter: Filter, _ journal: Journal, _ limit: ReadLimit
  ) throws -> V1.ListTradesResponse {
    var response = V1.ListTradesResponse()
    var after = max(after, try journal.sequence(before: filter.range.from))
    let bot = filter.bots.count == 1 ? filter.bots.first : nil
    let symbol = filter.symbols.count == 1 ? filter.symbols.first : nil
    while true {
      let page = try journal.fills(after: after, limit: 1_000, botID: bot, symbol: symbol)
      for entry in page {
        if filter.matches(entry), let trade = V1.Trade(entry) {
          if response.trades.count == size {
            response.nextPageToken = String(after)
            return response
          }
          response.trades.append(trade)
        }
        after = entry.sequence
      }
      if page.count < 1_000 { return response }
      try limit.check()
    }
  }

  /// Walks windows of sequences backwards.
  private static func newest(
    before: UInt64, after: UInt64, _ size: Int, _ filter: Filter, _ journal: Journal, _ limit: ReadLimit
  ) throws -> V1.ListTradesResponse {
    var response = V1.ListTradesResponse()
    let after = max(after, try journal.sequence(before: filter.range.from))
    let last = journal.lastSequence
    var high = min(before, last == .max ? last : last + 1)
    let window = UInt64(Journal.readEntriesMaximum)
    let bot = filter.bots.count == 1 ? filter.bots.first : nil
    while high > after + 1 {
      let low = max(after, high > window ? high - window : 0)
      let page = try journal.entries(after: low, limit: Int(high - low), kinds: [.fill], botID: bot)
      for entry in page.reversed() where entry.sequence < high && filter.matches(entry) {
        guard let trade = V1.Trade(entry) else { continue }
        if response.trades.count == size {
          response.nextPageToken = response.trades.last.map { String($0.sequence) } ?? ""
          return response
        }
        response.trades.append(trade)
      }
      high = low + 1
      if low == after { break }
      try limit.check()
    }
    return response
  }
}
