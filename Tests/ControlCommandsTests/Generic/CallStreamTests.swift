import BotAPI
import CommandTestSupport
import Foundation
import TTRPC
import Testing

@testable import ControlCommands

@Suite struct CallStreamTests {
  /// Answers a subscription with `count` tickers at once, and one more, `LAST`, after the client's half-close.
  private static func serveTickers(_ daemon: ScriptedDaemon, count: Int, heard: Collected) {
    daemon.server.register(V1.MarketDataService.subscribeTickers) { _, stream in
      stream.onMessage { bytes in
        guard let request = try? V1.SubscribeTickersRequest.decode(bytes) else { return }
        heard.append("\(request.symbols);")
        for number in 0..<count { send(stream, "T\(number)") }
      }
      stream.onHalfClose {
        heard.append("half-close")
        send(stream, "LAST")
        stream.finish()
      }
      stream.onCancel { heard.append("\($0.code)") }
    }
  }

  private static func send(_ stream: RPCServerStream, _ symbol: String) {
    if let bytes = try? V1.SubscribeTickersResponse(tickers: [V1.Ticker(symbol: symbol)]).encode() { stream.send(bytes) }
  }

  private static func symbols(_ result: CommandResult) throws -> [String] {
    try result.outLines.map { line in
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      return try #require((object["tickers"] as? [[String: Any]])?.first?["symbol"] as? String)
    }
  }

  @Test func countHalfClosesAndWhatComesBehindIsNotPrinted() async throws {
    let heard = Collected()
    try await DescribedDaemon.with {
      Self.serveTickers($0, count: 5, heard: heard)
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", "SubscribeTickers", #"{"symbols":["BTCUSDT"]}"#, "--count", "3", at: daemon)
      #expect(result.status == .ok && result.err.isEmpty)
      let symbols = try Self.symbols(result)
      #expect(symbols == ["T0", "T1", "T2"])
      #expect(heard.text == #"["BTCUSDT"];half-close"#)
    }
  }

  @Test func ctrlCHalfClosesAndWhatIsOnItsWayIsPrinted() async throws {
    let heard = Collected()
    try await DescribedDaemon.with {
      Self.serveTickers($0, count: 1, heard: heard)
    } _: { daemon in
      let line = CommandLineUnderTest()
      async let running = line.run(["call", "SubscribeTickers", "--address", daemon.address])
      await line.out.contains("T0")
      line.interrupt.fire()
      let result = await running
      #expect(result.status == .ok && result.err.isEmpty)
      let symbols = try Self.symbols(result)
      #expect(symbols == ["T0", "LAST"])
      #expect(heard.text == "[];half-close")
    }
  }

  @Test func forHalfClosesAfterItsTime() async throws {
    let heard = Collected()
    try await DescribedDaemon.with {
      Self.serveTickers($0, count: 0, heard: heard)
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", "SubscribeTickers", "{}", "--for", "50ms", at: daemon)
      #expect(result.status == .ok)
      let symbols = try Self.symbols(result)
      #expect(symbols == ["LAST"] && heard.text == "[];half-close")
    }
  }

