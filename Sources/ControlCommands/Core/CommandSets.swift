package import ArgumentParser

/// The commands of this library, for the root command that makes a tree of them. A new command is one file and one line here.
package enum CommandSets {
  /// Commands that make, change, start and stop bots.
  package static var bots: [any ParsableCommand.Type] {
    [
      BotCreate.self, BotClone.self, BotsApply.self, BotsExport.self, BotUpdate.self, BotStart.self, BotStop.self, BotPause.self,
      BotResume.self, BotRemove.self, BotList.self,
      BotTop.self, BotShow.self, BotStats.self, BotsStartAll.self, BotsStopAll.self, BotBuy.self, BotSell.self, PositionClose.self,
      PositionAdopt.self,
      PositionRelease.self,
    ]
  }

  /// Commands about money, orders, trades and limits.
  package static var account: [any ParsableCommand.Type] {
    [
      PortfolioShow.self, ProfitShow.self, StatementShow.self, PositionList.self, BalanceList.self, DiscrepancyList.self,
      DiscrepancyResolve.self, EquityShow.self,
      OrderList.self, OrderGroup.self, TradeList.self,
      RiskGroup.self, PanicBrake.self, LockList.self, EntriesLock.self, EntriesUnlock.self,
    ]
  }

  /// Commands about candles, prices, symbols and strategies.
  package static var market: [any ParsableCommand.Type] {
    [CandleList.self, TickerShow.self, SymbolList.self, FeedQualityList.self, StrategyList.self, StrategyShow.self]
  }

  /// Commands about the daemon itself.
  package static var daemon: [any ParsableCommand.Type] {
    [
      EventList.self, NotifyGroup.self, HealthShow.self, Doctor.self, RateLimitList.self, ConfigShow.self, VersionShow.self,
      MethodCall.self, APIShow.self, DaemonShutdown.self,
    ]
  }
}
