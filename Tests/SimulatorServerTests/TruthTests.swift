import ExchangeSimulation
import Foundation
import Presentation
import TestSupport
import Testing
import Time
import TradingModel
import Venue

@testable import SimulatorServer

/// What the simulator writes down, and how it is read.
@Suite struct TruthTests {
  @Test func everyRequestOrderEventAndFillIsTold() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await fixture.userStream()
      let socket = try fixture.connect()
      let first = ServerFixture.signedRequest("POST", "/api/v3/order", ServerFixture.market("told"))
      let second = "POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=b"
      // Two requests in one piece, the second with a body.
      try socket.write(first + second)
      _ = try socket.answer()
      _ = try socket.answer()
      try await probe.send(#"{ "id" : 7 , "method" : "ping" }"#)
      _ = try await probe.text(with: "\"id\":7")

      let lines = try await fixture.truth()
      #expect(lines[0]["record"]?.text == "truth" && lines[0]["firstKept"]?.integer == 1 && lines[0]["seed"]?.integer == 1)
      #expect(lines.dropFirst().map { $0["sequence"]?.integer } == (1...Int64(lines.count - 1)).map { $0 })
      let requests = lines.filter { $0["record"]?.text == "request" }
      func bytes(_ line: JSONTree) -> String {
        line["bytes"]?.text.flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) } ?? ""
      }
      let http = requests.filter { $0["protocol"]?.text == "http" }
      #expect(http.map { $0["name"]?.text } == ["GET /ws-api/v3", "POST /api/v3/order", "POST /api/v3/order"])
      #expect(http.dropFirst().map(bytes) == [first, second])
      #expect(requests.filter { $0["protocol"]?.text == "webSocket" }.map(bytes).last == #"{ "id" : 7 , "method" : "ping" }"#)
      #expect(http.map { $0["number"]?.integer } == [1, 1, 2])
      let executions = lines.filter { $0["record"]?.text == "execution" }
      #expect(executions.map { $0["report"]?["x"]?.text } == ["NEW", "TRADE"])
      #expect(executions.allSatisfy { $0["report"]?["c"]?.text == "told" })
      let order = try #require(lines.first { $0["record"]?.text == "order" })
      #expect(order["clientOrderId"]?.text == "told" && order["kind"]?.text == "place" && order["outcome"]?.text == "FILLED")
      let answers = lines.filter { $0["record"]?.text == "answer" }.map { $0["status"]?.integer }
      #expect(answers == [101, 200, 200, 401, 200])
      #expect(lines.contains { $0["record"]?.text == "balances" })
      let part = try await fixture.truth("from=3&limit=2")
      #expect(part.dropFirst().map { $0["sequence"]?.integer } == [3, 4])
      try await probe.close()
    }
  }

  @Test func aFollowerHearsWhatComes() async throws {
    try await ServerFixture.run { fixture in
      let socket = try fixture.connect()
      try socket.write("GET /sim/truth?follow=1&wall=0 HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try socket.read(through: "\r\n\r\n").lowercased().contains("transfer-encoding: chunked"))
      _ = try socket.read(through: "\"record\":\"truth\"")
      func used() async throws -> Int {
        let header = try await fixture.signed("GET", "/api/v3/rateLimit/order").headers["x-mbx-used-weight-1m"]
        return try #require(header.flatMap { Int($0) })
      }
      // Following weighs nothing. The window of the weights may end in between: then once more.
      var grown = 0
      for _ in 0..<2 where grown != 40 {
        let before = try await used()
        _ = try await fixture.signed("POST", "/api/v3/order", ServerFixture.market("followed"))
        let text = try socket.read(through: "\"outcome\":\"FILLED\"")
        #expect(text.contains("\"c\":\"followed\"") && !text.contains("wallNanoseconds"))
        grown = try await used() - before
      }
      #expect(grown == 40)
    }
  }

  @Test func memoryIsBoundedAndTheFileIsWhole() async throws {
    let folder = try TemporaryDirectory("truth")
    let path = folder.file("truth.jsonl")
    try await ServerFixture.run { configuration in
      configuration.truthFile = path
      configuration.truthBytesMaximum = 20_000
    } _: { fixture in
      for name in 0..<40 { _ = try await fixture.signed("POST", "/api/v3/order", ServerFixture.market("n\(name)")) }
      let lines = try await fixture.truth()
      let first = try #require(lines[0]["firstKept"]?.integer)
      #expect(first > 100)
      #expect(lines[1]["sequence"]?.integer == first)
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { JSONTree(Array($0.utf8)) }
    #expect(lines[0]["record"]?.text == "truth")
    #expect(lines.dropFirst().map { $0["sequence"]?.integer } == (1...Int64(lines.count - 1)).map { $0 })
    let orders = lines.filter { $0["record"]?.text == "order" }.compactMap { $0["clientOrderId"]?.text }
    #expect(orders == (0..<40).map { "n\($0)" })
  }

  @Test func aFileThatCannotBeWrittenStopsTheStart() async throws {
    let error = await #expect(throws: SimulatorError.self) {
      try await ServerFixture.run {
        $0.truthFile = "/nowhere/truth"
      } _: { _ in
      }
    }
    #expect(error?.message.contains("--truth /nowhere/truth") == true)
  }

  @Test(arguments: ["from=0", "from=x", "limit=0", "follow=2", "wall=maybe"])
  func wrongParametersAreNamed(query: String) async throws {
    try await ServerFixture.run { fixture in
      let answer = try await fixture.call("GET", "/sim/truth", query: query)
      #expect(answer.status == 400 && answer.text.contains(String(query.prefix { $0 != "=" })), "\(answer.text)")
    }
  }

  // MARK: The same again

  /// A run over sockets: a paused market that is moved by hand, and requests whose bytes are given.
  private func serve() async throws -> String {
    var text = ""
    try await ServerFixture.run { fixture in
      let socket = try fixture.connect()
      func call(_ request: String) throws {
        try socket.write(request)
        _ = try? socket.answer()
      }
      let body = #"{"on":"request","do":"swallow","probability":"0.5","seed":3,"count":0,"request":"cancel"}"#
      try call("POST /sim/faults HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
      for step in 0..<12 {
        try call("GET /sim/advance?ms=1000 HTTP/1.1\r\nHost: x\r\n\r\n")
        let time = Int64(1_700_000_000_000 + (step + 1) * 1_000)
        let parameters =
          step % 2 == 0 ? ServerFixture.market("m\(step)") : ServerFixture.limit("l\(step)", price: step % 3 == 0 ? "30000" : "90000")
        try call(ServerFixture.signedRequest("POST", "/api/v3/order", parameters, timestamp: time))
      }
      try socket.write("GET /sim/truth?wall=0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      text = String(decoding: try socket.readToEnd().bytes, as: UTF8.self)
    }
    return text
  }

  @Test func theSameRequestsGiveTheSameTruthOverSockets() async throws {
    let first = try await serve()
    #expect(first.contains("\"x\":\"TRADE\"") && first.contains("\"record\":\"order\""))
    let second = try await serve()
    #expect(first == second)
  }

  /// The pure layer alone, in virtual time, with faults that a seed chooses.
  private func simulate(seed: UInt64) throws -> [UInt8] {
    let symbol = try #require(Symbol("BTCUSDT"))
    let rules = try #require(SimulatedInstrument(symbol: symbol))
    var generator = MarketGenerator(seed: seed, instruments: [rules], start: Timestamp(milliseconds: 1_700_000_000_000))
    var exchange = SimulatedExchange(
      instruments: [rules], accounts: [SimulatedAccount(balances: [("USDT", FixedDecimal(100_000)), ("BTC", .one)])])
    var plan = FaultPlan(seed: seed)
    _ = plan.add(Fault(.request, .swallow(executes: false, resets: false), count: nil, probability: FixedDecimal(raw: 30_000_000)))
    var truth = TruthLog(bytesMaximum: 1 << 20)
    var random = ExchangeSimulation.SeededRandom(seed: seed)
    for step in 0..<300 {
      var events: [ExchangeEvent] = []
      var market: [MarketEvent] = []
      generator.advance(to: generator.now.advanced(byMilliseconds: 1_000), &market)
      for event in market { exchange.onMarket(event, events: &events) }
      let time = generator.now
      let request = ExchangeOrderRequest(
        symbol: symbol, side: random.uniform() < 0.5 ? .buy : .sell, type: .market, quantity: FixedDecimal(raw: 100_000),
        clientOrderID: "s\(step)")
      let strikes = RequestFaults(plan.strikes(FaultSubject(.request, "place")))
      if strikes.executes { _ = try? exchange.place(request, account: 0, arrival: time, at: time, events: &events) }
      for event in events {
        if case .execution(let execution) = event { truth.append(.execution(execution), at: time, wall: time) }
      }
      truth.append(
        .answer(
          TruthAnswer(connection: 1, number: Int64(step), status: 0, code: 0, wasExecuted: strikes.executes, faults: strikes.ids)),
        at: time, wall: time)
    }
    for record in exchange.truth { truth.append(.order(record), at: record.marketTime, wall: record.arrival) }
    return truth.entries(from: 1, limit: .max).flatMap { TruthLines.line($0, wall: true) }
  }

  @Test func theSameSeedGivesTheSameTruthInVirtualTime() throws {
    let first = try simulate(seed: 7)
    #expect(first.count > 100_000)
    #expect(try simulate(seed: 7) == first)
    #expect(try simulate(seed: 8) != first)
  }

  @Test func aLogGivesUpItsOldestEntries() {
    var log = TruthLog(bytesMaximum: 3_000)
    for number in 1...5_000 { log.append(.command("\(number)"), at: .zero, wall: .zero) }
    #expect(log.next == 5_001 && log.firstKept == 4_996)
    #expect(log.entries(from: 1, limit: 2).map(\.sequence) == [4_996, 4_997])
    #expect(log.entries(from: 4_999, limit: 10).map(\.sequence) == [4_999, 5_000])
    #expect(log.entries(from: 5_001, limit: 10).isEmpty)
  }
}
