import ExchangeSimulation
import Presentation
import Testing
import TradingModel

@testable import SimulatorServer

/// Which faults strike what, and how they are asked for.
@Suite struct FaultPlanTests {
  private func request(_ name: String, symbol: String = "BTCUSDT", side: String = "BUY") -> FaultSubject {
    var subject = FaultSubject(.request, name)
    subject.groups = ["place"]
    subject.symbol = symbol
    subject.side = side
    subject.orderType = "MARKET"
    subject.clientOrderID = "bot-1"
    return subject
  }

  @Test func countAfterAndSelectorsChoose() throws {
    var plan = FaultPlan(seed: 1)
    var selector = FaultSelector()
    selector.name = "place"
    selector.symbol = "BTCUSDT"
    selector.clientOrderIDPrefix = "bot-"
    _ = plan.add(Fault(.request, .lose, selector: selector, count: 2, after: 1))
    var other = request("x")
    other.clientOrderID = "hand"
    #expect(plan.strikes(other).isEmpty)
    #expect(plan.strikes(request("x", symbol: "ETHUSDT")).isEmpty)
    #expect((0..<5).map { _ in plan.strikes(request("x")).count } == [0, 1, 1, 0, 0])
    #expect(plan.entries[0].matched == 3 && plan.entries[0].struck == 2 && plan.entries[0].isSpent)
    #expect(!plan.isActive(.request))
  }

  @Test func probabilityIsSeeded() {
    func run(_ seed: UInt64) -> [Bool] {
      var plan = FaultPlan(seed: seed)
      _ = plan.add(Fault(.request, .lose, count: nil, probability: FixedDecimal(raw: 30_000_000)))
      return (0..<1_000).map { _ in !plan.strikes(request("x")).isEmpty }
    }
    #expect(run(1) == run(1))
    #expect(run(1) != run(2))
    #expect((250...350).contains(run(1).count { $0 }))
  }

  @Test(arguments: [
    ("{", "not JSON from byte 1"), ("3", "The body must be an object"), ("{}", "on must be given"),
    (#"{"on":"nothing","do":"x"}"#, "on must be one of request"), (#"{"on":"request","do":"lose"}"#, "do 'lose' is unknown"),
    (#"{"on":"request","do":"delay"}"#, "beforeMs or afterMs must be given"),
    (#"{"on":"request","do":"delay","beforeMs":-1}"#, "beforeMs must be an integer from 0"),
    (#"{"on":"request","do":"answer","status":99}"#, "status must be an integer from 200 to 599"),
    (#"{"on":"request","do":"answer","status":500,"headers":{"a b":"c"}}"#, "headers.a b must be"),
    (#"{"on":"request","do":"swallow","request":"plase"}"#, "request must be METHOD /path"),
    (#"{"on":"request","do":"swallow","probability":"1.5"}"#, "probability must be 0 to 1"),
    (#"{"on":"request","do":"swallow","side":"buy"}"#, "side must be BUY or SELL"),
    (#"{"on":"request","do":"swallow","colour":"red"}"#, "colour is unknown"),
    (#"[{"on":"request","do":"swallow"},{"on":"connection","do":"oneWay"}]"#, "[1].lost must be given"),
    (#"{"on":"userEvent","do":"price","factor":2}"#, "do 'price' is unknown"),
    (#"{"on":"marketEvent","do":"price","factor":"1e400"}"#, "factor must be a decimal"),
    (#"{"on":"marketEvent","do":"lose","closed":"yes"}"#, "closed must be true or false"),
  ])
  func wrongFaultsAreRefusedByName(body: String, message: String) throws {
    let error = try #require(throws: ExchangeError.self) { try FaultReader.read(Array(body.utf8)) }
    #expect(error.message.contains(message), "\(error.message)")
  }

  @Test func whatIsListedCanBeAskedForAgain() throws {
    let bodies = [
      #"{"on":"request","do":"answer","status":503,"code":-1,"message":"m","headers":{"A":"b"},"executed":true,"request":"place"}"#,
      #"{"on":"request","do":"cut","bytes":3,"reset":true,"symbol":"BTCUSDT","side":"BUY","type":"MARKET","clientIdPrefix":"x"}"#,
      #"{"on":"request","do":"omit","newest":1,"ids":[1,2],"count":0,"after":3,"probability":"0.5","seed":9,"account":0}"#,
      #"{"on":"request","do":"partial","fraction":"0.5"}"#, #"{"on":"request","do":"lag","ms":5}"#,
      #"{"on":"userEvent","do":"reorder","event":"executionReport","execution":"TRADE"}"#,
      #"{"on":"userEvent","do":"garble","text":"{"}"#, #"{"on":"userEvent","do":"double"}"#,
      #"{"on":"marketEvent","do":"price","factor":"0.1","event":"kline","interval":"1m","closed":true}"#,
      #"{"on":"marketEvent","do":"delay","ms":5}"#, #"{"on":"connection","do":"oneWay","lost":"toServer","kind":"stream","connection":4}"#,
      #"{"on":"connection","do":"drop","reset":true}"#, #"{"on":"connection","do":"blackHole"}"#,
    ]
    for body in bodies {
      let fault = try #require(try FaultReader.read(Array(body.utf8)).first)
      var plan = FaultPlan(seed: 1)
      _ = plan.add(fault)
      let listed = try #require(JSONTree(FaultWriter.list(plan))?.elements?.first?.members)
      let own = ["id", "matched", "struck", "spent"]
      var json = JSONText(capacity: 256)
      JSONTree.object(listed.filter { !own.contains($0.name) }).write(to: &json)
      #expect(try FaultReader.read(json.bytes) == [fault], "\(body)")
    }
  }
}
