/// Which line of the file each candle stood on. Small: it keeps the places where the distance between both changes.
struct LineMap {
  private var changes: [(index: Int, offset: Int)] = []
  private var offset = Int.min

  /// Candle `index`, counted from 0 and in order, stood on `line`.
  @inline(__always) mutating func append(index: Int, line: Int) {
    if line &- index != offset { change(index: index, offset: line &- index) }
  }

  @inline(never) private mutating func change(index: Int, offset: Int) {
    self.offset = offset
    changes.append((index, offset))
  }

  /// The line of a candle. Costs a binary search.
  func line(of index: Int) -> Int {
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].index <= index { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? index + changes[low - 1].offset : 0
  }
}
