import Testing
import Time
import TradingModel
@testable import TradingCore

/// DESIGN 17: a decision that was not made is told.
@Suite struct SkippedCandleTests {
  private static func alerts(start: Bool, candles count: Int) -> [Alert] {
    var core = TradingCore(configuration: CoreConfiguration(mode: .testnet))
    var effects: [Effect] = []
    let now = Samples.start
    let configuration = Samples.configuration("a", stopLoss: "0.01")
    core.open(JournalIdentity(id: "abcd1234", mode: .testnet), at: now, effects: &effects)
    core.step(.rules([Samples.rules()]), at: now, effects: &effects)
    let command = Command.createBot(configuration, start: start)
    core.step(.command(CommandEnvelope(id: 1, requestID: "a", fingerprint: 1, command: command)), at: now, effects: &effects)
    effects.removeAll()
    let price = FixedDecimal(50_000)
    let candles = (0..<count).map { number in
      Candle(
        openTime: Timestamp(milliseconds: 1_700_000_040_000 + Int64(number) * configuration.interval.milliseconds), open: price,
        high: price,
        low: price, close: price, volume: .one, tradeCount: 1)
    }
    core.step(.candlesSkipped(configuration.series, candles), at: now, effects: &effects)
    return effects.compactMap { if case .append(let entry) = $0, case .alert(let alert) = entry.record { alert } else { nil } }
  }

  @Test func whatARunningBotMissedIsTold() throws {
    let one = try #require(Self.alerts(start: true, candles: 1).first)
    #expect(one.code == .decisionSkipped && one.severity == .warning && one.botID == nil)
    #expect(one.message.contains(": decision of 2023-11-14T22:15:00.000Z skipped"), "\(one.message)")
    let three = Self.alerts(start: true, candles: 3)
    #expect(three.count == 1)
    #expect(three[0].message.contains("3 decisions from 2023-11-14T22:15:00.000Z to 2023-11-14T22:17:00.000Z skipped"), "\(three)")
  }

  @Test func nobodyMissesWhatNobodyWouldHaveDecided() {
    #expect(Self.alerts(start: false, candles: 1).isEmpty)
    #expect(Self.alerts(start: true, candles: 0).isEmpty)
  }
}
