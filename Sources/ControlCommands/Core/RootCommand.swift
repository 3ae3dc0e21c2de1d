import ArgumentParser

/// The command tree. A new command is one file and one line here.
struct RootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "botctl",
    abstract: "Drives botd, the trading daemon.",
    discussion: """
      Examples:
        botctl list
        botctl create rsi-btc --symbol BTCUSDT --strategy rsi --interval 1m --capital 1000 --start
        botctl trades --follow
        botctl stop rsi-btc

      The daemon's address is --address, else BOTD_ADDRESS, else its default socket.

      \(ExitStatus.help)
      """,
    version: Version.text,
    subcommands: [],
    groupedSubcommands: [
      CommandGroup(
        name: "Bots",
        subcommands: [
          BotCreate.self, BotUpdate.self, BotStart.self, BotStop.self, BotPause.self,
          BotResume.self, BotRemove.self, BotList.self,
          BotShow.self, BotStats.self, BotsStartAll.self, BotsStopAll.self, PositionClose.self,
        ]),
      CommandGroup(
        name: "Account",
        subcommands: [
          PortfolioShow.self, PositionList.self, BalanceList.self, EquityShow.self, OrderList.self,
          OrderGroup.self, TradeList.self,
          RiskGroup.self,
        ]),
      CommandGroup(
        name: "Market",
        subcommands: [
          CandleList.self, TickerShow.self, SymbolList.self, FeedQualityList.self,
          StrategyList.self, StrategyShow.self,
        ]),
      CommandGroup(name: "Research", subcommands: [BacktestRun.self, OptimizeRun.self, IndicatorRun.self, ReplayRun.self]),
      CommandGroup(
        name: "Daemon",
        subcommands: [
          EventList.self, HealthShow.self, Doctor.self, RateLimitList.self, ConfigShow.self,
          VersionShow.self, DaemonShutdown.self,
          CompletionScript.self,
        ]),
    ])
}
