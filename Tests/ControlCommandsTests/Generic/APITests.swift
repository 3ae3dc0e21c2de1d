import BotAPI
import CommandTestSupport
import DynamicMessages
import Foundation
import TTRPC
import Testing

@testable import ControlCommands

@Suite struct APITests {
  private static func api(_ words: String...) async throws -> CommandResult {
    let printed = Collected()
    try await DescribedDaemon.with { _ in
    } _: { daemon in
      let result = await CommandLineUnderTest().run(["api"] + words + ["--address", daemon.address])
      printed.append("\(result.status.rawValue)\u{0}\(result.out)\u{0}\(result.err)")
    }
    let parts = printed.text.split(separator: "\u{0}", omittingEmptySubsequences: false).map(String.init)
    return CommandResult(status: CommandExit(rawValue: try #require(Int32(parts[0]))), out: parts[1], err: parts[2])
  }

  @Test func everyMethodAndTypeIsListedWithItsComment() async throws {
    let result = try await Self.api()
    #expect(result.status == .ok && result.err.isEmpty)
    for description in V1.allMethods {
      let method = description.method
      let name = "\(method.service.split(separator: ".").last ?? "")/\(method.name)"
      let line = try #require(result.outLines.first { $0.hasPrefix(name + " ") }, "\(name)")
      let isStream = method.kind != .unary
      #expect(line.contains(" stream ") == isStream, "\(line)")
    }
    for message in V1.allMessages {
      let name = message.typeName.dropFirst("botd.v1.".count)
      #expect(result.outLines.contains { $0.hasPrefix(name + " ") && $0.contains(" message  ") }, "\(name)")
    }
    #expect(result.out.contains("\nBotService/PauseBot "))
    #expect(result.outLines.contains { $0.hasPrefix("BotState ") && $0.contains("  enum ") })
    #expect(result.outLines.contains { $0.contains(/^TradeService\/SubscribeTrades +stream SubscribeTradesRequest/) })
  }

  @Test(arguments: ["PauseBot", "BotService/PauseBot", "botd.v1.BotService/PauseBot"]) func aMethodHasItsMessagesAndACall(_ name: String)
    async throws
  {
    let result = try await Self.api(name)
    #expect(result.status == .ok)
    #expect(
      result.out.hasPrefix(
        """
        botd.v1.BotService/PauseBot
        Pauses a running bot.

        takes botd.v1.PauseBotRequest
        """), "\(result.out)")
    #expect(result.out.contains("\nFIELD       NO  TYPE    WHAT\nrequest_id   1  string  Idempotency key.\nbot_id       2  string  "))
    #expect(result.out.contains("\n\ngives botd.v1.PauseBotResponse\n"))
    #expect(result.out.hasSuffix("\n\nbotctl call botd.v1.BotService/PauseBot '{\"request_id\":\"\",\"bot_id\":\"\"}'\n"))
  }

  /// What `api` prints as a call is one: the line parses and the daemon is asked.
  @Test func theCallsThatArePrintedCanBeMade() async throws {
    for description in V1.allMethods {
      let result = try await Self.api("\(description.method)")
      let line = try #require(result.outLines.last { $0.hasPrefix("botctl call ") }, "\(description.method)")
      let body = line.drop { $0 != "'" }.dropFirst().dropLast()
      #expect(try JSONSerialization.jsonObject(with: Data(body.utf8)) is [String: Any], "\(line)")
    }
  }

  @Test func aMessageAnEnumAndAServiceAreShown() async throws {
    let message = try await Self.api("Event").out
    #expect(message.hasPrefix("botd.v1.Event\n") && message.contains("(one of payload)"))
    let enumeration = try await Self.api("TradingState").out
    #expect(enumeration.contains("\nTRADING_STATE_ACTIVE        1  "), "\(enumeration)")
    let service = try await Self.api("RiskService").out
    #expect(service.hasPrefix("botd.v1.RiskService\n") && service.contains("\nRiskService/SetRiskLimits ") && !service.contains("ListBots"))
    #expect(try await Self.api("GetConfigRequest").out.hasSuffix("\nNo fields.\n"))
  }

  @Test func whatIsNotThereIs4AndNearOnesAreNamed() async throws {
    let result = try await Self.api("Bott")
    #expect(result.status == .notFound && result.out.isEmpty)
    #expect(result.err.hasPrefix("botctl: this botd's interface has no Bott; do you mean botd.v1.Bot"))
  }

  @Test func jsonHasTheWholeSchemaOrAPartOfIt() async throws {
    func object(_ result: CommandResult) throws -> [String: [[String: Any]]] {
      try #require(try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: [[String: Any]]])
    }
    let whole = try object(try await Self.api("-o", "json"))
    #expect(whole["messages"]?.count == V1.allMessages.count)
    #expect(whole["services"]?.flatMap { ($0["methods"] as? [Any]) ?? [] }.count == V1.allMethods.count)
    let part = try object(try await Self.api("SubscribeTrades", "-o", "json"))
    #expect(
      part["messages"]?.compactMap { $0["name"] as? String } == ["botd.v1.SubscribeTradesRequest", "botd.v1.SubscribeTradesResponse"])
    let method = try #require((part["services"]?.first?["methods"] as? [[String: Any]])?.first)
    #expect(method["full_name"] as? String == "botd.v1.TradeService/SubscribeTrades")
    #expect(method["client_streams"] as? Bool == true && method["server_streams"] as? Bool == true)
    let fields = try #require(part["messages"]?.last?["fields"] as? [[String: Any]])
    #expect(fields.first?["type"] as? String == "repeated Trade" && fields.first?["type_name"] as? String == "botd.v1.Trade")
    #expect(part["enums"]?.isEmpty == true)
  }

  @Test func completionOffersMethodsAndTypes() async throws {
    try await DescribedDaemon.with { _ in
    } _: { daemon in
      func line(_ prefix: String) -> CompletionLine {
        CompletionLine(words: ["call", prefix], index: 1, prefix: prefix, variables: ["BOTD_ADDRESS": daemon.address], limit: .seconds(60))
      }
      let items = await line("").schemaItems().map(\.name)
      #expect(items.count > V1.allMethods.count)
      #expect(line("BotService/L").spelled(items).contains("BotService/ListBots"))
      #expect(
        line("").spelled(["botd.v1.BotService/ListBots", "botd.v1.Bot", "botd.v1.BotService"]) == [
          "BotService/ListBots", "Bot", "BotService",
        ])
      #expect(line("botd.v1.B").spelled(["botd.v1.Bot"]) == ["botd.v1.Bot"])
    }
  }
}
