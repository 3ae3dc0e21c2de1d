import Backtest
import Testing
import Time
import TradingCore
import TradingModel

/// Finer candles that say what happened inside: how much of the run they cover, and what is done where they do not.
@Suite struct DetailTests {
  private static let fine = BacktestSamples.candles(3_000, seed: 9)
  private static let coarse = stride(from: 0, to: 3_000, by: 5).map { at in
    fine[(at + 1)..<(at + 5)].reduce(fine[at]) { $0.joined(with: $1) }
  }

  private static func market(_ detail: [Candle]) -> BacktestMarket {
    var market = BacktestSamples.market(coarse, interval: .fiveMinutes)
    market.detail = detail
    market.detailInterval = .oneMinute
    return market
  }

  private static var settings: BacktestSettings { BacktestSettings(bots: [BacktestSamples.bot(interval: .fiveMinutes)]) }

  private static func run(_ settings: BacktestSettings, _ market: BacktestMarket) throws -> BacktestOutcome {
    var backtest = try Backtest(settings, markets: [market])
    return try backtest.run()
  }

  private static func facts(_ outcome: BacktestOutcome) -> [String] {
    outcome.trades.map { "\($0.openedAt) \($0.closedAt) \($0.entryPrice) \($0.exitPrice) \($0.profit) \($0.exitKind)" }
  }

  private static func failure(_ settings: BacktestSettings, _ market: BacktestMarket) -> BacktestError? {
    do throws(BacktestError) {
      _ = try Backtest(settings, markets: [market])
      return nil
    } catch {
      return error
    }
  }

  @Test func detailOfAnotherTimeIsRefused() throws {
    var late = Self.fine
    for index in late.indices { late[index].openTime = late[index].openTime.advanced(byMilliseconds: 86_400_000 * 30) }
    let error = try #require(Self.failure(Self.settings, Self.market(late)))
    #expect(error.field == "detail" && error.message.contains("covers no candle of the run"), "\(error)")
    // The data are covered, the range that is run is not.
    var settings = Self.settings
    settings.from = Self.coarse[300].openTime
    #expect(Self.failure(settings, Self.market(Array(Self.fine.prefix(1_500))))?.field == "detail")
    #expect(Self.failure(settings, Self.market(Array(Self.fine.prefix(1_505)))) == nil)
  }

  /// A candle of which the finer ones show only a part: the rest, with its extremes, must not vanish.
  @Test func aCandleCoveredInPartIsWalkedByTheRule() throws {
    let part = Self.fine.enumerated().filter { $0.offset % 5 != 2 }.map(\.element)
    // Of the first candle alone all is known.
    let detail = Self.fine.prefix(5) + part.dropFirst(4)
    #expect(Self.facts(try Self.run(Self.settings, Self.market(Array(detail)))) == Self.facts(try Self.run(Self.settings, Self.market([]))))
  }
}
