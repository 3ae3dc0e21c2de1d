import Time
import TradingModel

/// A time zone of candles: a difference from UTC of whole minutes (rest-api.md: hours and minutes such as `-1:00` and `05:45`, or hours
/// alone such as `0`, `8` and `4`, from -12:00 to +14:00).
struct TimeZoneOffset: Hashable {
  static let utc = TimeZoneOffset(minutes: 0)

  let minutes: Int64

  private init(minutes: Int64) { self.minutes = minutes }

  init?(_ text: String) {
    var digits = text[...]
    let isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits.removeFirst() }
    let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
    func number(_ part: Substring, _ lengths: ClosedRange<Int>) -> Int64? {
      guard lengths.contains(part.utf8.count), part.utf8.allSatisfy({ $0 &- 48 <= 9 }) else { return nil }
      return Int64(part)
    }
    guard (1...2).contains(parts.count), let hours = number(parts[0], 1...2) else { return nil }
    var total = hours * 60
    if parts.count == 2 {
      guard let minutes = number(parts[1], 2...2), minutes < 60 else { return nil }
      total += minutes
    }
    minutes = isNegative ? -total : total
    guard (-720...840).contains(minutes) else { return nil }
  }

  private var milliseconds: Int64 { minutes * 60_000 }

  /// When the candle that holds `time` opens, in UTC.
  func openTime(of interval: Interval, containing time: Timestamp) -> Timestamp {
    interval.openTime(containing: time.advanced(byMilliseconds: milliseconds)).advanced(byMilliseconds: -milliseconds)
  }

  func nextOpenTime(of interval: Interval, after openTime: Timestamp) -> Timestamp {
    interval.nextOpenTime(after: openTime.advanced(byMilliseconds: milliseconds)).advanced(byMilliseconds: -milliseconds)
  }

  /// Whether candles of this interval begin at the same times as in UTC.
  func leavesAlone(_ interval: Interval) -> Bool {
    // Weeks, months and days of three begin on days: any offset moves them.
    minutes == 0 || interval.milliseconds <= 43_200_000 && milliseconds % interval.milliseconds == 0
  }

  /// The longest interval that candles of `interval` in this zone are made of.
  func base(of interval: Interval) -> Interval {
    let candidates: [Interval] = [.oneHour, .thirtyMinutes, .fifteenMinutes, .fiveMinutes, .oneMinute, .oneSecond]
    return candidates.first {
      $0.milliseconds < interval.milliseconds && interval.milliseconds % $0.milliseconds == 0 && milliseconds % $0.milliseconds == 0
    } ?? interval
  }
}

extension SymbolBoard {
  /// Candles of an interval in a time zone, joined from finer ones. Bounds and limit as in `KlineSeries.select`.
  func klines(_ interval: Interval, _ zone: TimeZoneOffset, from start: Timestamp?, to end: Timestamp?, limit: Int) -> [Kline] {
    guard !zone.leavesAlone(interval) else { return series(interval).select(from: start, to: end, limit: limit) }
    let parts = kept(zone.base(of: interval)).select(from: nil, to: nil, limit: .max)
    var joined: [Kline] = []
    var nextOpen = Timestamp(nanoseconds: .min)
    for part in parts {
      if part.candle.openTime < nextOpen, let last = joined.last {
        joined[joined.count - 1] = last.joined(with: part)
      } else {
        var first = part
        first.candle.openTime = zone.openTime(of: interval, containing: part.candle.openTime)
        nextOpen = zone.nextOpenTime(of: interval, after: first.candle.openTime)
        joined.append(first)
      }
    }
    let wanted = joined.filter { $0.candle.openTime >= start ?? $0.candle.openTime && $0.candle.openTime <= end ?? $0.candle.openTime }
    return Array(start != nil ? wanted.prefix(limit) : wanted.suffix(limit))
  }

  /// The candle of a zone that begins at `openTime`, as far as it has gone by `time`; `nil` before its first part.
  func kline(_ interval: Interval, _ zone: TimeZoneOffset, openingAt openTime: Timestamp, before time: Timestamp) -> Kline? {
    let parts = kept(zone.base(of: interval)).select(from: openTime, to: time.advanced(byNanoseconds: -1), limit: .max)
    guard var kline = parts.first else { return nil }
    for part in parts.dropFirst() { kline = kline.joined(with: part) }
    kline.candle.openTime = openTime
    return kline
  }
}
