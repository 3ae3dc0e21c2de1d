import BotAPI
import CommandTestSupport
import Synchronization
import TTRPC
import Testing

@testable import ControlCommands

/// In live mode nothing is bought or sold by hand before a person agreed.
@Suite struct HandTradeTests {
  private static func run(
    _ words: String..., mode: V1.TradingMode = .live, typed: String = ""
  ) async throws -> (result: CommandResult, calls: [String]) {
    let calls = Mutex<[String]>([])
    let box = Mutex<CommandResult?>(nil)
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.SystemService.hello) { (_: V1.HelloRequest) in V1.HelloResponse(mode: mode) }
      daemon.on(V1.OrderService.listOrders) { (_: V1.ListOrdersRequest) in
        V1.ListOrdersResponse(orders: [V1.Order(clientOrderID: "s1", botID: "a", stopPrice: "90", purpose: .stopLoss)])
      }
      daemon.on(V1.BotService.getBot) { (_: V1.GetBotRequest) in
        let position = V1.Position(quantity: "0.5", marketValue: "50", openedTimeNs: 1)
        return V1.GetBotResponse(bot: V1.Bot(id: "a", position: position, quoteAsset: "USDT", baseAsset: "BTC"))
      }
      daemon.on(V1.BotService.openPosition) { (request: V1.OpenPositionRequest) in
        calls.withLock { $0.append(request.validateOnly ? "plan \(request.quoteQuantity)" : "buy \(request.quoteQuantity)") }
        let order = V1.Order(clientOrderID: "o1", symbol: "BTCUSDT", decisionPrice: "100", quoteQuantity: request.quoteQuantity)
        return V1.OpenPositionResponse(order: order)
      }
      daemon.on(V1.BotService.closePosition) { (_: V1.ClosePositionRequest) in
        calls.withLock { $0.append("sell") }
        return V1.ClosePositionResponse(order: V1.Order(clientOrderID: "o2", symbol: "BTCUSDT", quantity: "0.5"))
      }
    } _: { daemon in
      var line = CommandLineUnderTest()
      let once = Mutex<[UInt8]?>(Array(typed.utf8))
      line.input = {
        once.withLock { bytes in
          defer { bytes = nil }
          return bytes
        }
      }
      let result = await line.run(words + ["--address", daemon.address])
      box.withLock { $0 = result }
    }
    return (try #require(box.withLock { $0 }), calls.withLock { $0 })
  }

  @Test func liveModeAsksFirst() async throws {
    let (silent, none) = try await Self.run("buy", "a", "--quote", "5")
    #expect(silent.status == .usage && none == ["plan 5"] && silent.err.contains("nothing was sent"), "\(silent)")
    let (no, still) = try await Self.run("sell", "a", typed: "no\n")
    #expect(no.status == .usage && still == [] && no.out.contains("would sell 0.5 BTC") && no.out.contains("s1 at 90"), "\(no)")
    let (yes, bought) = try await Self.run("buy", "a", "--quote", "5", typed: "yes\n")
    #expect(yes.status == .ok && bought == ["plan 5", "buy 5"] && yes.out.contains("order o1 buys BTCUSDT for 5"), "\(yes)")
    let (forced, sold) = try await Self.run("sell", "a", "--yes")
    #expect(forced.status == .ok && sold == ["sell"], "\(forced)")
  }

  @Test func otherModesDoNotAskAndDryRunsSendNothing() async throws {
    #expect(try await Self.run("buy", "a", mode: .paper).calls == ["buy "])
    #expect(try await Self.run("sell", "a", mode: .testnet).calls == ["sell"])
    #expect(try await Self.run("buy", "a", "--dry-run").calls == ["plan "])
    #expect(try await Self.run("sell", "a", "--dry-run").calls == [])
  }
}
