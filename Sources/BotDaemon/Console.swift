import Engine
import Foundation
import Presentation
import ServiceRuntime
import TTRPC
import TradingCore
import TradingModel

/// The terminal of `botd --show-trades`: a line for everything that happens, a summary now and then, and what to type next.
/// Used on the core's thread; a closed or slow terminal never stops the daemon.
final class Console: @unchecked Sendable {
  private var reporter: TradeReporter
  private let address: String
  private var lastSummary = ContinuousClock.now
  private var ticks = 0
  private let writer: LineWriter

  /// Throws when the system refuses the thread that writes.
  init(isColored: Bool, address: RPCAddress?) throws(RuntimeError) {
    writer = try LineWriter(name: "console", descriptor: STDOUT_FILENO)
    reporter = TradeReporter(isColored: isColored)
    self.address = address?.description ?? ""
  }

  func started(mode: TradingMode) {
    write([
      "",
      reporter.paint("botd is trading", .bold) + " in \(mode) mode on \(address). Nothing here is real money.",
      "Type in another terminal:",
      "  .build/debug/botctl list                 your bots",
      "  .build/debug/botctl stats btc-rsi        how one of them does",
      "  .build/debug/botctl trades --follow      every fill as it happens",
      "  .build/debug/botctl create my-bot --symbol SOLUSDT --strategy rsi --capital 1000 --start",
      "Ctrl-C stops everything.", "",
    ])
  }

  func show(_ commit: EngineCommit) { write(reporter.lines(for: commit)) }

  /// Called a few times a second; says how things stand every ten seconds.
  func tick(_ point: EquityPoint, bots: Int) {
    ticks += 1
    guard ticks % 40 == 0, bots > 0 else { return }
    write([
      reporter.paint(
        "── \(CountText.of(bots, "bot")) · realized \(DecimalText.money(point.realized, isSigned: true)) · unrealized "
          + "\(DecimalText.money(point.unrealized, isSigned: true)) · equity \(DecimalText.money(point.equity)) ──", .bold)
    ])
  }

  /// The last lines; waits a second at most until they are out.
  func stopped(_ unprotected: [TradingStanding.Unprotected]) {
    write(["botd stopped; its state is kept and goes on next time."])
    write(
      unprotected.map {
        "\($0.bot): \($0.quantity) \($0.symbol) stays without a resting stop"
          + ($0.stopPrice == "none" ? "; the bot has none" : "; it would be at \($0.stopPrice)")
      })
    writer.close(within: .seconds(1))
  }

  private func write(_ lines: [String]) { for line in lines { writer.write(line) } }
}
