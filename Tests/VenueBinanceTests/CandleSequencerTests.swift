import Time
import Testing
import TradingModel
import VenueBinance

@Suite struct CandleSequencerTests {
  static let series = SeriesKey(symbol: Samples.bitcoin, interval: .oneMinute)

  func candle(_ minute: Int) -> Candle {
    let price = FixedDecimal(100 + minute % 7)
    return Candle(
      openTime: Timestamp(milliseconds: Int64(minute) * 60_000), open: price, high: price, low: price, close: price, volume: .one,
      tradeCount: 1)
  }

  func update(_ minute: Int, closed: Bool = true, second: Int = 60) -> CandleUpdate {
    CandleUpdate(
      symbol: Samples.bitcoin, interval: .oneMinute, candle: candle(minute), isClosed: closed,
      eventTime: Timestamp(milliseconds: Int64(minute) * 60_000 + Int64(second) * 1_000))
  }

  func live(after minute: Int) -> CandleSequencer {
    var sequencer = CandleSequencer(series: Self.series)
    #expect(sequencer.subscribed() == [.refill(after: nil)])
    #expect(sequencer.refilled([candle(minute)], at: .zero) == [.history([candle(minute)]), .becameLive])
    return sequencer
  }

  @Test func closedCandlesAreHeldUntilTheWarmUpArrives() {
    var sequencer = CandleSequencer(series: Self.series)
    #expect(sequencer.received(update(1)) == [], "not subscribed")
    #expect(sequencer.subscribed() == [.refill(after: nil)])
    #expect(sequencer.received(update(5)) == [])
    #expect(sequencer.received(update(6, closed: false, second: 3)) == [])
    #expect(
      sequencer.refilled([candle(3), candle(4), candle(5)], at: .zero) == [.history([candle(3), candle(4), candle(5)]), .becameLive])
    #expect(sequencer.received(update(5)) == [], "already delivered as history")
    #expect(sequencer.received(update(6)) == [.live(update(6))])
  }

  @Test func heldCandlesFollowTheHistoryAsLive() {
    var sequencer = CandleSequencer(series: Self.series)
    _ = sequencer.subscribed()
    _ = sequencer.received(update(6))
    _ = sequencer.received(update(5))
    #expect(
      sequencer.refilled([candle(4), candle(3)], at: .zero)
        == [.history([candle(3), candle(4)]), .live(update(5)), .live(update(6)), .becameLive])
  }

  @Test func refusedHistoryLetsWhatIsHeldGo() {
    var sequencer = CandleSequencer(series: Self.series)
    #expect(sequencer.refillRefused() == [])
    _ = sequencer.subscribed()
    _ = sequencer.received(update(6))
    #expect(sequencer.refillRefused() == [.live(update(6)), .becameLive])
    #expect(sequencer.received(update(9)) == [.refill(after: candle(6).openTime)])
    #expect(sequencer.refillRefused() == [.live(update(9)), .becameLive])
  }

  @Test func repeatedClosedCandleIsDeliveredOnce() {
    var sequencer = live(after: 10)
    #expect(sequencer.received(update(11)) == [.live(update(11))])
    #expect(sequencer.received(update(11)) == [])
    #expect(sequencer.received(update(10)) == [])
  }

  @Test func holeAsksForARefillAndHoldsWhatCameAfter() {
    var sequencer = live(after: 10)
    #expect(sequencer.received(update(13)) == [.refill(after: candle(10).openTime)])
    #expect(!sequencer.isLive)
    #expect(sequencer.received(update(14)) == [])
    #expect(
      sequencer.refilled([candle(11), candle(12)], at: .zero)
        == [.history([candle(11), candle(12)]), .live(update(13)), .live(update(14)), .becameLive])
    #expect(sequencer.gaps == 1)
  }

  /// K3: the close of 12 never comes by the stream; it is decided on all the same, once, at the time it came.
  @Test func newestCandleThatIsFetchedComesAsLive() {
    var sequencer = live(after: 10)
    _ = sequencer.received(update(13, closed: false, second: 6))
    #expect(!sequencer.isLive)
    let now = Timestamp(milliseconds: 13 * 60_000 + 7_000)
    #expect(
      sequencer.refilled([candle(11), candle(12)], at: now)
        == [.history([candle(11)]), .becameLive, .fetched(update(12, second: 67))])
    #expect(sequencer.received(update(12)) == [], "it may come after all")
    #expect(sequencer.received(update(13)) == [.live(update(13))])
  }

  /// A disconnect of some minutes.
  @Test func onlyTheNewestOfSeveralIsDecidedOn() {
    var sequencer = live(after: 10)
    sequencer.disconnected()
    #expect(sequencer.subscribed() == [.refill(after: candle(10).openTime)])
    #expect(
      sequencer.refilled([candle(11), candle(12), candle(13)], at: Timestamp(milliseconds: 14 * 60_000 + 5_000))
        == [.history([candle(11), candle(12)]), .becameLive, .fetched(update(13, second: 65))])
    // A clock that is behind does not date a candle before its end.
    var early = live(after: 10)
    early.disconnected()
    _ = early.subscribed()
    #expect(early.refilled([candle(11)], at: .zero) == [.becameLive, .fetched(update(11))])
  }

  @Test func refillThatLagsBehindIsAskedAgain() {
    var sequencer = live(after: 10)
    _ = sequencer.received(update(13))
    #expect(sequencer.refilled([candle(11)], at: .zero) == [.history([candle(11)]), .refill(after: candle(11).openTime)])
    #expect(sequencer.refilled([candle(11), candle(12)], at: .zero) == [.history([candle(12)]), .live(update(13)), .becameLive])
  }

  @Test func holeInTheExchangesOwnHistoryIsAcceptedAfterSomeAttempts() {
    var sequencer = live(after: 10)
    _ = sequencer.received(update(13))
    var outputs: [CandleSequencer.Output] = []
    var attempts = 0
    repeat {
      outputs = sequencer.refilled([], at: .zero)
      attempts += 1
    } while outputs == [.refill(after: candle(10).openTime)] && attempts < 100
    #expect(outputs == [.live(update(13)), .becameLive])
    #expect(attempts < 20)
  }

  @Test func lateCloseIsWaitedForAndLostCloseIsFetched() {
    var sequencer = live(after: 10)
    // Candle 12 has begun, the close of 11 has not come yet: a moment of patience.
    #expect(sequencer.received(update(12, closed: false, second: 2)) == [.live(update(12, closed: false, second: 2))])
    #expect(sequencer.received(update(11)) == [.live(update(11))])
    // Candle 13 runs for six seconds without the close of 12.
    #expect(sequencer.received(update(13, closed: false, second: 6)) == [.refill(after: candle(11).openTime)])
  }

  @Test func openCandleNeverTurnsBack() {
    var sequencer = live(after: 10)
    #expect(sequencer.received(update(11, closed: false, second: 4)).count == 1)
    #expect(sequencer.received(update(11, closed: false, second: 2)) == [])
    #expect(sequencer.received(update(10, closed: false, second: 59)) == [])
  }

  @Test func disconnectForgetsWhatWasHeldAndRefillsFromTheLastClosed() {
    var sequencer = live(after: 10)
    _ = sequencer.received(update(13))
    sequencer.disconnected()
    #expect(sequencer.refilled([candle(11)], at: .zero) == [], "an answer to an earlier life")
    #expect(sequencer.subscribed() == [.refill(after: candle(10).openTime)])
    #expect(sequencer.refillFailed() == [.refill(after: candle(10).openTime)])
  }

  /// A stream that drops, repeats, swaps and disconnects, refills that fail, lag and overlap: every closed candle exactly once, in order.
  @Test(arguments: 1...200) func everyClosedCandleLeavesOnceAndInOrder(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var sequencer = CandleSequencer(series: Self.series)
    var delivered: [Int] = []
    var lastLiveEvent = Int.min
    var pendingRefills: [Timestamp?] = []
    var isConnected = false
    var now = 20  // candles below `now` are closed
    let first = 5

    func take(_ outputs: [CandleSequencer.Output]) {
      for output in outputs {
        switch output {
        case .live(let update) where update.isClosed: delivered.append(Int(update.candle.openTime.milliseconds / 60_000))
        case .live(let update):
          let minute = Int(update.candle.openTime.milliseconds / 60_000)
          #expect(minute > delivered.last ?? -1 && minute >= lastLiveEvent, "an open candle from the past")
          lastLiveEvent = minute
        case .fetched(let update): delivered.append(Int(update.candle.openTime.milliseconds / 60_000))
        case .history(let candles): delivered += candles.map { Int($0.openTime.milliseconds / 60_000) }
        case .refill(let after): pendingRefills.append(after)
        case .becameLive: break
        }
      }
    }

    func answerRefill(lag: Int) {
      guard !pendingRefills.isEmpty else { return }
      let after = pendingRefills.removeFirst()
      if Int.random(in: 0..<5, using: &random) == 0 { return take(sequencer.refillFailed()) }
      let from = after.map { Int($0.milliseconds / 60_000) + 1 } ?? max(first, now - 10)
      take(sequencer.refilled(from < now - lag ? (from..<(now - lag)).map { candle($0) }.shuffled(using: &random) : [], at: .zero))
    }

    for _ in 0..<400 {
      switch Int.random(in: 0..<20, using: &random) {
      case 0 where isConnected:
        isConnected = false
        sequencer.disconnected()
        pendingRefills.removeAll()
      case 0, 1:
        guard !isConnected else { continue }
        isConnected = true
        take(sequencer.subscribed())
      case 2...8:
        now += 1
        guard isConnected, Int.random(in: 0..<8, using: &random) != 0 else { continue }
        take(sequencer.received(update(now - 1)))
        if Int.random(in: 0..<6, using: &random) == 0 { take(sequencer.received(update(now - 1))) }
      case 9...13:
        guard isConnected else { continue }
        take(sequencer.received(update(now, closed: false, second: Int.random(in: 0...59, using: &random))))
      case 14: if isConnected { take(sequencer.received(update(max(first, now - 3)))) }
      default: answerRefill(lag: Int.random(in: 0...1, using: &random))
      }
    }
    // Faults stop: one more connection, and everything comes out.
    if !isConnected { take(sequencer.subscribed()) }
    now += 1
    take(sequencer.received(update(now - 1)))
    for _ in 0..<200 where !pendingRefills.isEmpty { answerRefill(lag: 0) }
    #expect(sequencer.isLive)
    let start = delivered.first ?? 0
    #expect(delivered == Array(start..<now), "seed \(seed)")
  }
}
