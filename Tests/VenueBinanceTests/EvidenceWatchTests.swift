import Testing
import Time
import TradingModel
import Venue
@testable import VenueBinance

@Suite struct EvidenceWatchTests {
  private static let minute: Int64 = 60_000_000_000

  @Test(arguments: [
    (-1_013, "Filter failure: LOT_SIZE", VenueEvidence.rules(Samples.bitcoin)), (-1_111, "Precision", .rules(Samples.bitcoin)),
    (-2_010, "Market is closed.", .rules(Samples.bitcoin)), (-2_015, "Invalid API-key", .permissions),
    (-2_010, "This symbol is not permitted for this account.", .permissions),
  ])
  func aRefusalShowsWhatToReadAgain(_ code: Int, _ message: String, _ expected: VenueEvidence) {
    var watch = EvidenceWatch()
    #expect(watch.refused(Samples.bitcoin, code: code, message: message, at: 5) == expected)
    #expect(watch.refused(Samples.bitcoin, code: code, message: message, at: 5 + Self.minute - 1) == nil, "once a minute")
    #expect(watch.refused(Samples.bitcoin, code: code, message: message, at: 5 + Self.minute) == expected)
  }

  @Test func mostRefusalsShowNothing() {
    var watch = EvidenceWatch()
    for (code, message) in [(-2_010, "Account has insufficient balance for requested action."), (-1_021, "Timestamp"), (0, "not sent")] {
      #expect(watch.refused(Samples.bitcoin, code: code, message: message, at: 0) == nil)
    }
  }

  private static func fill(_ commission: String, _ asset: String, isMaker: Bool = false) -> Fill {
    Fill(
      symbol: Samples.bitcoin, tradeID: TradeID(1), venueOrderID: VenueOrderID(1), price: Samples.decimal("50000"),
      quantity: Samples.decimal("0.002"), quoteQuantity: Samples.decimal("100"), commission: Samples.decimal(commission),
      commissionAsset: asset, isMaker: isMaker, time: .zero)
  }

  @Test func anotherRateIsEvidence() {
    var watch = EvidenceWatch()
    #expect(watch.filled(Self.fill("0.1", "USDT"), .sell, at: 0) == nil, "the first one")
    #expect(watch.filled(Self.fill("0.10000001", "USDT"), .sell, at: 1) == nil, "rounding")
    #expect(watch.filled(Self.fill("0.03", "BNB"), .sell, at: 2) == nil, "paid in a third asset")
    #expect(watch.filled(Self.fill("0.05", "USDT", isMaker: true), .sell, at: 3) == nil, "makers pay another rate")
    #expect(watch.filled(Self.fill("0.000002", "BTC"), .buy, at: 4) == nil)
    #expect(watch.filled(Self.fill("0.075", "USDT"), .sell, at: 5) == .fees(Samples.bitcoin))
    #expect(watch.filled(Self.fill("0.075", "USDT"), .sell, at: Self.minute * 2) == nil, "known by now")
    #expect(watch.filled(Self.fill("0.1", "USDT"), .sell, at: Self.minute * 3) == .fees(Samples.bitcoin))
  }
}
