import BinanceJSON
import NIOCore
import Synchronization
import Testing
import Time
import TradingModel
import Venue

@testable import VenueBinance

/// What is wrong with a series' history is said, and stops nothing that need not stop.
@Suite struct HistoryReasonTests {
  private static let series = SeriesKey(symbol: Samples.bitcoin, interval: .oneMinute)
  private static let invalid = #"{"code":-1121,"msg":"Invalid symbol."}"#

  @Test func impossibleRowsAreSkippedAndNamed() async throws {
    let setup = try StreamSetup()
    let minute = setup.minute.withLock { $0 }
    let bad = Samples.klineRow(minute - 3).replacing("\"101.0\"", with: "\"100.2\"")
    setup.exchange.answer { request, _ in
      guard request.path == "/api/v3/klines" else { return .error(404, -1) }
      let rows = [Samples.klineRow(minute - 4), bad, Samples.klineRow(minute - 2), "[]", Samples.klineRow(minute - 1)]
      return .ok("[" + rows.joined(separator: ",") + "]")
    }
    try await setup.start(MarketStreamTests.candles)
    try await Eventually.holds("the rest arrives") { setup.recorder.closed == [minute - 4, minute - 2, minute - 1] }
    let session = try await setup.session(1)
    session.send(Samples.kline(minute, closed: true))
    try await Eventually.holds("live") { setup.recorder.closed.last == minute && setup.recorder.state == .live }
    let problems = setup.recorder.seen.withLock { $0.problems }
    #expect(problems.count == 1)
    #expect(problems.first?.hasPrefix("BTCUSDT 1m: 2 rows of history are skipped, the first ") == true, "\(problems)")
    let traffic = try await setup.onLoop { $0.traffic(of: Self.series) }
    #expect(traffic.refused == 2 && traffic.backfilled == 0 && traffic.problem.contains("fewer than 9 cells"))
    #expect(try await setup.onLoop { $0.counters.rowsRefused } == 2)
    await setup.stop()
  }

  @Test func whatIsWrongWithARowIsSaid() throws {
    func reason(_ row: String) throws -> String? {
      try RestDecoding.candles(JSONValue(parsing: Array("[\(row)]".utf8))).refused.first?.reason
    }
    let good = Samples.klineRow(7)
    #expect(try reason(good) == nil)
    #expect(try reason(good.replacing("\"101.0\"", with: "\"100.2\"")) == "high 100.2 is below close 100.5")
    #expect(try reason(good.replacing("\"99.0\"", with: "\"100.3\"")) == "low 100.3 is above open 100")
    #expect(try reason(good.replacing("\"99.0\"", with: "\"0\"")) == "low 0 is not above zero")
    #expect(try reason(good.replacing("\"101.0\"", with: "\"many\"")) == "high is no number")
    #expect(try reason(good.replacing(",2,", with: ",-2,")) == "a volume or the number of trades is negative")
    #expect(try reason(good.replacing("420000,", with: "-1,")) == "its open time cannot be read")
    #expect(try reason("[1,2]") == "it has fewer than 9 cells")
  }

  @Test func aSeriesWithoutHistoryBecomesLiveAndSaysWhy() async throws {
    let setup = try StreamSetup()
    let minute = setup.minute.withLock { $0 }
    setup.exchange.answer { _, _ in .answer(status: 400, body: Self.invalid, headers: []) }
    try await setup.start(MarketStreamTests.candles)
    let session = try await setup.session(1)
    try await Eventually.holds("the reason") { setup.recorder.seen.withLock { !$0.problems.isEmpty } }
    session.send(Samples.kline(minute, closed: true))
    session.send(Samples.kline(minute + 1, closed: true))
    try await Eventually.holds("live") { setup.recorder.closed == [minute, minute + 1] && setup.recorder.state == .live }
    // A hole is refused too; what came behind it goes on.
    session.send(Samples.kline(minute + 3, closed: true))
    try await Eventually.holds("behind the hole") { setup.recorder.closed.last == minute + 3 }
    #expect(setup.recorder.seen.withLock { $0.problems } == ["BTCUSDT 1m: no history: Invalid symbol. (-1121)"])
    #expect(try await setup.onLoop { $0.isHistoryMissing(Self.series) })
    await setup.stop()
  }

