import CBounds
import Indicators

/// Nanoseconds per update of one indicator over a million closes.
enum IndicatorBenchmarks {
  private static let closes = MarketWalk.closes(1_000_000)

  static var all: [Benchmark] {
    [
      unsafe benchmark("indicator.rsi", figure: 6, "talib.RSI(c, 14)", { RelativeStrengthIndex(period: 14) }, run) {
        unsafe bound_rsi($0, $1, 14, $2)
      },
      unsafe benchmark("indicator.sma", figure: 4, "talib.SMA(c, 14)", { SimpleMovingAverage(period: 14) }, run) {
        unsafe bound_sma($0, $1, 14, $2)
      },
      unsafe benchmark("indicator.ema", figure: 4, "talib.EMA(c, 14)", { ExponentialMovingAverage(period: 14) }, run) {
        unsafe bound_ema($0, $1, 14, $2)
      },
      unsafe benchmark("indicator.stddev", figure: nil, "talib.STDDEV(c, 20)", { StandardDeviation(period: 20) }, run) {
        unsafe bound_deviation($0, $1, 20, $2)
      },
    ]
  }

  private typealias Bound = (UnsafePointer<Double>, Int, UnsafeMutablePointer<Double>) -> Double

  // Written out per type, as callers are: a generic function would be measured through its witness table.
  @inline(never) private static func run(
    _ indicator: consuming RelativeStrengthIndex, _ closes: [Double], _ out: UnsafeMutablePointer<Double>
  ) {
    for index in closes.indices { unsafe out[index] = indicator.update(closes[index]) ?? 0 }
  }
  @inline(never) private static func run(
    _ indicator: consuming SimpleMovingAverage, _ closes: [Double], _ out: UnsafeMutablePointer<Double>
  ) {
    for index in closes.indices { unsafe out[index] = indicator.update(closes[index]) ?? 0 }
  }
  @inline(never) private static func run(
    _ indicator: consuming ExponentialMovingAverage, _ closes: [Double], _ out: UnsafeMutablePointer<Double>
  ) {
    for index in closes.indices { unsafe out[index] = indicator.update(closes[index]) ?? 0 }
  }
  @inline(never) private static func run(_ indicator: consuming StandardDeviation, _ closes: [Double], _ out: UnsafeMutablePointer<Double>)
  {
    for index in closes.indices { unsafe out[index] = indicator.update(closes[index]) ?? 0 }
  }

  private static func benchmark<I: Indicator>(
    _ name: String, figure: Double?, _ expression: String, _ make: @escaping () -> I,
    _ run: @escaping (consuming I, [Double], UnsafeMutablePointer<Double>) -> Void, _ bound: @escaping Bound
  ) -> Benchmark {
    let count = closes.count
    let out = UnsafeMutablePointer<Double>.allocate(capacity: count)
    unsafe out.initialize(repeating: 0, count: count)
    var contestants = [
      Contestant(name: "ours") {
        let indicator = make()
        return nanoseconds { unsafe run(indicator, closes, out) } / Double(count)
      },
      Contestant(name: "C") {
        nanoseconds {
          unsafe consume(closes.withUnsafeBufferPointer { unsafe $0.baseAddress.map { unsafe bound($0, count, out) } })
        } / Double(count)
      },
    ]
    if let peer = TALibPeer.shared {
      contestants.append(Contestant(name: "TA-Lib batch") { peer.nanosecondsPerValue(expression, count: count) })
    }
    return Benchmark(
      name: name, title: "one update", unit: "ns", contestants: contestants, ratioToHold: 2, figureToHold: figure, digits: 2)
  }
}
