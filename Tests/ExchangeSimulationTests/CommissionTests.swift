import Testing
import TradingModel

@testable import ExchangeSimulation

/// Binance: commission_faq.md.
@Suite struct CommissionTests {
  private var schedule: CommissionSchedule {
    var schedule = CommissionSchedule(maker: decimal("0.0000001"), taker: decimal("0.0000002"))
    schedule.standard.buyer = decimal("0.0000003")
    schedule.standard.seller = decimal("0.0000004")
    schedule.special = CommissionSchedule.Rates(
      maker: decimal("0.01"), taker: decimal("0.02"), buyer: decimal("0.03"), seller: decimal("0.04"))
    schedule.tax = CommissionSchedule.Rates(
      maker: decimal("0.00000112"), taker: decimal("0.00000114"), buyer: decimal("0.00000118"), seller: decimal("0.00000116"))
    schedule.discount = decimal("0.25")
    return schedule
  }

  /// The document's own example: 0.49975 BTC sold at 35,000; the parts are 0.01049475, 0.04022987(5) and 1049.475.
  @Test func theDocumentsExample() {
    let received = decimal("35000") * decimal("0.49975")
    #expect(schedule.full(received, side: .sell, isMaker: false) == decimal("1049.52572462"))
    // 1 BNB = 260 USDT: 0.000010091 + 0.00015473 + 4.036442308, each cut to eight digits.
    let inBNB = schedule.discounted(received, side: .sell, isMaker: false, price: (.one, decimal("260")))
    #expect(inBNB == decimal("0.00001009") + decimal("0.00015473") + decimal("4.0364423"))
  }

  @Test func discountedCommissionsArePaidInBNBWhileItLasts() throws {
    var fixture = try ExchangeFixture(others: ["BNBUSDT"])
    let bnb = try #require(Symbol("BNBUSDT"))
    fixture.exchange.continueHistory(of: bnb, lastPrice: decimal("600"), nextTradeID: 1)
    fixture.exchange.setPaysWithDiscountAsset(true, account: 0)
    // There is no BNB: the full commission comes out of what is received.
    #expect(try fixture.place(.sell, .market, quantity: "0.1").fills.map(\.commissionAsset) == ["USDT"])
    _ = fixture.exchange.transfer(account: 0, asset: "BNB", amount: decimal("0.01"), at: fixture.now, events: &fixture.events)
    fixture.events.removeAll()
    // 0.1 × 59,999 × 0.1 % × 0.75 / 600
    let fill = try #require(try fixture.place(.sell, .market, quantity: "0.1").fills.first)
    #expect(fill.commissionAsset == "BNB" && fill.commission == decimal("0.00749987"))
    #expect(fixture.exchange.accounts[0].free("BNB") == decimal("0.00250013"))
    #expect(fixture.events.contains { if case .balances(_, let assets, _) = $0 { assets.contains("BNB") } else { false } })
    // And now there is too little.
    #expect(try fixture.place(.sell, .market, quantity: "0.1").fills.map(\.commissionAsset) == ["USDT"])
    #expect(fixture.problems() == [])
  }
}
