import BotAPI
import Presentation
import TestSupport
import Testing
import TradingModel

@testable import ControlPlane

/// What the control plane tells metrics.
@Suite struct MetricsTests {
  private func page(_ harness: ControlHarness) -> String {
    var text = MetricsText()
    harness.plane.writeMetrics(&text)
    return text.text
  }

  private func count(_ page: String, _ name: String) -> Int {
    page.split(separator: "\n").count { $0.hasPrefix(name + "{") }
  }

  /// However many bots there are, two hundred have samples of their own; the sums count all.
  @Test func labelsAreBounded() async throws {
    let harness = try await ControlHarness()
    for number in 0..<203 { try await harness.create("bot-\(1_000 + number)", start: false) }
    _ = try await harness.bots.removeBot(V1.RemoveBotRequest(botID: "bot-1000"))
    let page = page(harness)
    for family in ["botd_bot_info", "botd_bot_running", "botd_bot_equity", "botd_bot_realized_profit", "botd_bot_fills_total"] {
      #expect(count(page, family) == 200, "\(family)")
    }
    #expect(page.contains("botd_bots_without_samples 2\n"))
    #expect(page.contains("botd_bots{state=\"stopped\"} 202\n"))
    #expect(page.contains("botd_capital{asset=\"USDT\"} 2020000\n"))
    #expect(!page.contains("bot-1000\""), "a removed bot has no samples")
    #expect(page.utf8.count < 200_000)
    await harness.stop()
  }

  @Test func aBotsMoneyIsItsStatistics() async throws {
    let harness = try await ControlHarness()
    try await harness.create("a")
    try await harness.driver.fall(try #require(.init("BTCUSDT")), from: 60_000)
    let stats = try #require(try await harness.bots.getBotStats(V1.GetBotStatsRequest(botID: "a")).stats)
    let page = page(harness)
    #expect(stats.fills > 0)
    #expect(page.contains("botd_bot_equity{bot=\"a\"} \(stats.equity)\n"), "\(stats.equity): \(page)")
    #expect(page.contains("botd_bot_unrealized_profit{bot=\"a\"} \(stats.unrealizedPnL)\n"))
    #expect(page.contains("botd_bot_fills_total{bot=\"a\"} \(stats.fills)\n"))
    #expect(page.contains("botd_equity{asset=\"USDT\"} \(stats.equity)\n"))
    #expect(page.contains("botd_positions{protection="))
    await harness.stop()
  }

  @Test func aFailedJournalIsTold() async throws {
    let harness = try await ControlHarness()
    #expect(page(harness).contains("botd_journal_recording 1\n"))
    try harness.breakJournal()
    #expect(page(harness).contains("botd_journal_recording 0\n"))
    await harness.stop()
  }
}