  @Test func aFailureThatMayPassIsSaidWhileItIsTriedAgain() async throws {
    let setup = try StreamSetup()
    let minute = setup.minute.withLock { $0 }
    setup.exchange.answer { request, number in
      number < 3 ? .answer(status: 503, body: #"{"code":0,"msg":"Under maintenance."}"#, headers: []) : StreamSetup.klines(request, minute)
    }
    try await setup.start(MarketStreamTests.candles)
    try await Eventually.holds("history") { setup.recorder.closed.count == 6 }
    #expect(
      setup.recorder.seen.withLock { $0.problems } == ["BTCUSDT 1m: no history: HTTP 503: Under maintenance.", "BTCUSDT 1m: "])
    await setup.stop()
  }

  @Test func reconnectsRefusalsAndRefillsAreCountedForEachSeries() async throws {
    let setup = try StreamSetup()
    try await setup.start(MarketStreamTests.candles)
    let first = try await setup.session(1)
    try await Eventually.holds("warm-up") { setup.recorder.closed.count == 6 }
    first.send("{")
    first.send(#"{"stream":"btcusdt@kline_1m","data":{"e":"kline"}}"#)
    try await Eventually.holds("refusals") { setup.recorder.seen.withLock { $0.refusals.count } == 2 }
    setup.minute.withLock { $0 += 3 }
    first.drop()
    _ = try await setup.session(2)
    try await Eventually.holds("the refill") { setup.recorder.closed.count == 9 }
    let (traffic, counters) = try await setup.onLoop { ($0.traffic(of: Self.series), $0.counters) }
    #expect(traffic == SeriesTraffic(reconnects: 1, refused: 2, backfilled: 3))
    // K3: the newest of the three is decided on, that the others are not is told.
    let minute = setup.minute.withLock { $0 }
    setup.recorder.seen.withLock { seen in
      #expect(seen.skipped == [Self.series: [minute - 3, minute - 2]])
      let decided = seen.events.compactMap { if case .candle(let update) = $0, update.isClosed { update } else { nil } }
      #expect(decided.map { $0.candle.openTime.milliseconds / 60_000 } == [minute - 1])
    }
    #expect(counters.reconnects == 1 && counters.refused.values.reduce(0, +) == 2 && counters.backfilled == 3)
    await setup.stop()
  }

  @Test(
    arguments: [
      (
        451, #"{"code":0,"msg":"Service unavailable from a restricted location."}"#,
        "HTTP 451: Service unavailable from a restricted location."
      ),
      (403, "<html>firewall</html>", "HTTP 403 without a code"), (502, "", "HTTP 502 without a word"),
      (503, #"{"msg":"Service Unavailable."}"#, "HTTP 503: Service Unavailable."),
    ])
  func wordsWithoutACodeAreShown(_ status: Int, _ body: String, _ words: String) async throws {
    let setup = try StreamSetup()
    setup.exchange.answer { _, _ in .answer(status: status, body: body, headers: []) }
    let said = try await withCheckedThrowingContinuation { (done: CheckedContinuation<String, any Error>) in
      setup.stream.loop.execute {
        setup.rest.synchronizeClock { result in
          if case .failure(let error) = result { done.resume(returning: error.message) } else { done.resume(returning: "") }
        }
      }
    }
    #expect(said == words)
    await setup.stop()
  }

  @Test func aRefusedHandshakeSaysWhy() async throws {
    let setup = try StreamSetup()
    setup.exchange.answer { _, _ in .answer(status: 451, body: #"{"code":0,"msg":"Restricted location."}"#, headers: []) }
    setup.exchange.refusesUpgrades.withLock { $0 = true }
    try await setup.start(MarketStreamTests.trades)
    try await Eventually.holds("a second handshake") { setup.exchange.requests("/stream").count > 1 }
    let problem = try await setup.onLoop { $0.connectionProblem }
    #expect(problem?.hasSuffix("HTTP status 451: Restricted location.") == true, "\(problem ?? "")")
    await setup.stop()
  }
}