  @Test func everyBodyAndEveryLineOfStandardInputIsAMessage() async throws {
    let heard = Collected()
    try await DescribedDaemon.with {
      Self.serveTickers($0, count: 1, heard: heard)
    } _: { daemon in
      let typed = Typed("{\"symbols\":[\"C\"]}\n\n  \n{\"symb", "ols\":[\"D\"]}")
      var line = CommandLineUnderTest()
      line.input = typed.source()
      let running = line
      async let ended = running.run(
        ["call", "SubscribeTickers", #"{"symbols":["A"]}"#, #"{"symbols":["B"]}"#, "-", "--address", daemon.address])
      await heard.contains(#"["C"];"#)
      // The last line has no end of its own.
      typed.end()
      let result = await ended
      #expect(result.status == .ok && result.err.isEmpty)
      #expect(heard.text == #"["A"];["B"];["C"];["D"];half-close"#)
      let symbols = try Self.symbols(result)
      #expect(symbols == ["T0", "T0", "T0", "T0", "LAST"])
    }
  }

  @Test func aWrongLineOfStandardInputEndsItWith6() async throws {
    let heard = Collected()
    try await DescribedDaemon.with {
      Self.serveTickers($0, count: 1, heard: heard)
    } _: { daemon in
      var line = CommandLineUnderTest()
      let typed = Typed("{}\n{\"symbols\":\"A\"}\n")
      line.input = typed.source()
      let result = await line.run(["call", "SubscribeTickers", "-", "--address", daemon.address])
      #expect(result.status == .invalidArgument)
      #expect(result.err == "botctl: line 2 of standard input: symbols: must be an array, not \"A\"\n")
      typed.end()
    }
  }

  @Test func aStreamThatTheDaemonEndsIsPrintedWhole() async throws {
    try await DescribedDaemon.with { daemon in
      daemon.server.register(V1.BacktestService.runBacktest) { _, stream in
        stream.onMessage { _ in
          for done: Int64 in 1...2 {
            if let bytes = try? V1.RunBacktestResponse(payload: .progress(V1.BacktestProgress(candlesDone: done))).encode() {
              stream.send(bytes)
            }
          }
          stream.finish()
        }
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", "RunBacktest", "{}", at: daemon)
      #expect(result.status == .ok)
      #expect(
        result.outLines
          == ["1", "2"].map { #"{"progress":{"candles_done":"\#($0)","candles_total":"0","time_ns":"0"}}"# })
    }
  }

  @Test func aServerStreamIsDroppedWhenEnoughCame() async throws {
    let heard = Collected()
    try await DescribedDaemon.with { daemon in
      daemon.server.register(V1.BacktestService.runBacktest) { _, stream in
        stream.onMessage { _ in if let bytes = try? V1.RunBacktestResponse().encode() { stream.send(bytes) } }
        stream.onCancel { heard.append("\($0.code)") }
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", "RunBacktest", "--count", "1", at: daemon)
      #expect(result.status == .ok && result.out == "{}\n")
      await heard.contains("CANCELLED")
    }
  }

  @Test func anErrorInAStreamIsAnError() async throws {
    try await DescribedDaemon.with { daemon in
      daemon.server.register(V1.TradeService.subscribeTrades) { _, stream in
        stream.onMessage { _ in
          stream.fail(RPCError(code: .outOfRange, reason: "OTHER_JOURNAL", field: "journal_id", message: "another journal"))
        }
      }
      daemon.server.register(V1.SystemService.watchHealth) { context, _ in context.connection.close() }
    } _: { daemon in
      let refused = await CommandLineUnderTest.run("call", "SubscribeTrades", #"{"after_sequence":7}"#, at: daemon)
      #expect(refused.status == .refused)
      #expect(refused.err == "botctl: OUT_OF_RANGE: another journal (OTHER_JOURNAL, field journal_id)\n")
      #expect(await CommandLineUnderTest.run("call", "WatchHealth", at: daemon).status == .noDaemon)
    }
  }

  @Test func aDaemonThatDoesNotEndItsSideIsLeftAfterTheTimeout() async throws {
    try await DescribedDaemon.with { daemon in
      daemon.server.register(V1.SystemService.watchHealth) { _, stream in
        stream.onMessage { _ in stream.send([]) }
        stream.onHalfClose {}
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", "WatchHealth", "--count", "1", "--timeout", "200ms", at: daemon)
      #expect(result.status == .timeout && result.outLines.count == 1)
      #expect(result.err == "botctl: botd did not end the stream in time after it was half-closed\n")
    }
  }

  /// botd has no method in which only the client streams; a schema may.
  @Test func messagesOfAClientStreamGetOneAnswer() async throws {
    func blob(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(content.count)] + content }
    func text(_ number: UInt8, _ text: String) -> [UInt8] { blob(number, Array(text.utf8)) }
    let method = text(1, "Join") + text(2, ".botd.v1.PingRequest") + text(3, ".botd.v1.PingResponse") + [5 << 3, 1]
    let file = text(1, "extra.proto") + text(2, "extra") + blob(6, text(1, "Joiner") + blob(2, method)) + text(12, "proto3")
    let heard = Collected()
    try await DescribedDaemon.with(more: blob(1, file)) { daemon in
      daemon.server.register(RPCMethod(service: "extra.Joiner", name: "Join", kind: .clientStreaming)) { _, stream in
        stream.onMessage { bytes in heard.append("\((try? V1.PingRequest.decode(bytes).payload) ?? [])") }
        stream.onHalfClose { stream.reply((try? V1.PingResponse(payload: [9]).encode()) ?? []) }
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", "Joiner/Join", #"{"payload":"AQ=="}"#, #"{"payload":"Ag=="}"#, at: daemon)
      #expect(result.status == .ok && result.out == "{\"payload\":\"CQ==\",\"server_time_ns\":\"0\"}\n", "\(result)")
      #expect(heard.text == "[1][2]")
    }
  }
}
