#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The fixed memory of one reading: the bytes at hand, the columns, one row's numbers. Freed with its last reference.
@safe final class CandleWorkspace {
  /// Bytes of text at hand at most: some lines of the greatest length, and no more than fits a processor's cache.
  static let capacity = 1 << 18
  /// Bytes that may be looked at behind the text; their value does not matter.
  static let padding = 64

  let bytes: UnsafeMutablePointer<UInt8>
  /// ``CandleColumns/Kind`` of each cell.
  let kinds: UnsafeMutablePointer<UInt8>
  private(set) var columnCount = 0
  /// The numbers of a row by kind: nanoseconds, units of 10⁻⁸, trades. Slots of columns a file lacks stay 0.
  let slots: UnsafeMutablePointer<Int64>

  init() {
    unsafe bytes = .allocate(capacity: Self.capacity + Self.padding)
    unsafe memset(bytes, 0, Self.capacity + Self.padding)
    unsafe kinds = .allocate(capacity: CandleColumns.columnsMaximum)
    unsafe slots = .allocate(capacity: CandleColumns.Kind.allCases.count)
    unsafe slots.initialize(repeating: 0, count: CandleColumns.Kind.allCases.count)
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe kinds.deallocate()
    unsafe slots.deallocate()
  }

  func use(_ columns: CandleColumns) {
    columnCount = min(columns.kinds.count, CandleColumns.columnsMaximum)
    for (index, kind) in columns.kinds.prefix(columnCount).enumerated() { unsafe (kinds + index).initialize(to: kind.rawValue) }
  }

  /// Where text goes when `held` bytes are there already; a byte is left for a missing line end.
  func space(after held: Int) -> UnsafeMutableBufferPointer<UInt8> {
    unsafe UnsafeMutableBufferPointer(start: bytes + held, count: Self.capacity - 1 - held)
  }
}
