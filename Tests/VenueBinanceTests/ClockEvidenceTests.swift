import Foundation
import NIOCore
import Synchronization
import Testing
import VenueBinance

@Suite struct ClockEvidenceTests {
  /// K8: one late symbol is the network's fault, all at once may be our idea of the clock; and nothing comes from the future.
  @Test(arguments: [(-60_000, true), (60_000, true), (0, false)] as [(Int64, Bool)])
  func eventsThatContradictTheClockAreEvidence(_ milliseconds: Int64, _ isSuspect: Bool) async throws {
    let setup = try StreamSetup { $0.lagNanoseconds = 2_000_000_000 }
    let suspicions = Shared(0)
    try await setup.onLoop { $0.clockIsSuspect = { suspicions.withLock { $0 += 1 } } }
    try await setup.start(MarketSubscriptions(trades: [Samples.bitcoin, Samples.ether]))
    let session = try await setup.session(1)
    session.send(Samples.trade(1, time: setup.now + milliseconds))
    session.send(
      Samples.trade(1, time: setup.now + milliseconds).replacing("BTCUSDT", with: "ETHUSDT").replacing("btcusdt", with: "ethusdt"))
    try await Eventually.holds("both trades") { setup.recorder.seen.withLock { $0.events.count } == 2 }
    if isSuspect { try await Eventually.holds("the suspicion") { suspicions.withLock { $0 } == 1 } }
    // Several looks later it is still one.
    try await setup.onLoop { _ in }
    let ticks = setup.stream.loop.scheduleTask(in: .milliseconds(600)) {}
    try await ticks.futureResult.get()
    #expect(suspicions.withLock { $0 } == (isSuspect ? 1 : 0))
    await setup.stop()
  }
}
