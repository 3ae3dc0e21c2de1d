import Testing
import TradingModel
import Venue

@testable import TradingCore

/// Fees that are taken from the coins themselves, or from a third asset until that runs out.
@Suite struct CommissionTests {
  /// Fault 15: BNB pays for the first part of an entry and runs out: the second part pays in coins, and the stop covers what is left of them.
  @Test func theStopCoversWhatFeesLeft() throws {
    var bench = HeldBotTests.Bench()
    bench.price(FixedDecimal(50_000))
    let bot = try #require(bench.bot)
    let name = OrderName(journal: "abcd1234", epoch: "t0", bot: bot.createdSequence, purpose: .entry, number: 7)
    let id = try #require(name.id)
    let parts = [("0.06", "0.002", "BNB"), ("0.04", "0.00004", "BTC")]
    var executed = FixedDecimal.zero
    for (number, part) in parts.enumerated() {
      let quantity = Samples.decimal(part.0)
      executed += quantity
      let quote = FixedDecimal(50_000) * quantity
      bench.step(
        .report(
          ExecutionReport(
            clientOrderID: id, venueOrderID: VenueOrderID(900), symbol: Samples.symbol, side: .buy, type: .market,
            quantity: Samples.decimal("0.1"), status: number == 0 ? .partiallyFilled : .filled, executedQuantity: executed,
            cumulativeQuote: FixedDecimal(50_000) * executed,
            fill: Fill(
              symbol: Samples.symbol, tradeID: TradeID(Int64(700 + number)), venueOrderID: VenueOrderID(900), price: FixedDecimal(50_000),
              quantity: quantity, quoteQuantity: quote, commission: Samples.decimal(part.1), commissionAsset: part.2, isMaker: false,
              time: bench.now),
            time: bench.now, source: .stream)))
    }
    #expect(bench.bot?.position.quantity == Samples.decimal("0.09996"))
    let stops = bench.takeSent().filter { $0.type == .stopLoss }
    // Whole lots of what the fee left: one more would be somebody else's coin.
    #expect(stops.last?.quantity == Samples.decimal("0.09996"), "\(stops)")
    let rules = Samples.rules()
    #expect(
      stops.allSatisfy { $0.quantity <= Samples.decimal("0.09996") && $0.quantity.roundedDown(toMultipleOf: rules.stepSize) == $0.quantity }
    )
  }
}
