import Foundation
import Indicators
import TradingModel

/// Recorded exchange candles beside the checkout; absent on most machines, so tests that need them say so and are skipped.
enum RecordedCandles {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../shared/data")
    .standardizedFileURL

  static func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path) }

  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// The bars of a CSV with the header `open_time,open,high,low,close,volume`.
  static func bars(_ name: String) throws -> [Bar] {
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    return data.split(separator: UInt8(ascii: "\n")).dropFirst().compactMap { line in
      let fields = line.split(separator: UInt8(ascii: ",")).map { Double(String(decoding: $0, as: UTF8.self)) }
      guard fields.count >= 6, let open = fields[1], let high = fields[2], let low = fields[3], let close = fields[4],
        let volume = fields[5]
      else { return nil }
      return Bar(open: open, high: high, low: low, close: close, volume: volume)
    }
  }
}

/// A reproducible source of numbers (SplitMix64; Steele, Lea, Flood 2014).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A walk of bars from `start`, with flat stretches and jumps.
  mutating func bars(count: Int, start: Double = 100, volatility: Double = 0.01) -> [Bar] {
    var price = start
    return (0..<count).map { _ in
      let open = price
      let dice = Int.random(in: 0..<20, using: &self)
      if dice == 0 { price *= 1 + Double.random(in: -0.1...0.1, using: &self) }
      if dice > 3 { price *= 1 + Double.random(in: -volatility...volatility, using: &self) }
      let reach = dice < 3 ? 0 : Double.random(in: 0...volatility, using: &self)
      return Bar(
        open: open, high: max(open, price) * (1 + reach), low: min(open, price) * (1 - reach), close: price,
        volume: dice < 2 ? 0 : Double.random(in: 0...50, using: &self))
    }
  }
}

/// Whether two series agree: the same rows without a value, the others within `relative`, or within `absolute` near zero.
func firstDifference(_ ours: [Double?], _ theirs: [Double?], relative: Double, absolute: Double = 0) -> String? {
  guard ours.count == theirs.count else { return "\(ours.count) rows against \(theirs.count)" }
  for (row, (a, b)) in zip(ours, theirs).enumerated() {
    switch (a, b) {
    case (nil, nil): continue
    case (let a?, let b?):
      guard a.isFinite, abs(a - b) <= max(relative * max(abs(a), abs(b)), absolute) else { return "row \(row): \(a) against \(b)" }
    default: return "row \(row): \(String(describing: a)) against \(String(describing: b))"
    }
  }
  return nil
}
