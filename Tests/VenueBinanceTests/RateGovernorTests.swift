import Time
import Testing
import TradingModel
import VenueBinance

@Suite struct RateGovernorTests {
  /// A whole minute; the monotonic clock reads something else.
  let noon = ExchangeMoment(monotonicNanoseconds: 5_000_000_000, exchange: Timestamp(milliseconds: 1_700_000_040_000))

  func governor(weight: Int = 100, orders: Int = 10) -> RateGovernor {
    var governor = RateGovernor()
    governor.announce(
      weights: [.init(limit: weight, lengthMilliseconds: 60_000)],
      orders: [.init(limit: orders, lengthMilliseconds: 10_000), .init(limit: 1_000, lengthMilliseconds: 86_400_000)])
    return governor
  }

  func granted(_ governor: inout RateGovernor, _ purpose: RateGovernor.Purpose, weight: Int = 1, at time: ExchangeMoment) -> Int {
    var count = 0
    while count < 5_000, governor.admit(weight: weight, purpose: purpose, at: time) == .granted { count += 1 }
    return count
  }

  @Test func fifthOfTheOrderBudgetIsKeptForProtection() {
    var governor = governor()
    #expect(granted(&governor, .entry, at: noon) == 8)
    #expect(granted(&governor, .protective, at: noon) == 2)
    #expect(granted(&governor, .cancel, at: noon) == 90, "cancels count no order, only weight")
  }

  @Test func weightHasThreeTiers() {
    var governor = governor()
    #expect(granted(&governor, .read, at: noon) == 80)
    #expect(granted(&governor, .query, at: noon) == 10)
    #expect(granted(&governor, .read, at: noon) == 0)
    let orders = granted(&governor, .entry, at: noon) + granted(&governor, .cancel, at: noon)
    #expect(orders == 10, "the last tenth is for orders and cancels")
  }

  @Test func windowsAreAlignedToTheClock() {
    var governor = governor()
    #expect(granted(&governor, .entry, at: noon.later(milliseconds: 9_999)) == 8)
    #expect(granted(&governor, .entry, at: noon.later(milliseconds: 9_999)) == 0)
    #expect(granted(&governor, .entry, at: noon.later(milliseconds: 10_000)) == 8)
  }

  /// The exchange's clock turns out to be far from what was believed, either way: what is counted stays until the exchange's own window
  /// ends, and no longer than that.
  @Test(arguments: [-3_600_000, -25, 25, 3_600_000, 3_604_000] as [Int64])
  func measuringTheClockNeitherFreesNorFreezes(_ milliseconds: Int64) {
    var governor = governor()
    #expect(granted(&governor, .entry, at: noon.later(milliseconds: 1_000)) == 8)
    func measured(_ later: Int64) -> ExchangeMoment {
      var moment = noon.later(milliseconds: later)
      moment.exchange = moment.exchange.advanced(byMilliseconds: milliseconds)
      return moment
    }
    governor.realign(to: measured(1_000))
    #expect(granted(&governor, .entry, at: measured(1_000)) == 0)
    // How long the exchange's window still lasts.
    let left = 10_000 - (1_000 + milliseconds + 3_600_000) % 10_000
    #expect(granted(&governor, .entry, at: measured(1_000 + left - 1)) == 0)
    #expect(granted(&governor, .entry, at: measured(1_000 + left)) == 8)
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
    for purpose in [RateGovernor.Purpose.read, .query, .entry, .protective, .cancel] {
      #expect(granted(&governor, purpose, at: noon.later(milliseconds: 6_999)) == 0)
    }
    governor.silenced(retryAfterSeconds: 1, at: noon)
    #expect(granted(&governor, .read, at: noon.later(milliseconds: 6_999)) == 0, "a shorter silence does not end a longer one")
    #expect(governor.admit(weight: 1, purpose: .entry, at: noon.later(milliseconds: 7_000)) == .granted)
  }

  @Test func tooManyUnfilledOrdersBlockEntriesOnly() {
    var governor = governor()
    governor.ordersBlocked(retryAfterSeconds: 5, at: noon)
    #expect(granted(&governor, .entry, at: noon) == 0)
    #expect(governor.admit(weight: 1, purpose: .protective, at: noon) == .granted)
    #expect(governor.admit(weight: 1, purpose: .cancel, at: noon) == .granted)
  }

  @Test func absurdHeadersAreHarmless() {
    var governor = governor()
    governor.silenced(retryAfterSeconds: .max, at: ExchangeMoment(monotonicNanoseconds: .max, exchange: .distantFuture))
    governor.ordersBlocked(retryAfterSeconds: .min, at: ExchangeMoment(monotonicNanoseconds: 0, exchange: .zero))
    governor.reported(usedWeight: .max, lengthMilliseconds: 60_000, at: noon)
    #expect(granted(&governor, .read, at: noon) == 0)
    #expect(RateGovernor.milliseconds(ofHeaderInterval: "10s") == 10_000)
    #expect(RateGovernor.milliseconds(ofHeaderInterval: "1D") == 86_400_000)
    for text in ["", "M", "0M", "-1M", "99999999999999999999M", "1X", "1.5M"] {
      #expect(RateGovernor.milliseconds(ofHeaderInterval: text) == nil)
    }
  }
}

extension ExchangeMoment {
  /// By both clocks.
  fileprivate func later(milliseconds: Int64) -> ExchangeMoment {
    ExchangeMoment(
      monotonicNanoseconds: monotonicNanoseconds + milliseconds * 1_000_000, exchange: exchange.advanced(byMilliseconds: milliseconds))
  }
}
