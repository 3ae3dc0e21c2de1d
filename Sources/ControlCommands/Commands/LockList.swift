import ArgumentParser
import BotAPI

struct LockList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "locks", abstract: "Lists what locks entries: guards that tripped, and people.",
    discussion: """
      While entries are locked, exits and stops go on. A guard is judged whenever a trade closes in its scope: of a bot (botctl create or \
      update --guard), of each symbol (botctl risk set --symbol-guard) or of all bots (--account-guard). The guards:
        stoploss trades=3 lookback=1d stop=4h [profit=0]      3 trades stopped out with less profit than that, a fraction
        drawdown max=0.1 lookback=2d stop=12h [trades=1]      what was earned fell by more than 10 % of its highest
        low-profit profit=0.01 lookback=1d stop=2h [trades=1] all trades together made less than 1 %
        cooldown stop=30m                                     a trade closed
      lookback is how far back closed trades count, stop how long entries are locked: minutes (90m), hours (4h), days (2d) or, for a bot, \
      candles (24c).
      """)

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let response = try await session.risk.getLocks(V1.GetLocksRequest(), timeout: session.timeout)
    output.list(response.locks, empty: "none: entries are not locked")
  }
}
