import Presentation
import Testing
import TradingModel
import ExchangeSimulation

@testable import SimulatorServer

/// A local order book by the documented procedure (web-socket-streams.md, How to manage a local order book correctly).
struct LocalBook {
  var bids: [Price: Quantity] = [:]
  var asks: [Price: Quantity] = [:]
  var id: Int64 = 0

  /// - Throws: when the snapshot holds no book.
  init(snapshot: JSONTree) throws {
    id = try #require(snapshot["lastUpdateId"]?.integer)
    Self.set(&bids, snapshot["bids"])
    Self.set(&asks, snapshot["asks"])
  }

  private static func set(_ side: inout [Price: Quantity], _ levels: JSONTree?) {
    for level in levels?.elements ?? [] {
      guard let cells = level.elements, cells.count == 2, let price = cells[0].text.flatMap({ FixedDecimal(text: $0) }),
        let quantity = cells[1].text.flatMap({ FixedDecimal(text: $0) })
      else { continue }
      side[price] = quantity.isPositive ? quantity : nil
    }
  }

  /// Applies an event; `false` when events were lost.
  mutating func apply(_ event: JSONTree) -> Bool {
    guard let first = event["U"]?.integer, let last = event["u"]?.integer else { return false }
    if last < id { return true }
    guard first <= id + 1 else { return false }
    Self.set(&bids, event["b"])
    Self.set(&asks, event["a"])
    id = last
    return true
  }
}

@Suite struct StreamDepthTests {
  private func json(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  @Test(arguments: ["btcusdt@depth", "btcusdt@depth@100ms"])
  func aLocalBookEqualsTheExchanges(stream: String) async throws {
    try await ServerFixture.run { fixture in
      // 1: connect and buffer.
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/\(stream)")
      var buffered: [JSONTree] = []
      _ = try await fixture.get("/sim/advance", "ms=2000")
      buffered.append(try json(try await probe.text()))
      let firstID = try #require(buffered.first?["U"]?.integer)
      // 2: a snapshot, in the middle between two messages, that is not older than the first event.
      _ = try await fixture.get("/sim/advance", "ms=450")
      let snapshot = try json(try await fixture.get("/api/v3/depth", "symbol=BTCUSDT&limit=5000"))
      var book = try LocalBook(snapshot: snapshot)
      #expect(book.id >= firstID)
      // Orders of our own change levels, and change them back.
      let price = try #require(snapshot["bids"]?.elements?[3].elements?.first?.text)
      let order = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.5&price=\(price)&newClientOrderId=own"
      #expect(try await fixture.signed("POST", "/api/v3/order", order).status == 200)
      let between = try LocalBook(snapshot: try json(try await fixture.get("/api/v3/depth", "symbol=BTCUSDT&limit=5000")))
      #expect(try await fixture.signed("DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=own").status == 200)
      var second = between
      _ = try await fixture.get("/sim/advance", "ms=60000")
      var late = try LocalBook(snapshot: try json(try await fixture.get("/api/v3/depth", "symbol=BTCUSDT&limit=5000")))
      #expect(late.bids != between.bids && late.id > between.id)
      _ = try await fixture.get("/sim/advance", "ms=2000")
      var lastID: Int64?
      // 3 to 7, on the buffered event and on those that follow. However late a book was begun, all are the same.
      var isLateMoved = false
      while !isLateMoved {
        let event = try buffered.isEmpty ? json(try await probe.text()) : buffered.removeFirst()
        let (first, last) = (try #require(event["U"]?.integer), try #require(event["u"]?.integer))
        if let lastID { #expect(first == lastID + 1) }
        lastID = last
        guard last > book.id else { continue }
        let areApplied = [book.apply(event), second.apply(event)]
        #expect(areApplied == [true, true])
        #expect(book.bids == second.bids && book.asks == second.asks)
        if last > late.id {
          let isApplied = late.apply(event)
          #expect(isApplied)
          isLateMoved = true
        }
      }
      #expect(book.id == late.id && book.bids == late.bids && book.asks == late.asks)
      #expect(book.bids.count > 5 && book.asks.count > 5)
      try await probe.close()
    }
  }

  /// A level that changes and changes back between two messages: who took a snapshot in between must hear of it.
  @Test func aLevelThatChangedBackIsToldToWhoSawIt() throws {
    func levels(_ quantity: Int) -> [DepthLevel] { [DepthLevel(price: .one, quantity: FixedDecimal(quantity))] }
    var difference = DepthDifference((1, levels(5), []))
    difference.look((2, levels(7), []))
    let message = difference.message((3, levels(5), []))
    #expect(message?.firstID == 2 && message?.lastID == 3 && message?.bids == levels(5))
    let none = difference.message((3, levels(5), []))
    #expect(none == nil)
    let gone = difference.message((4, [], []))
    #expect(gone?.bids == [DepthLevel(price: .one, quantity: .zero)])
  }
}
