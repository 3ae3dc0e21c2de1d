import BotAPI
import CommandTestSupport
import Foundation
import TTRPC
import Testing

@testable import ControlCommands

/// What is said of wrong input: always what is wrong, in the command line's own names, and what to do.
@Suite struct MistakeTests {
  private func wrong(_ field: String, _ reason: String, _ message: String) -> RPCError {
    RPCError(code: .invalidArgument, reason: reason, field: field, message: message)
  }

  @Test(arguments: [("999999", "no trades after sequence 999999\n"), (nil, "no trades yet\n")] as [(String?, String)])
  func anEmptyListOfTradesSaysWhatWasAskedFor(from: String?, words: String) async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.TradeService.listTrades) { (_: V1.ListTradesRequest) throws(RPCError) in V1.ListTradesResponse() }
    } _: { daemon in
      let line = ["trades"] + (from.map { ["--from", $0] } ?? []) + ["--address", daemon.address]
      let result = await CommandLineUnderTest().run(line)
      #expect(result.err == words && result.out.isEmpty)
    }
  }

  @Test func anEmptyListOfOneBotsTradesNamesTheBot() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.TradeService.listTrades) { (_: V1.ListTradesRequest) throws(RPCError) in V1.ListTradesResponse() }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("trades", "--bot", "nosuch", "--symbol", "eth/usdt", "--from", "7", at: daemon)
      #expect(result.err == "no trades of nosuch in ETHUSDT after sequence 7\n" && result.out.isEmpty)
    }
  }

  @Test func aWrongFieldHasTheOptionsName() async throws {
    let refusal = wrong("symbols[0]", "SYMBOL_MALFORMED", "symbols[0] \"A*B\" is not like BTCUSDT")
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.TradeService.listTrades) { (_: V1.ListTradesRequest) throws(RPCError) -> V1.ListTradesResponse in throw refusal }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("trades", "--symbol", "A*B", at: daemon)
      #expect(result.err == "botctl: --symbol \"A*B\" is not like BTCUSDT (SYMBOL_MALFORMED)\n")
      #expect(result.status == .invalidArgument)
    }
  }

  @Test func anEmptyBotIDIsNamed() async throws {
    let refusal = wrong("bot_id", "REQUIRED", "bot_id is missing: name the bot")
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.pauseBot) { (_: V1.PauseBotRequest) throws(RPCError) -> V1.PauseBotResponse in throw refusal }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("pause", "", at: daemon)
      #expect(result.err == "botctl: BOT_ID is missing: name the bot (REQUIRED)\n")
    }
  }

  @Test func aStopLossOfNoneIsNoZeroPercent() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.getBot) { (request: V1.GetBotRequest) throws(RPCError) in
        V1.GetBotResponse(bot: V1.Bot(id: request.botID, spec: V1.BotSpec(stopLoss: "0")))
      }
    } _: { daemon in
      let lines = await CommandLineUnderTest.run("show", "a", at: daemon).outLines
      #expect(lines.contains { $0.hasPrefix("stop loss") && $0.hasSuffix(" -") }, "\(lines)")
    }
  }

  @Test func aSignalWithoutSymbolHasNoGap() {
    let event = V1.Event(payload: .signal(V1.SignalEvent(signal: V1.Signal(side: .sell, reason: "RSI 71", price: "96717.2100"))))
    #expect(V1.Event.columns.last?.cell(event).text == "sell at 96717.21: RSI 71")
  }

  @Test func aFileThatIsNoCertificateIsNamed() async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("mistake-\(UUID().uuidString).pem").path
    try "garbage".write(toFile: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: file) }
    let authority = await CommandLineUnderTest.run("list", "--address", "tcp://127.0.0.1:9", "--tls-ca", file)
    #expect(authority.err.contains("the certificate authority \(file) cannot be used: it must hold PEM certificates"), "\(authority.err)")
    let certificate = await CommandLineUnderTest.run("list", "--address", "tcp://127.0.0.1:9", "--tls-cert", file)
    #expect(certificate.err.contains("the certificate \(file) cannot be used: it must hold PEM certificates"), "\(certificate.err)")
  }

  @Test func aTimeThatIsNoneSaysWhatOneIs() async {
    let result = await CommandLineUnderTest.run("list", "--timeout", "0")
    #expect(result.err.contains("above 0") && result.err.contains("500ms"), "\(result.err)")
  }
}
