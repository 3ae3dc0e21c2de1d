import CBounds
import TradingModel

/// Nanoseconds per price: text to decimal, decimal to statistic, and back to text.
enum DecimalBenchmarks {
  private static let prices: [FixedDecimal] = MarketWalk.closes(100_000).map { FixedDecimal(nearestTo: $0) ?? .one }
  private static let texts: [[UInt8]] = prices.map { Array($0.text(fractionDigitsMinimum: 8).utf8) }

  static var all: [Benchmark] {
    [
      Benchmark(
        name: "decimal.parse", title: "decimal text to a price", unit: "ns",
        contestants: [
          Contestant(name: "ours") {
            nanoseconds {
              var sum = FixedDecimal.zero
              for text in texts { unsafe sum += text.withUnsafeBufferPointer { unsafe FixedDecimal(utf8: $0) } ?? .zero }
              consume(sum)
            } / Double(texts.count)
          },
          Contestant(name: "C unchecked") {
            nanoseconds {
              var sum: Int64 = 0
              for text in texts {
                unsafe sum &+= text.withUnsafeBytes { unsafe bound_decimal($0.bindMemory(to: CChar.self).baseAddress, $0.count) }
              }
              consume(sum)
            } / Double(texts.count)
          },
        ], digits: 2),
      Benchmark(
        name: "decimal.statistic", title: "a price to a statistic", unit: "ns",
        contestants: [
          Contestant(name: "ours") {
            nanoseconds {
              var sum = 0.0
              for price in prices { sum += price.statisticValue }
              consume(sum)
            } / Double(prices.count)
          }
        ], digits: 2),
      Benchmark(
        name: "decimal.multiply", title: "price times quantity, cut to 8 digits", unit: "ns",
        contestants: [
          Contestant(name: "ours") {
            let quantity = FixedDecimal(raw: 1_234_567)
            return nanoseconds {
              var sum = FixedDecimal.zero
              for price in prices { sum += price * quantity }
              consume(sum)
            } / Double(prices.count)
          }
        ], digits: 2),
      Benchmark(
        name: "decimal.text", title: "a price to text", unit: "ns",
        contestants: [
          Contestant(name: "ours") {
            nanoseconds {
              var sum = 0
              for price in prices { sum += price.description.utf8.count }
              consume(sum)
            } / Double(prices.count)
          }
        ], digits: 2),
    ]
  }
}
