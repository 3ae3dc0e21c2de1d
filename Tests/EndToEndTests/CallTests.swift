import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// `botctl call` and `botctl api` against a real daemon: what they know comes from it.
@Suite(.serialized) struct CallTests {
  private static func object(_ text: some StringProtocol) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  @Test func anyMethodCanBeCalled() throws {
    let directory = try TemporaryDirectory("call")
    let daemon = Daemon(directory, arguments: ["--mode", "simulated", "--example-bots", "--speed", "600", "--seed", "7"])
    try daemon.start()
    defer { daemon.kill() }

    // Unary: the same as the command says.
    _ = try eventually(within: 30) { try daemon.control("list").output.contains("eth-rsi") }
    let list = try daemon.control("call", "BotService/ListBots", #"{"pageSize": 10}"#)
    #expect(list.code == 0)
    let bots = try #require(try Self.object(list.output)["bots"] as? [[String: Any]])
    #expect(bots.compactMap { $0["id"] as? String }.sorted() == ["btc-rsi", "eth-rsi"])
    #expect(bots.allSatisfy { $0["state"] as? String == "BOT_STATE_RUNNING" })
    #expect(try daemon.control("call", "StopBot", #"{"botId":"btc-rsi","request_id":"stop-1"}"#).code == 0)
    // The same id with other fields: the daemon saw the one that was given.
    let reused = try daemon.control("call", "StopBot", #"{"botId":"eth-rsi","request_id":"stop-1"}"#)
    #expect(reused.code == 5 && reused.output.contains("ALREADY_EXISTS") && reused.output.contains("REQUEST_ID_REUSED"))
    #expect(try daemon.control("list").output.contains("stopped"))

    // Errors.
    let unknown = try daemon.control("call", "GetBot", #"{"bot_id":"nobody"}"#)
    #expect(unknown.code == 4 && unknown.output.contains("NOT_FOUND: ") && unknown.output.contains("BOT_NOT_FOUND"), "\(unknown)")
    let wrong = try daemon.control("call", "CreateBot", #"{"bot_id":"x","spec":{"symbol":"NOPE","strategy":"rsi","capital":"-5"}}"#)
    #expect(wrong.code == 6 && wrong.output.contains("INVALID_ARGUMENT: ") && wrong.output.contains("  spec.capital: "), "\(wrong)")
    let misspelled = try daemon.control("call", "CreateBot", #"{"bot_id":"x","spec":{"capitl":"5"}}"#)
    #expect(misspelled.code == 6 && misspelled.output.contains("spec.capitl: there is no such field in botd.v1.BotSpec"))

    // Streams both ways, ended by count and by the end of standard input.
    let health = try daemon.control("call", "WatchHealth", "{}", "--count", "1")
    #expect(health.code == 0)
    #expect(try Self.object(health.output)["sequence"] as? String == "1")
    #expect(try eventually(within: 60) { try Ledgers.control(daemon).rows.count >= 2 }, "\(daemon.tail)")
    let trades = try run(
      [try Programs.path("botctl"), "call", "SubscribeTrades", "-", "--address", daemon.address],
      input: #"{"after_sequence": "0", "max_batch": 1}"# + "\n")
    #expect(trades.code == 0, "\(trades)")
    let first = try Self.object(try #require(trades.output.split(separator: "\n").first))
    #expect((first["opened"] as? [String: Any])?["journal_id"] as? String != nil)

    // Everything that the daemon's schema has.
    let api = try daemon.control("api", "BotState")
    #expect(api.code == 0 && api.output.contains("BOT_STATE_RUNNING"))
  }

  /// A stream from the daemon alone: a backtest of recorded candles.
  @Test func aBacktestIsStreamed() throws {
    let directory = try TemporaryDirectory("call-backtest")
    let daemon = Daemon(directory, arguments: ["--mode", "simulated", "--speed", "600", "--seed", "7"])
    try daemon.start()
    defer { daemon.kill() }
    let data = "\(daemon.stateDirectory)/data"
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    let candles = "btcusdt-5m-2024.csv"
    try Fixture.text("candles/\(candles).gz").write(toFile: "\(data)/\(candles)", atomically: true, encoding: .utf8)
    let body = #"{"spec":{"symbol":"BTCUSDT","strategy":"rsi","interval":"5m","capital":"1000"},"dataFile":"\#(candles)"}"#
    let answer = try daemon.control("call", "RunBacktest", body, "--timeout", "60")
    #expect(answer.code == 0, "\(answer.output.prefix(500))")
    let last = try Self.object(try #require(answer.output.split(separator: "\n").last))
    let result = try #require(last["result"] as? [String: Any])
    #expect((result["stats"] as? [String: Any])?["fills"] != nil || result["figures"] != nil)
  }
}
