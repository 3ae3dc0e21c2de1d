import Strategies
import Testing
import TradingModel

/// What holds for each strategy in the catalogue, including those added later.
struct EveryStrategyTests {
  private static let names = StrategyCatalogue.all.map(\.name)
  private static let seeds: [UInt64] = [3, 17, 2_024]

  private func make(_ name: String) throws -> any Strategy { try StrategyCatalogue.make(name: name, parameters: [:]) }

  @Test(arguments: names, seeds)
  func signalsOnAPrefixNeverChangeWhenCandlesAreAdded(name: String, seed: UInt64) throws {
    let candles = CandleSeries.walk(seed: seed, count: 700)
    let whole = run(try make(name), over: candles)
    for length in stride(from: 1, through: candles.count, by: 61) {
      let prefix = run(try make(name), over: Array(candles[..<length]))
      #expect(prefix == Array(whole[..<length]), "prefix of \(length)")
    }
  }

  @Test(arguments: names)
  func itTradesBothWaysOnAWalkAndSaysWhy(name: String) throws {
    let strategy = try make(name)
    let signals = run(strategy, over: CandleSeries.walk(seed: 5, count: 5_000, volatility: 0.02))
    let buys = signals.filter { $0.action == .buy }
    let sells = signals.filter { $0.action == .sell }
    #expect(buys.count > 3)
    #expect((buys.count - 1...buys.count).contains(sells.count), "buys and sells alternate")
    #expect((buys + sells).allSatisfy { !$0.reason.isEmpty && (0.5...1).contains($0.confidence) })
    #expect(signals.filter { $0.action == .hold }.allSatisfy { $0 == .hold })
  }

  @Test(arguments: names)
  func itHoldsWhileWarmingUp(name: String) throws {
    let strategy = try make(name)
    #expect(strategy.warmUp > 0)
    #expect(strategy.settling >= strategy.warmUp)
    for seed in Self.seeds {
      let candles = CandleSeries.walk(seed: seed, count: strategy.warmUp, volatility: 0.1)
      for open in [true, false] {
        var strategy = strategy
        let position = StrategyPosition(isOpen: open, averageEntryPrice: .one)
        #expect(candles.allSatisfy { strategy.onCandle($0, position: position) == .hold })
      }
    }
  }

  @Test(arguments: names)
  func aFlatMarketNeverBuys(name: String) throws {
    let signals = run(try make(name), over: CandleSeries.candles(closes: [Double](repeating: 100, count: 500)))
    #expect(signals.allSatisfy { $0 == .hold })
  }

  @Test(arguments: names)
  func itBuysOnlyWhenFlatAndSellsOnlyWhenOpen(name: String) throws {
    let candles = CandleSeries.walk(seed: 11, count: 2_000, volatility: 0.03)
    var flat = try make(name)
    #expect(candles.allSatisfy { flat.onCandle($0, position: .flat).action != .sell })
    var open = try make(name)
    let position = StrategyPosition(isOpen: true, averageEntryPrice: .one)
    #expect(candles.allSatisfy { open.onCandle($0, position: position).action != .buy })
  }

  @Test(arguments: names)
  func afterSettlingTheBeginningNoLongerMatters(name: String) throws {
    let candles = CandleSeries.walk(seed: 23, count: 3_000)
    var whole = try make(name)
    var late = try make(name)
    let start = 1_500
    for (index, candle) in candles.enumerated() {
      let full = whole.onCandle(candle, position: .flat)
      guard index >= start else { continue }
      let short = late.onCandle(candle, position: .flat)
      guard index >= start + late.settling else { continue }
      #expect(full.action == short.action, "candle \(index)")
      #expect(zip(whole.readings, late.readings).allSatisfy { abs($0.value - $1.value) <= 1e-7 }, "candle \(index)")
    }
  }

  @Test(arguments: names)
  func readingsAppearWithTheFirstPossibleSignal(name: String) throws {
    var strategy = try make(name)
    #expect(strategy.readings.isEmpty)
    for candle in CandleSeries.walk(seed: 9, count: strategy.warmUp + 1) { _ = strategy.onCandle(candle, position: .flat) }
    #expect(!strategy.readings.isEmpty)
    #expect(strategy.readings.allSatisfy { !$0.name.isEmpty && $0.value.isFinite })
  }
}
