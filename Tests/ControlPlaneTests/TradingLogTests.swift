import Foundation
import ServiceRuntime
import TestSupport
import Testing
import Time
import TradingCore
import TradingModel

@testable import BotDaemon

/// What the log says of the trading, read back from a real descriptor.
@Suite struct TradingLogTests {
  /// A log into a file.
  private struct Setup {
    let directory: TemporaryDirectory
    let path: String
    let log: DaemonLog

    init() throws {
      directory = try TemporaryDirectory("tradelog")
      path = directory.file("log")
      let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw TestFailure("no file") }
      defer { close(descriptor) }
      var settings = DaemonSettings.LogSettings()
      settings.format = .json
      log = try DaemonLog(settings, environment: [:], descriptor: descriptor)
    }

    func lines() throws -> [[String: String]] {
      log.flush()
      let text = try String(contentsOfFile: path, encoding: .utf8)
      return try text.split(separator: "\n").map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String], "\(line)")
      }
    }
  }

  private func denial(_ bot: String, _ code: DenialCode, _ message: String) throws -> Record {
    .orderDenied(
      OrderDenial(
        botID: try #require(BotID(bot)), side: .buy, code: code, message: message, signalReason: "", decisionPrice: FixedDecimal(1)))
  }

  private func entry(_ record: Record) -> JournalEntry { JournalEntry(sequence: 1, time: Timestamp(milliseconds: 0), record: record) }

  @Test func aDenialIsALineOnceThenASum() throws {
    let setup = try Setup()
    var trades = TradingLog(setup.log)
    let interval = TradingLog.summaryInterval
    func deny(_ bot: String, _ code: DenialCode, _ message: String) throws {
      trades.take([entry(try denial(bot, code, message))], isRecorded: true)
    }
    trades.tick(at: 1)
    for number in 1...4 { try deny("a", .feedStale, "stale \(number)") }
    try deny("a", .orderLimit, "limit")
    try deny("b", .feedStale, "stale b")
    #expect(try setup.lines().map { "\($0["bot"] ?? "") \($0["code"] ?? "")" } == ["a FEED_STALE", "a MAX_ORDER_NOTIONAL", "b FEED_STALE"])
    trades.tick(at: interval)
    #expect(try setup.lines().count == 3, "too early")
    trades.tick(at: 1 + interval)
    var lines = try setup.lines()
    #expect(lines.count == 4)
    #expect(lines[3]["msg"] == "denied again" && lines[3]["count"] == "3" && lines[3]["reason"] == "stale 4")
    // Quiet for as long again: it is over, and the next one is a line of its own.
    trades.tick(at: 1 + 2 * interval)
    try deny("a", .feedStale, "stale 5")
    try deny("a", .feedStale, "stale 6")
    lines = try setup.lines()
    #expect(lines.count == 5 && lines[4]["msg"] == "denied" && lines[4]["reason"] == "stale 5")
    trades.end()
    lines = try setup.lines()
    #expect(lines.count == 6 && lines[5]["count"] == "1" && lines[5]["reason"] == "stale 6")
    trades.end()
    #expect(try setup.lines().count == 6, "told once")
  }

  @Test func anyRecordIsOneLineWithItsOwnFields() throws {
    let setup = try Setup()
    var trades = TradingLog(setup.log)
    var records = RandomRecords(seed: 77)
    var expected = 0
    for sequence in 1...5_000 {
      let entry = records.entry(sequence: UInt64(sequence))
      trades.take([entry], isRecorded: sequence.isMultiple(of: 2))
      switch entry.record {
      case .opened, .balances, .equity, .peakRaised, .orderDenied, .symbolAssets, .marked, .answered, .signal, .accountBound, .started,
        .positionAdjusted, .ratesTaken, .profitSampled:
        break
      default: expected += 1
      }
    }
    let lines = try setup.lines()
    #expect(lines.filter { $0["msg"]?.hasPrefix("denied") == false }.count == expected)
    #expect(
      lines.allSatisfy { $0["msg"] == "denied again" || ($0["recorded"] == "false") == (Int($0["seq"] ?? "")?.isMultiple(of: 2) == false) })
    let levels = Dictionary(grouping: lines) { "\($0["msg"] ?? "") \($0["state"] ?? "")" }.mapValues { Set($0.compactMap { $0["level"] }) }
    #expect(levels["trading state halted"] == ["warning"] && levels["trading state reducing"] == ["warning"])
    #expect(levels["trading state active"] == ["notice"] && levels["bot state halted"] == ["warning"])
    #expect(levels["trade "] == ["info"] && levels["alert "] == ["info", "warning", "critical"])
  }
}
