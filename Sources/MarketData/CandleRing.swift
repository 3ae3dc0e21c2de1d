import Time
import TradingModel

/// The newest closed candles of one series, by open time, in a ring that grows up to its capacity.
struct CandleRing: Sendable {
  private var slots: ContiguousArray<Candle> = []
  private var head = 0
  let capacity: Int

  init(capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { slots.count }
  var newest: Candle? { slots.isEmpty ? nil : self[count - 1] }

  /// The candle at `position` from the oldest; `position` must be in `0..<count`.
  subscript(position: Int) -> Candle {
    get { slots[(head + position) % slots.count] }
    set { slots[(head + position) % slots.count] = newValue }
  }

  /// Adds a candle that is newer than all others.
  mutating func append(_ candle: Candle) {
    if slots.count < capacity {
      slots.append(candle)
    } else {
      slots[head] = candle
      head = (head + 1) % capacity
    }
  }

  /// The position of the first candle that opens at or after `time`.
  func firstPosition(from time: Timestamp) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].openTime < time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Merges candles in any order; a candle with a known open time replaces the one held.
  mutating func merge(_ candles: [Candle]) {
    var merged: [Candle] = []
    merged.reserveCapacity(count + candles.count)
    let sorted = candles.enumerated().sorted { ($0.element.openTime, $0.offset) < ($1.element.openTime, $1.offset) }
    var position = 0
    for (_, candle) in sorted {
      while position < count, self[position].openTime < candle.openTime {
        merged.append(self[position])
        position += 1
      }
      if position < count, self[position].openTime == candle.openTime { position += 1 }
      if merged.last?.openTime == candle.openTime { merged.removeLast() }
      merged.append(candle)
    }
    while position < count {
      merged.append(self[position])
      position += 1
    }
    slots = ContiguousArray(merged.suffix(capacity))
    head = 0
  }

  /// Up to `limit` of the newest candles that open before `end` (`nil`: no bound), oldest first.
  func newest(_ limit: Int, before end: Timestamp?) -> [Candle] {
    let stop = end.map { firstPosition(from: $0) } ?? count
    let start = max(0, stop - max(0, limit))
    return (start..<stop).map { self[$0] }
  }

  /// Candles that are missing between the oldest and the newest.
  func holes(interval: Interval) -> Int {
    guard count > 1 else { return 0 }
    var holes = 0
    for position in 1..<count {
      holes += Self.missing(after: self[position - 1].openTime, before: self[position].openTime, interval: interval)
    }
    return holes
  }

  /// How many candles lie between two open times; saturates at a million.
  static func missing(after earlier: Timestamp, before later: Timestamp, interval: Interval) -> Int {
    let next = interval.nextOpenTime(after: earlier)
    guard next < later else { return 0 }
    let step = max(1, interval.milliseconds)
    let distance = later.nanoseconds(since: next) / 1_000_000
    // Months differ in length; three days are the most that two of them are shorter or longer than sixty.
    return Int(min(1_000_000, interval == .oneMonth ? (distance + 259_200_000) / step : (distance + step - 1) / step))
  }
}
