import BotAPI
import TTRPC

/// Who may call what: one row per method. A method without a row is refused.
enum MethodAccess {
  /// The least role, and whether a call changes something (and so is written to the audit log).
  struct Rule: Sendable, Hashable {
    var role: Role
    var isMutation = false
  }

  static func rule(for method: RPCMethod) -> Rule? { table[method.description] }

  private static let read = Rule(role: .observe)
  private static let change = Rule(role: .operate, isMutation: true)

  static let table: [String: Rule] = {
    var table: [String: Rule] = [:]
    for (method, rule) in rows { table[method.description] = rule }
    return table
  }()

  private static let rows: [(RPCMethod, Rule)] = [
    (V1.BotService.createBot, change),
    (V1.BotService.getBot, read),
    (V1.BotService.listBots, read),
    (V1.BotService.updateBot, change),
    (V1.BotService.startBot, change),
    (V1.BotService.stopBot, change),
    (V1.BotService.pauseBot, change),
    (V1.BotService.resumeBot, change),
    (V1.BotService.removeBot, change),
    (V1.BotService.startAllBots, change),
    (V1.BotService.stopAllBots, change),
    (V1.BotService.getBotStats, read),
    (V1.BotService.closePosition, change), (V1.BotService.openPosition, change), (V1.BotService.reducePosition, change),
    (V1.BotService.adoptPosition, change),
    (V1.BotService.releasePosition, change),
    (V1.StrategyService.listStrategies, read),
    (V1.StrategyService.getStrategy, read),
    (V1.StrategyService.serveStrategies, Rule(role: .operate)),
    (V1.PortfolioService.getPortfolioSummary, read),
    (V1.PortfolioService.getBalances, read),
    (V1.PortfolioService.listPositions, read),
    (V1.PortfolioService.getEquityCurve, read),
    (V1.PortfolioService.listLedger, read),
    (V1.PortfolioService.getRateLimits, read),
    (V1.PortfolioService.getDiscrepancies, read),
    (V1.PortfolioService.resolveDiscrepancy, change),
    (V1.OrderService.listOrders, read),
    (V1.OrderService.getOrder, read),
    (V1.OrderService.cancelOrder, change),
    (V1.OrderService.explainOrder, read),
    (V1.TradeService.listTrades, read),
    (V1.TradeService.subscribeTrades, read),
    (V1.EventService.subscribeEvents, read),
    (V1.MarketDataService.listSymbols, read),
    (V1.MarketDataService.getTradingRules, read),
    (V1.MarketDataService.getCandles, read),
    (V1.MarketDataService.getTicker, read),
    (V1.MarketDataService.subscribeCandles, read),
    (V1.MarketDataService.subscribeTickers, read),
    (V1.MarketDataService.getDataQuality, read),
    (V1.RiskService.getRiskLimits, read),
    (V1.RiskService.setRiskLimits, Rule(role: .admin, isMutation: true)),
    (V1.RiskService.setTradingState, change),
    (V1.RiskService.panic, change),
    (V1.RiskService.getLocks, read),
    (V1.RiskService.lockEntries, change),
    (V1.RiskService.unlockEntries, change),
    (V1.BacktestService.runBacktest, Rule(role: .operate)),
    (V1.SystemService.hello, Rule(role: .none)),
    (V1.SystemService.login, Rule(role: .none)),
    (V1.SystemService.ping, Rule(role: .none)),
    (V1.SystemService.getHealth, read),
    (V1.SystemService.watchHealth, read),
    (V1.SystemService.getConfig, Rule(role: .operate)),
    (V1.SystemService.getDescriptors, read),
    (V1.SystemService.runSelfTest, Rule(role: .operate)),
    (V1.SystemService.getJournal, Rule(role: .operate)),
    (V1.SystemService.getMarketTape, Rule(role: .operate)),
    (V1.SystemService.shutdown, Rule(role: .admin, isMutation: true)),
  ]
}
