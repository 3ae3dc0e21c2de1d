package import BotAPI
package import TTRPC
import TradingModel

/// What a daemon knows of its results: of one bot, or of all.
package struct AccountResults: Sendable {
  package var stats: V1.Stats
  /// The bots that they are of, removed ones left out.
  package var bots: [V1.Bot]
  package var points: [V1.EquityPoint]
  package var entries: [V1.LedgerEntry]

  /// - Parameter bot: `nil`: all bots of the quote asset with the most capital.
  /// - Throws: the error of the first call that failed.
  package static func read(_ session: Session, bot: String?) async throws(RPCError) -> AccountResults {
    var stats = V1.Stats()
    var bots: [V1.Bot] = []
    if let bot {
      stats = try await session.bots.getBotStats(V1.GetBotStatsRequest(botID: bot), timeout: session.timeout).stats ?? stats
      if let known = try await session.bots.getBot(V1.GetBotRequest(botID: bot), timeout: session.timeout).bot { bots = [known] }
    } else {
      stats = try await session.portfolio.getPortfolioSummary(timeout: session.timeout).stats ?? stats
      bots = try await Pages.read { (size, token) throws(RPCError) in
        let response = try await session.bots.listBots(V1.ListBotsRequest(pageSize: size, pageToken: token), timeout: session.timeout)
        return (response.bots, response.nextPageToken)
      }
    }
    let points = try await Pages.read { (size, token) throws(RPCError) in
      let request = V1.GetEquityCurveRequest(botID: bot ?? "", pageSize: size, pageToken: token)
      let response = try await session.portfolio.getEquityCurve(request, timeout: session.timeout)
      return (response.points, response.nextPageToken)
    }
    // Of bots that had the same id one after the other, the one that is there.
    let created = bot == nil ? nil : bots.first?.createdSequence
    let entries = try await LedgerPages.read(session, bots: bot.map { [$0] } ?? []).filter {
      $0.quoteAsset == stats.quoteAsset && (created == nil || $0.botCreatedSequence == created)
    }
    return AccountResults(stats: stats, bots: bots, points: points, entries: entries)
  }
}
