public import Time

/// A candle's length, in the exchange's spelling (case-sensitive: `1m` is a minute, `1M` a month).
public enum Interval: String, Hashable, Sendable, CaseIterable, CustomStringConvertible, Codable {
  case oneSecond = "1s"
  case oneMinute = "1m"
  case threeMinutes = "3m"
  case fiveMinutes = "5m"
  case fifteenMinutes = "15m"
  case thirtyMinutes = "30m"
  case oneHour = "1h"
  case twoHours = "2h"
  case fourHours = "4h"
  case sixHours = "6h"
  case eightHours = "8h"
  case twelveHours = "12h"
  case oneDay = "1d"
  case threeDays = "3d"
  case oneWeek = "1w"
  case oneMonth = "1M"

  public var description: String { rawValue }

  /// All of them for people, from a second to a month: `1s, 1m, …, 1M`.
  public static let list = allCases.map(\.rawValue).joined(separator: ", ")

  /// The length in milliseconds; a month counts 30 days here (its real bounds come from ``openTime(containing:)``).
  @inlinable public var milliseconds: Int64 {
    switch self {
    case .oneSecond: 1_000
    case .oneMinute: 60_000
    case .threeMinutes: 180_000
    case .fiveMinutes: 300_000
    case .fifteenMinutes: 900_000
    case .thirtyMinutes: 1_800_000
    case .oneHour: 3_600_000
    case .twoHours: 7_200_000
    case .fourHours: 14_400_000
    case .sixHours: 21_600_000
    case .eightHours: 28_800_000
    case .twelveHours: 43_200_000
    case .oneDay: 86_400_000
    case .threeDays: 259_200_000
    case .oneWeek: 604_800_000
    case .oneMonth: 2_592_000_000
    }
  }

  /// The longest that a candle can be, in milliseconds: a month may have 31 days.
  public var millisecondsMaximum: Int64 { self == .oneMonth ? 31 * 86_400_000 : milliseconds }

  /// The open time of the candle that contains `time`. Weeks start on Monday; three-day candles count from the epoch.
  public func openTime(containing time: Timestamp) -> Timestamp {
    let ms = time.milliseconds
    switch self {
    case .oneMonth:
      let date = CivilDate.fromDaysSinceEpoch(floorDivide(ms, 86_400_000))
      return Timestamp(milliseconds: CivilDate.daysSinceEpoch(year: date.year, month: date.month, day: 1) * 86_400_000)
    case .oneWeek:
      let monday: Int64 = 4 * 86_400_000  // 1970-01-05
      return Timestamp(milliseconds: floorDivide(ms - monday, milliseconds) * milliseconds + monday)
    default:
      return Timestamp(milliseconds: floorDivide(ms, milliseconds) * milliseconds)
    }
  }

  /// The open time of the candle after the one that opens at `openTime`.
  @inlinable public func nextOpenTime(after openTime: Timestamp) -> Timestamp {
    guard self == .oneMonth else { return openTime.advanced(byMilliseconds: milliseconds) }
    return self.openTime(containing: openTime.advanced(byMilliseconds: 32 * 86_400_000))
  }

  /// Candles from the one that contains `time` until `close`, the end of one. Cost: constant, for months linear in them.
  public func candleCount(from time: Timestamp, to close: Timestamp) -> Int {
    let start = openTime(containing: time)
    guard close > start else { return 0 }
    guard self == .oneMonth else { return Int(close.nanoseconds(since: start) / 1_000_000 / milliseconds) }
    var count = 0
    var opens = start
    while opens < close, count < 100_000 {
      opens = nextOpenTime(after: opens)
      count += 1
    }
    return count
  }

  private func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
  }
}
