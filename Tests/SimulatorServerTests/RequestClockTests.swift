import Time
import Testing
import TradingModel
import ExchangeSimulation

@testable import SimulatorServer

@Suite struct RequestClockTests {
  private let wall = Timestamp(milliseconds: 1_900_000_000_000)
  private let market = Timestamp(milliseconds: 1_733_000_000_000)

  private func accepts(_ clock: RequestClock, _ timestamp: Int64, window: Double = 5_000) -> Bool {
    (try? clock.check(timestamp: timestamp, recvWindow: window, market: market, wall: wall)) != nil
  }

  @Test func simulatedClockTakesBothClocksAndServedDifferences() {
    var clock = RequestClock(mode: .simulated)
    #expect(accepts(clock, market.milliseconds))
    #expect(accepts(clock, wall.milliseconds))
    // A client that asked for the time a minute of real time ago, when the market stood an hour earlier.
    let served = market.advanced(byMilliseconds: -3_600_000)
    let then = wall.advanced(byMilliseconds: -60_000)
    let client = wall.milliseconds + served.milliseconds - then.milliseconds
    #expect(!accepts(clock, client))
    _ = clock.serve(market: served, wall: then)
    #expect(accepts(clock, client))
  }

  @Test func theWindowIsTheExchanges() {
    let clock = RequestClock(mode: .wall)
    #expect(accepts(clock, wall.milliseconds - 5_000))
    #expect(!accepts(clock, wall.milliseconds - 5_001))
    #expect(accepts(clock, wall.milliseconds + 999))
    #expect(!accepts(clock, wall.milliseconds + 1_000))
    #expect(!accepts(clock, market.milliseconds))
    #expect(accepts(clock, wall.milliseconds - 59_999, window: 60_000))
  }
}
