import Testing
import TradingCore
import TradingModel
import Venue

/// What a person buys for a bot: by its rules, and as the journal tells it.
@Suite struct HandTradeTests {
  private static let one = Samples.bot("one")
  private static func d(_ text: String) -> FixedDecimal { Samples.decimal(text) }

  private static func bench(limits: RiskLimits = RiskLimits(), start: Bool = true) -> PaperBench {
    var bench = PaperBench()
    bench.command(.setRiskLimits(limits, only: nil))
    bench.trade(d("60000"))
    bench.command(.createBot(Samples.configuration(), start: start))
    return bench
  }

  private static func buy(_ amount: String? = nil, isPlan: Bool = false) -> Command {
    .openPosition(one, amount: amount.map(d), isPlan: isPlan)
  }

  @Test func itIsAnEntryLikeItsOwnWithStopAndTarget() throws {
    var bench = Self.bench()
    let result = bench.command(Self.buy("250"), requestID: "r1", fingerprint: 1)
    #expect(result.bots == ["one"])
    let entry = try #require(bench.journal.first { if case .orderIntent = $0.record { true } else { false } })
    guard case .orderIntent(let intent) = entry.record else { return }
    #expect(intent.purpose == .entry && intent.reason == "by hand" && intent.request.quoteQuantity == Self.d("250"))
    #expect(entry.requestID == "r1")
    bench.trade(Self.d("60000"))
    let snapshot = try #require(bench.snapshot())
    #expect(snapshot.position.isOpen && snapshot.stopPrice.isPositive && snapshot.takeProfitPrice.isPositive)
    #expect(bench.intents.map(\.purpose).contains(.stopLoss))
    // The same request again buys nothing more; another one is refused while it holds something.
    #expect(bench.command(Self.buy("250"), requestID: "r1", fingerprint: 1).bots == ["one"])
    #expect(bench.command(Self.buy("250"), requestID: "r2").reasons == ["POSITION_OPEN"])
    #expect(bench.intents.count { $0.purpose == .entry } == 1)
    // Its stop sells it, in the bot's own way.
    bench.trade(Self.d("58000"))
    bench.trade(Self.d("58000"))
    #expect(bench.snapshot()?.position.isOpen == false)
  }

  @Test func withoutAnAmountItsSizingDecides() throws {
    var bench = Self.bench()
    bench.command(Self.buy())
    #expect(try #require(bench.intents.first).request.quoteQuantity == Self.d("1000"))
  }

  @Test func aPlanSendsNothing() throws {
    var bench = Self.bench()
    let before = bench.journal.count
    guard case .planned(let request, let price) = bench.command(Self.buy("250", isPlan: true)) else {
      Issue.record("not planned")
      return
    }
    #expect(request.quoteQuantity == Self.d("250") && price == Self.d("60000") && request.side == .buy)
    #expect(bench.command(Self.buy("5000", isPlan: true)).reasons == ["INSUFFICIENT_CAPITAL"])
    #expect(bench.journal.count == before && bench.snapshot()?.position.isOpen == false)
  }

  @Test func whatItsRulesForbidIsRefusedAndNotJournaled() {
    func reasons(_ bench: PaperBench, _ amount: String? = "250", _ prepare: (inout PaperBench) -> Void = { _ in }) -> [String] {
      var bench = bench
      prepare(&bench)
      let before = bench.journal.count
      let reasons = bench.command(Self.buy(amount)).reasons
      #expect(bench.journal.count == before)
      return reasons
    }
    #expect(reasons(Self.bench(), "1000.01") == ["INSUFFICIENT_CAPITAL"])
    #expect(reasons(Self.bench(), "0.1") != [])
    #expect(reasons(Self.bench(start: false)) == ["BOT_PAUSED"])
    #expect(reasons(Self.bench()) { $0.command(.pauseBot(Self.one)) } == ["BOT_PAUSED"])
    #expect(reasons(Self.bench()) { $0.command(.setTradingState(.reducing, reason: "")) } == ["TRADING_STATE_REDUCING"])
    #expect(reasons(Self.bench()) { $0.command(.setTradingState(.halted, reason: "")) } == ["TRADING_STATE_HALTED"])
    #expect(reasons(Self.bench()) { $0.step(.feed(nil, .stale)) } == ["FEED_STALE"])
    #expect(
      reasons(Self.bench()) { $0.command(.lockEntries(.bot(Self.one), forMilliseconds: 60_000, reason: "news")) } == ["ENTRIES_LOCKED"])
    #expect(reasons(Self.bench(limits: RiskLimits(orderNotionalMaximum: Self.d("200")))) == ["MAX_ORDER_NOTIONAL"])
    // Its own size is made smaller, as for its own entries.
    var limited = Self.bench(limits: RiskLimits(orderNotionalMaximum: Self.d("200")))
    #expect(limited.command(Self.buy()).bots == ["one"] && limited.intents.first?.request.quoteQuantity == Self.d("200"))
    var none = Self.bench()
    #expect(none.command(.openPosition(Samples.bot("two"), amount: nil, isPlan: false)).code == .notFound)
  }

  /// Folding the journal gives the same state: nothing about it is in memory only.
  @Test func aJournalWithItFoldsTheSame() throws {
    var bench = Self.bench()
    bench.command(Self.buy("250"), requestID: "r1", fingerprint: 1)
    bench.trade(Self.d("60100"))
    var twin = TradingCore(configuration: bench.core.configuration)
    for entry in bench.journal { try twin.recover(entry) }
    // Rules are not journaled; the venue tells them after a restart.
    var effects: [Effect] = []
    twin.step(.rules([Samples.rules()]), at: twin.time, effects: &effects)
    #expect(twin.snapshot(of: Self.one)?.journaled == bench.core.snapshot(of: Self.one)?.journaled)
    #expect(twin.nextSequence == bench.core.nextSequence)
  }
}
