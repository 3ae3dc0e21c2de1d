/// The greatest or least of the last `count` values: a queue that holds only those that can still become it. Amortized O(1).
struct SlidingExtreme: Sendable {
  private let isGreatest: Bool
  private var values: [Double]
  private var rows: [Int]
  private var head = 0
  private var size = 0
  private var row = 0

  init(count: Int, isGreatest: Bool) {
    self.isGreatest = isGreatest
    values = [Double](repeating: 0, count: max(count, 1))
    rows = [Int](repeating: 0, count: max(count, 1))
  }

  var isFull: Bool { row >= values.count }

  /// Takes the next value and returns the window's extreme.
  mutating func add(_ value: Double) -> Double {
    let capacity = values.count
    if size > 0, rows[head] + capacity == row {
      head = head + 1 == capacity ? 0 : head + 1
      size -= 1
    }
    while size > 0 {
      let last = (head + size - 1) % capacity
      guard isGreatest ? values[last] <= value : values[last] >= value else { break }
      size -= 1
    }
    let end = (head + size) % capacity
    values[end] = value
    rows[end] = row
    size += 1
    row += 1
    return values[head]
  }
}
