import BotAPI
import Notify
import Presentation
import TTRPC
import Time
import TradingModel

/// One statistic of one bot, or of the account, beside the rule that bounds it.
struct ThresholdFigure {
  var rule: Rule
  var threshold: Threshold
  /// Bot; empty: the account.
  var bot: String
  /// Which bot, for ever.
  var botMark: String
  var value: FixedDecimal
  var asset: String

  /// What is remembered of it.
  var key: String { "\(rule.name)/\(botMark)" }

  /// A tenth below the bound it counts as over, so that a figure that swings around it is told once.
  var standing: Courier.Standing {
    value > threshold.bound ? .passed : value > threshold.bound * FixedDecimal(9) / FixedDecimal(10) ? .near : .below
  }

  func happening(_ now: Timestamp) -> Happening {
    func shown(_ value: FixedDecimal) -> String {
      threshold.statistic.isFraction ? DecimalText.percent(value) : DecimalText.money(value, asset)
    }
    let whose = bot.isEmpty ? "the account's " : ""
    return Happening(
      time: now, kind: .threshold, level: rule.told ?? .warning, bot: bot, code: rule.name,
      what: "\(whose)\(threshold.statistic.rawValue) is \(shown(value)), above \(shown(threshold.bound))")
  }
}

enum ThresholdFigures {
  /// Every figure that the rules bound.
  ///
  /// - Throws: the error of the first call that failed.
  static func read(_ rules: [Rule], _ session: Session) async throws(RPCError) -> [ThresholdFigure] {
    var figures: [ThresholdFigure] = []
    let thresholds = rules.compactMap { rule in rule.threshold.map { (rule, $0) } }
    if thresholds.contains(where: { $0.1.bots.isEmpty }) {
      let limits = try await session.risk.getRiskLimits(timeout: session.timeout)
      let stats = try await session.portfolio.getPortfolioSummary(timeout: session.timeout).stats ?? V1.Stats()
      for (rule, threshold) in thresholds where threshold.bots.isEmpty {
        let isOfLimits = threshold.statistic == .dailyLoss || threshold.statistic == .drawdown
        let text = isOfLimits ? (threshold.statistic == .dailyLoss ? limits.dailyPnL : limits.drawdownFraction) : nil
        guard let value = text.map({ FixedDecimal(text: $0) }) ?? value(threshold.statistic, stats) else { continue }
        figures.append(
          ThresholdFigure(
            rule: rule, threshold: threshold, bot: "", botMark: "", value: threshold.statistic == .dailyLoss ? -value : value,
            asset: isOfLimits ? limits.currency : stats.quoteAsset))
      }
    }
    guard thresholds.contains(where: { !$0.1.bots.isEmpty }) else { return figures }
    let bots = try await Pages.read { (size, token) throws(RPCError) in
      let response = try await session.bots.listBots(V1.ListBotsRequest(pageSize: size, pageToken: token), timeout: session.timeout)
      return (response.bots, response.nextPageToken)
    }
    for bot in bots {
      let wanted = thresholds.filter { $0.1.bots.contains { $0.matches(bot.id) } }
      guard !wanted.isEmpty else { continue }
      // It may be removed meanwhile.
      guard let stats = try await stats(of: bot, session) else { continue }
      for (rule, threshold) in wanted {
        guard let value = value(threshold.statistic, stats) else { continue }
        figures.append(
          ThresholdFigure(
            rule: rule, threshold: threshold, bot: bot.id, botMark: "\(bot.id)#\(bot.createdSequence)", value: value, asset: bot.quoteAsset)
        )
      }
    }
    return figures
  }

  private static func stats(of bot: V1.Bot, _ session: Session) async throws(RPCError) -> V1.Stats? {
    do throws(RPCError) {
      return try await session.bots.getBotStats(V1.GetBotStatsRequest(botID: bot.id), timeout: session.timeout).stats
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }

  private static func value(_ statistic: Threshold.Statistic, _ stats: V1.Stats) -> FixedDecimal? {
    switch statistic {
    case .drawdown: FixedDecimal(text: stats.maxDrawdownFraction)
    case .loss: FixedDecimal(text: stats.netPnL).map { -$0 }
    case .profit: FixedDecimal(text: stats.netPnL)
    case .openLoss: FixedDecimal(text: stats.unrealizedPnL).map { -$0 }
    case .dailyLoss: nil
    }
  }
}
