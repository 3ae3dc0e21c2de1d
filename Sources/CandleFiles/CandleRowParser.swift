import Time
import TradingModel

/// Reads rows in their usual form at full speed: it answers `nil` for any other, and ``CandleRowText`` says more about those.
///
/// Usual are open times of 13 or 16 digits, numbers as ``CellNumber`` takes them, and consistent prices. The text must end in a line
/// feed and may be looked at some bytes beyond that (``CandleWorkspace/padding``): no number goes on behind a line's end, since a line
/// feed is no digit.
@safe struct CandleRowParser {
  private let kinds: UnsafePointer<UInt8>
  private let last: Int
  private let slots: UnsafeMutablePointer<Int64>
  /// Whether rows start with the six columns every file has, in their usual order.
  private let isUsualOrder: Bool
  private var shape = PriceShape.initial

  /// A parser of the columns the workspace was told to use; the workspace must outlive it.
  init(_ workspace: CandleWorkspace) {
    unsafe kinds = UnsafePointer(workspace.kinds)
    last = workspace.columnCount - 1
    unsafe slots = workspace.slots
    isUsualOrder = unsafe UnsafeBufferPointer(start: kinds, count: last + 1).starts(with: 0...CandleColumns.Kind.volume.rawValue)
  }

  /// The open time of the last row in nanoseconds.
  @inline(__always) var time: Int64 { unsafe slots[0] }

  /// The last row.
  @inline(__always) var candle: Candle {
    func decimal(_ kind: CandleColumns.Kind) -> FixedDecimal { unsafe FixedDecimal(raw: Int128(slots[Int(kind.rawValue)])) }
    return unsafe Candle(
      openTime: Timestamp(nanoseconds: slots[0]), open: decimal(.open), high: decimal(.high), low: decimal(.low), close: decimal(.close),
      volume: decimal(.volume), quoteVolume: decimal(.quoteVolume), tradeCount: slots[Int(CandleColumns.Kind.trades.rawValue)])
  }

  /// Reads the row at `start` into ``candle`` and answers where the next one starts.
  @inline(__always) mutating func row(at start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
    var cursor = unsafe start
    guard unsafe isUsualOrder ? usualCells(&cursor) && (last == 5 || otherCells(&cursor, from: 6)) : otherCells(&cursor, from: 0) else {
      return nil
    }
    if unsafe cursor.pointee == 13 { unsafe cursor += 1 }
    guard unsafe cursor.pointee == 10 else { return nil }
    let (open, high, low, close) = unsafe (slots[1], slots[2], slots[3], slots[4])
    guard low > 0, low <= open, low <= close, open <= high, close <= high else { return nil }
    return unsafe cursor + 1
  }

  /// The six columns every file has, without a look at each one's kind.
  @inline(__always) private mutating func usualCells(_ cursor: inout UnsafePointer<UInt8>) -> Bool {
    let time = unsafe CellNumber.time(&cursor)
    guard unsafe passComma(&cursor) else { return false }
    let open = unsafe price(&cursor)
    let high = unsafe price(&cursor)
    let low = unsafe price(&cursor)
    let close = unsafe price(&cursor)
    let volume = unsafe CellNumber.decimal(&cursor)
    unsafe (slots[0], slots[1], slots[2], slots[3], slots[4], slots[5]) = (time, open, high, low, close, volume)
    return time | open | high | low | close | volume >= 0
  }

  /// A price and the comma after it, or -1. Not for a row's first cell.
  @inline(__always) private mutating func price(_ cursor: inout UnsafePointer<UInt8>) -> Int64 {
    let price = unsafe shape.price(&cursor)
    return unsafe price >= 0 ? price : priceOfOtherShape(&cursor)
  }

  @inline(never) private mutating func priceOfOtherShape(_ cursor: inout UnsafePointer<UInt8>) -> Int64 {
    let start = unsafe cursor
    let price = unsafe CellNumber.decimal(&cursor)
    let bytes = unsafe cursor - start
    guard price >= 0, unsafe passComma(&cursor) else { return -1 }
    let whole = unsafe DigitWord(at: start).digitBits / 8
    if let other = PriceShape(wholeBytes: whole, bytes: bytes) { shape = other }
    return price
  }

  /// The columns from the one at index `first` on; a comma goes before each but the row's first.
  private func otherCells(_ cursor: inout UnsafePointer<UInt8>, from first: Int) -> Bool {
    var column = first
    while column <= last {
      if column > 0, unsafe !passComma(&cursor) { return false }
      switch unsafe kinds[column] {
      case CandleColumns.Kind.other.rawValue: unsafe passCell(&cursor)
      case let kind:
        let number =
          switch kind {
          case CandleColumns.Kind.openTime.rawValue: unsafe CellNumber.time(&cursor)
          case CandleColumns.Kind.trades.rawValue: unsafe CellNumber.count(&cursor)
          default: unsafe CellNumber.decimal(&cursor)
          }
        guard number >= 0 else { return false }
        unsafe slots[Int(kind)] = number
      }
      column &+= 1
    }
    return true
  }

  @inline(__always) private func passComma(_ cursor: inout UnsafePointer<UInt8>) -> Bool {
    guard unsafe cursor.pointee == UInt8(ascii: ",") else { return false }
    unsafe cursor += 1
    return true
  }

  /// Stops at a zero byte too: such a row is not text.
  private func passCell(_ cursor: inout UnsafePointer<UInt8>) {
    while true {
      switch unsafe cursor.pointee {
      case UInt8(ascii: ","), 10, 13, 0: return
      default: unsafe cursor += 1
      }
    }
  }
}
