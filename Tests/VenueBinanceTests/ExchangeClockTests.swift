import NIOCore
import ServiceRuntime
import Synchronization
import Testing
import Time
import VenueBinance

@Suite struct ExchangeClockTests {
  /// Two clocks that are told what they read.
  final class Machine: Sendable {
    let wall = Mutex(Timestamp(milliseconds: 1_700_000_000_000))
    let monotonic = Mutex<Int64>(77)
    var clock: ExchangeClock { ExchangeClock(wall: { self.wall.withLock { $0 } }, monotonic: { self.monotonic.withLock { $0 } }) }
    func pass(milliseconds: Int64) {
      wall.withLock { $0 = $0.advanced(byMilliseconds: milliseconds) }
      monotonic.withLock { $0 += milliseconds * 1_000_000 }
    }
    func step(milliseconds: Int64) { wall.withLock { $0 = $0.advanced(byMilliseconds: milliseconds) } }
  }

  @Test func aStepOfTheWallClockIsNotSeen() {
    let machine = Machine()
    let clock = machine.clock
    #expect(!clock.isMeasured && clock.now.exchange == Timestamp(milliseconds: 1_700_000_000_000))
    machine.step(milliseconds: 3_600_000)
    machine.pass(milliseconds: 5)
    #expect(clock.now.exchange == Timestamp(milliseconds: 1_700_000_000_005))
    clock.measured(Timestamp(milliseconds: 1_600_000_000_000))
    machine.step(milliseconds: -7_200_000)
    machine.pass(milliseconds: 1_000)
    #expect(clock.isMeasured && clock.now.exchange == Timestamp(milliseconds: 1_600_000_001_000))
    #expect(clock.time(atMonotonic: 77) == Timestamp(milliseconds: 1_599_999_999_995))
    #expect(clock.offsetNanoseconds == (1_600_000_001_000 - (1_700_000_000_000 - 3_600_000 + 1_005)) * 1_000_000)
  }

  /// Half of a long round trip may be anything; but a clock that the exchange refuted is worth less.
  @Test func aSlowMeasurementReplacesNoGoodOne() async throws {
    let ahead = Shared<Int64>(0)
    let clock = ExchangeClock(
      wall: { WallClock.now() }, monotonic: { MonotonicClock.nanoseconds() + ahead.withLock { $0 } * 1_000_000_000 })
    let setup = try ExecutionSetup(clock: clock)
    func measure() async throws {
      let done = Shared(false)
      try await setup.onLoop { $0.rest.synchronizeClock { _ in done.withLock { $0 = true } } }
      try await Eventually.holds("the measurement") { done.withLock { $0 } }
    }
    func error() async throws -> Int64 {
      try await setup.onLoop { abs($0.rest.clock.now.exchange.milliseconds - WallClock.now().milliseconds) }
    }
    try await measure()
    // The answer seems to take five seconds, and says something else.
    setup.script("GET /api/v3/time") { _, _ in
      ahead.withLock { $0 += 5 }
      return .ok("{\"serverTime\":\(WallClock.now().milliseconds + 3_600_000)}")
    }
    try await measure()
    #expect(try await error() < 30_000)
    setup.script("POST /api/v3/order") { _, _ in .error(400, -1_021, "Timestamp for this request is outside of the recvWindow.") }
    _ = try await setup.submit()
    try await Eventually.holds("the refuted clock is replaced") { setup.exchange.requests("/api/v3/time").count == 3 }
    try await measure()
    #expect(try await error() > 3_500_000)
    await setup.stop()
  }

  @Test func absurdReadingsAreHarmless() {
    let moment = ExchangeMoment(monotonicNanoseconds: .min, exchange: .distantFuture)
    #expect(moment.time(atMonotonic: .max) == .distantFuture)
    #expect(ExchangeMoment(monotonicNanoseconds: .max, exchange: .zero).time(atMonotonic: .min) == Timestamp(nanoseconds: .min))
  }
}
