import Time
import Testing
import TradingModel
import VenueBinance

@Suite struct RateGovernorTests {
  let noon = Timestamp(milliseconds: 1_700_000_040_000)  // a whole minute

  func governor(weight: Int = 100, orders: Int = 10) -> RateGovernor {
    var governor = RateGovernor()
    governor.announce(
      weights: [.init(limit: weight, lengthMilliseconds: 60_000)],
      orders: [.init(limit: orders, lengthMilliseconds: 10_000), .init(limit: 1_000, lengthMilliseconds: 86_400_000)])
    return governor
  }

  func granted(_ governor: inout RateGovernor, _ purpose: RateGovernor.Purpose, weight: Int = 1, at time: Timestamp) -> Int {
    var count = 0
    while count < 5_000, governor.admit(weight: weight, purpose: purpose, at: time) == .granted { count += 1 }
    return count
  }

  @Test func fifthOfTheOrderBudgetIsKeptForProtection() {
    var governor = governor()
    #expect(granted(&governor, .entry, at: noon) == 8)
    #expect(granted(&governor, .protective, at: noon) == 2)
    #expect(granted(&governor, .orderCare, at: noon) == 90, "cancels count no order, only weight")
  }

  @Test func fifthOfTheWeightIsKeptForOrders() {
    var governor = governor()
    #expect(granted(&governor, .read, weight: 20, at: noon) == 4)
    #expect(governor.admit(weight: 20, purpose: .orderCare, at: noon) == .granted)
    #expect(granted(&governor, .orderCare, at: noon) == 0)
  }

  @Test func windowsAreAlignedToTheClock() {
    var governor = governor()
    #expect(granted(&governor, .entry, at: noon.advanced(byMilliseconds: 9_999)) == 8)
    #expect(granted(&governor, .entry, at: noon.advanced(byMilliseconds: 9_999)) == 0)
    #expect(granted(&governor, .entry, at: noon.advanced(byMilliseconds: 10_000)) == 8)
  }

  @Test func clockThatIsSetBackFreesNothing() {
    var governor = governor()
    #expect(granted(&governor, .entry, at: noon) == 8)
    #expect(granted(&governor, .entry, at: noon.advanced(byMilliseconds: -3_600_000)) == 0)
  }

  @Test func reportedCountsOnlyRaise() {
    var governor = governor()
    governor.reported(usedWeight: 79, lengthMilliseconds: 60_000, at: noon)
    #expect(granted(&governor, .read, at: noon) == 1)
    governor.reported(usedWeight: 3, lengthMilliseconds: 60_000, at: noon)
    #expect(granted(&governor, .read, at: noon) == 0)
    governor.reported(orderCount: 10, lengthMilliseconds: 10_000, at: noon)
    #expect(granted(&governor, .protective, at: noon) == 0)
  }

  @Test func silenceHoldsForEverythingUntilItsEnd() {
    var governor = governor()
    governor.silenced(retryAfterSeconds: 7, at: noon)
    for purpose in [RateGovernor.Purpose.read, .entry, .protective, .orderCare] {
      #expect(granted(&governor, purpose, at: noon.advanced(byMilliseconds: 6_999)) == 0)
    }
    governor.silenced(retryAfterSeconds: 1, at: noon)
    #expect(granted(&governor, .read, at: noon.advanced(byMilliseconds: 6_999)) == 0, "a shorter silence does not end a longer one")
    #expect(governor.admit(weight: 1, purpose: .entry, at: noon.advanced(byMilliseconds: 7_000)) == .granted)
  }

  @Test func tooManyUnfilledOrdersBlockEntriesOnly() {
    var governor = governor()
    governor.ordersBlocked(retryAfterSeconds: 5, at: noon)
    #expect(granted(&governor, .entry, at: noon) == 0)
    #expect(governor.admit(weight: 1, purpose: .protective, at: noon) == .granted)
    #expect(governor.admit(weight: 1, purpose: .orderCare, at: noon) == .granted)
  }

  @Test func absurdHeadersAreHarmless() {
    var governor = governor()
    governor.silenced(retryAfterSeconds: .max, at: .distantFuture)
    governor.ordersBlocked(retryAfterSeconds: .min, at: .zero)
    governor.reported(usedWeight: .max, lengthMilliseconds: 60_000, at: noon)
    #expect(granted(&governor, .read, at: noon) == 0)
    #expect(RateGovernor.milliseconds(ofHeaderInterval: "10s") == 10_000)
    #expect(RateGovernor.milliseconds(ofHeaderInterval: "1D") == 86_400_000)
    for text in ["", "M", "0M", "-1M", "99999999999999999999M", "1X", "1.5M"] {
      #expect(RateGovernor.milliseconds(ofHeaderInterval: text) == nil)
    }
  }
}
