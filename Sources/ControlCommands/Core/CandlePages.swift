package import BotAPI
package import TTRPC

/// Reads candles of a daemon, more than one answer holds.
package enum CandlePages {
  /// Candles that one answer holds at most.
  private static let sizeMaximum: Int64 = 1_000
  /// Most that may be asked for.
  package static let limits: ClosedRange<Int64> = 1...1_000_000

  /// The newest `limit` closed candles that the daemon holds, oldest first, and behind them the open one if asked for. Each names its
  /// symbol and interval.
  ///
  /// - Throws: the error of the first call that failed.
  package static func read(
    _ session: Session, symbol: String, interval: String, limit: Int64, includeOpen: Bool = false
  ) async throws(RPCError) -> [V1.Candle] {
    var pages: [[V1.Candle]] = []
    var closed: Int64 = 0
    var before: Int64 = 0
    while closed < limit {
      let wanted = min(sizeMaximum, limit - closed)
      let request = V1.GetCandlesRequest(
        symbol: symbol, interval: interval, limit: Int32(wanted), beforeTimeNs: before, includeOpen: includeOpen && pages.isEmpty)
      let response = try await session.market.getCandles(request, timeout: session.timeout)
      let page = response.candles.map { candle in
        var candle = candle
        if candle.symbol.isEmpty { candle.symbol = response.symbol }
        if candle.interval.isEmpty { candle.interval = response.interval }
        return candle
      }
      pages.append(page)
      let count = Int64(page.count { $0.isClosed })
      closed += count
      // A daemon that repeats its candles would go round for ever.
      guard count == wanted, let first = page.first, before == 0 || first.openTimeNs < before, first.openTimeNs > 0 else { break }
      before = first.openTimeNs
    }
    return pages.reversed().flatMap { $0 }
  }
}
