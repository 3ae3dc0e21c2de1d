import Testing
import TradingModel
import ExchangeSimulation

/// Binance: stp_faq.md, its scenarios with prices near 60,000. Three makers buy 0.12, 0.13 and 0.81; the taker sells 0.3.
@Suite struct SelfTradePreventionTests {
  struct Row: Sendable {
    var mode: SelfTradePrevention
    var taker: ExchangeOrderStatus
    var makers: [ExchangeOrderStatus]
    var prevented: [String]
    /// Of the taker.
    var preventedQuantity: String
  }

  static let rows: [Row] = [
    Row(
      mode: .expireMaker, taker: .new, makers: [.expiredInMatch, .expiredInMatch, .expiredInMatch],
      prevented: ["0 60300 - 0.12", "1 60200 - 0.13", "2 60100 - 0.81"], preventedQuantity: "0"),
    Row(
      mode: .expireTaker, taker: .expiredInMatch, makers: [.new, .new, .new], prevented: ["0 60300 0.3 -"], preventedQuantity: "0.3"),
    Row(
      mode: .expireBoth, taker: .expiredInMatch, makers: [.expiredInMatch, .new, .new], prevented: ["0 60300 0.3 0.12"],
      preventedQuantity: "0.3"),
    Row(
      mode: .decrement, taker: .expiredInMatch, makers: [.expiredInMatch, .expiredInMatch, .new],
      prevented: ["0 60300 0.12 0.12", "1 60200 0.13 0.13", "2 60100 0.05 0.05"], preventedQuantity: "0.3"),
    Row(
      mode: .transfer, taker: .expiredInMatch, makers: [.expiredInMatch, .expiredInMatch, .new],
      prevented: ["0 60300 0.12 0.12", "1 60200 0.13 0.13", "2 60100 0.05 0.05"], preventedQuantity: "0.3"),
  ]

  @Test(arguments: rows)
  func theTakersModeDecides(_ row: Row) throws {
    var fixture = try ExchangeFixture()
    fixture.market(bid: "60050", ask: "60900")
    for (offset, order) in [("0.12", "60300"), ("0.13", "60200"), ("0.81", "60100")].enumerated() {
      try fixture.place(fixture.request(.buy, .limit, quantity: order.0, price: order.1, id: "maker\(offset)"))
    }
    let taker = try fixture.place(
      fixture.request(.sell, .limit, quantity: "0.3", price: "60100", prevention: row.mode, id: "taker")
    ).order
    #expect(taker.status == row.taker && taker.executed == .zero && taker.prevented == decimal(row.preventedQuantity))
    #expect((0..<3).map { fixture.status("maker\($0)") } == row.makers)
    let matches = try fixture.exchange.preventedMatches(
      account: 0, symbol: fixture.symbol, orderID: taker.orderID, limit: 10)
    let texts = matches.map { entry in
      let match = entry.match
      return "\(match.id) \(match.price) \(match.takerQuantity?.description ?? "-") \(match.makerQuantity?.description ?? "-")"
    }
    #expect(texts == row.prevented)
    #expect(matches.allSatisfy { $0.match.mode == row.mode.effective })
    let reports = fixture.executions.filter { $0.kind == .tradePrevention }
    #expect(!reports.isEmpty && reports.allSatisfy { $0.prevention != nil && $0.fill == nil })
    #expect(fixture.exchange.fills(account: 0, symbol: fixture.symbol, limit: 10).isEmpty)
    #expect(fixture.problems() == [])
  }

  @Test func withoutPreventionAnAccountTradesWithItself() throws {
    var fixture = try ExchangeFixture()
    fixture.exchange.changeTerms(of: fixture.symbol) { $0.features.allowedSelfTradePrevention.insert(.none) }
    try fixture.place(fixture.request(.buy, .limit, quantity: "0.1", price: "60000", id: "maker"))
    try fixture.place(fixture.request(.sell, .limit, quantity: "0.1", price: "60000", prevention: SelfTradePrevention.none, id: "taker"))
    #expect(fixture.status("maker") == .filled && fixture.status("taker") == .filled)
    #expect(fixture.exchange.fills(account: 0, symbol: fixture.symbol, limit: 10).count == 2)
    #expect(fixture.problems() == [])
  }

  @Test func aModeThatTheSymbolDoesNotAllowIsRefused() throws {
    var fixture = try ExchangeFixture()
    fixture.exchange.changeTerms(of: fixture.symbol) {
      $0.features.defaultSelfTradePrevention = .none
      $0.features.allowedSelfTradePrevention = [.none, .expireTaker, .expireBoth]
    }
    #expect(throws: ExchangeError(-1013, "This symbol does not allow the specified self-trade prevention mode.")) {
      try fixture.place(fixture.request(.buy, .limit, price: "50000", prevention: .expireMaker))
    }
    #expect(try fixture.place(fixture.request(.buy, .limit, price: "50000")).order.selfTradePrevention == .none)
  }

  @Test func aPreventedLegEndsItsPair() throws {
    var fixture = try ExchangeFixture()
    try fixture.list(
      .oneCancelsOther,
      [
        fixture.request(.sell, .limitMaker, price: "60500", id: "profit"), fixture.request(.sell, .stopLoss, stop: "54000", id: "stop"),
      ])
    fixture.market(bid: "60400", ask: "60900")
    try fixture.place(fixture.request(.buy, .limit, price: "60500", id: "taker"))
    #expect(fixture.status("profit") == .expiredInMatch && fixture.status("stop") == .expired && fixture.status("taker") == .new)
    #expect(fixture.problems() == [])
  }
}
