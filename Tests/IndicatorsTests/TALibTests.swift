import Foundation
import Indicators
import Testing

/// Row by row against TA-Lib on recorded candles: the same rows without a value, the others to 1e-9.
@Suite(.serialized)
struct TALibTests {
  private static let files = ["btcusdt-1m-2024-12.csv", "btcusdt-5m-2024.csv"]
  private static let reason: Comment = "needs recorded candles beside the checkout, python3 and TA-Lib from PyPI"

  private struct Case {
    var expression: String
    var tolerance: Tolerance = Tolerance()
    var ours: ([Bar]) -> [Double?]
  }

  private struct Tolerance {
    var relative = 1e-9
    /// For values that pass through zero, where TA-Lib's own rounding of the prices it subtracts is what remains.
    var absolute = 0.0
  }

  @Test(.enabled(reason) { files.allSatisfy(RecordedCandles.exists) && TALib.isAvailable }, arguments: files)
  func indicatorsEqualTALibRowByRow(file: String) throws {
    let bars = try RecordedCandles.bars(file)
    #expect(bars.count > 40_000)
    let cases = Self.closeCases + Self.barCases
    let theirs = try TALib.series(cases.map(\.expression), candles: RecordedCandles.path(file))
    for (item, expected) in zip(cases, theirs) {
      let difference = firstDifference(item.ours(bars), expected, relative: item.tolerance.relative, absolute: item.tolerance.absolute)
      #expect(difference == nil, "\(item.expression)")
      #expect(expected.contains { $0 != nil }, "\(item.expression) has values")
    }
  }

  private static func closes<I: Indicator>(_ indicator: I, _ pick: @escaping (I.Output) -> Double) -> ([Bar]) -> [Double?]
  where I.Input == Double {
    { bars in
      var indicator = indicator
      return bars.map { indicator.update($0.close).map(pick) }
    }
  }

  private static func bars<I: Indicator>(_ indicator: I, _ pick: @escaping (I.Output) -> Double) -> ([Bar]) -> [Double?]
  where I.Input == Bar {
    { bars in
      var indicator = indicator
      return bars.map { indicator.update($0).map(pick) }
    }
  }

  /// Prices are below 1.1 × 10⁵, so differences of averages carry TA-Lib's rounding of about 10⁻¹⁰.
  private static let nearZero = Tolerance(absolute: 1e-9)

  private static var closeCases: [Case] {
    [
      Case(expression: "talib.SMA(c, 14)", ours: closes(SimpleMovingAverage(period: 14)) { $0 }),
      Case(expression: "talib.SMA(c, 200)", ours: closes(SimpleMovingAverage(period: 200)) { $0 }),
      Case(expression: "talib.EMA(c, 14)", ours: closes(ExponentialMovingAverage(period: 14)) { $0 }),
      Case(expression: "talib.EMA(c, 200)", ours: closes(ExponentialMovingAverage(period: 200)) { $0 }),
      Case(expression: "talib.WMA(c, 9)", ours: closes(WeightedMovingAverage(period: 9)) { $0 }),
      Case(expression: "talib.ROC(c, 10)", tolerance: nearZero, ours: closes(RateOfChange(period: 10)) { $0 }),
      Case(expression: "talib.RSI(c, 2)", ours: closes(RelativeStrengthIndex(period: 2)) { $0 }),
      Case(expression: "talib.RSI(c, 14)", ours: closes(RelativeStrengthIndex(period: 14)) { $0 }),
      Case(expression: "talib.RSI(c, 100)", ours: closes(RelativeStrengthIndex(period: 100)) { $0 }),
      Case(expression: "talib.MACD(c)[0]", tolerance: nearZero, ours: closes(MovingAverageConvergenceDivergence()) { $0.line }),
      Case(expression: "talib.MACD(c)[1]", tolerance: nearZero, ours: closes(MovingAverageConvergenceDivergence()) { $0.signal }),
      Case(expression: "talib.MACD(c)[2]", tolerance: nearZero, ours: closes(MovingAverageConvergenceDivergence()) { $0.histogram }),
      Case(
        expression: "talib.MACD(c, 5, 35, 5)[1]", tolerance: nearZero,
        ours: closes(MovingAverageConvergenceDivergence(fast: 5, slow: 35, signal: 5)) { $0.signal }),
      Case(expression: "talib.BBANDS(c, 20, 2, 2)[0]", ours: closes(BollingerBands(period: 20)) { $0.upper }),
      Case(expression: "talib.BBANDS(c, 20, 2, 2)[1]", ours: closes(BollingerBands(period: 20)) { $0.middle }),
      Case(expression: "talib.BBANDS(c, 20, 2, 2)[2]", ours: closes(BollingerBands(period: 20)) { $0.lower }),
      Case(expression: "talib.STDDEV(c, 20)", ours: closes(StandardDeviation(period: 20)) { $0 }),
    ]
  }

  private static var barCases: [Case] {
    [
      Case(expression: "talib.ATR(h, l, c, 14)", ours: bars(AverageTrueRange(period: 14)) { $0 }),
      Case(expression: "talib.ADX(h, l, c, 14)", ours: bars(AverageDirectionalIndex(period: 14)) { $0.index }),
      Case(
        expression: "np.where(np.isnan(talib.ADX(h, l, c, 14)), np.nan, talib.PLUS_DI(h, l, c, 14))",
        ours: bars(AverageDirectionalIndex(period: 14)) { $0.plus }),
      Case(
        expression: "np.where(np.isnan(talib.ADX(h, l, c, 14)), np.nan, talib.MINUS_DI(h, l, c, 14))",
        ours: bars(AverageDirectionalIndex(period: 14)) { $0.minus }),
      Case(expression: "talib.CCI(h, l, c, 20)", tolerance: nearZero, ours: bars(CommodityChannelIndex(period: 20)) { $0 }),
      Case(expression: "talib.MFI(h, l, c, v, 14)", tolerance: nearZero, ours: bars(MoneyFlowIndex(period: 14)) { $0 }),
      Case(expression: "talib.OBV(c, v)", tolerance: nearZero, ours: bars(OnBalanceVolume()) { $0 }),
      Case(expression: "talib.STOCH(h, l, c, 14, 3, 0, 3, 0)[0]", tolerance: nearZero, ours: bars(StochasticOscillator()) { $0.k }),
      Case(expression: "talib.STOCH(h, l, c, 14, 3, 0, 3, 0)[1]", tolerance: nearZero, ours: bars(StochasticOscillator()) { $0.d }),
      Case(expression: "talib.MAX(h, 20)", ours: bars(DonchianChannel(period: 20)) { $0.upper }),
      Case(expression: "talib.MIN(l, 20)", ours: bars(DonchianChannel(period: 20)) { $0.lower }),
    ]
  }
}
