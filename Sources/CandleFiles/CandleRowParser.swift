import Time
import TradingModel

/// Reads rows in their usual form at full speed: it returns `nil` for any other, and ``CandleRowText`` says more about those.
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

  /// Reads the row at `start` into ``candle`` and returns where the next one starts.
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

/// Reads a row in any form the format allows, cell by cell, and says what is wrong with one that is no candle.
///
/// The slow twin of ``CandleRowParser``: it sees rows with long or negative numbers, and bad ones. Allocates nothing for a good row.
enum CandleRowText {
  /// The candle of a line without its end, or what is wrong in words.
  static func candle(_ line: UnsafeBufferPointer<UInt8>, _ columns: CandleColumns) -> Result<Candle, CandleColumns.Problem> {
    guard unsafe !line.contains(0) else { return .failure(.init("holds a zero byte: damaged, or not a text file")) }
    var candle = Candle(openTime: .zero, open: .zero, high: .zero, low: .zero, close: .zero, volume: .zero)
    var cursor = unsafe CellCursor(line, columns.delimiter)
    var cells = 0
    var found: String?
    while let cell = unsafe cursor.next() {
      if found == nil, cells < columns.kinds.count { found = unsafe read(cell, columns.kinds[cells], into: &candle) }
      cells += 1
    }
    guard cells == columns.kinds.count else {
      return .failure(.init("has \(cells) \(cells == 1 ? "cell" : "cells"), the header names \(columns.kinds.count)"))
    }
    if let found { return .failure(.init(found)) }
    if let problem = inconsistency(of: candle) { return .failure(.init(problem)) }
    return .success(candle)
  }

  /// Reads one cell; returns what is wrong with it.
  private static func read(_ cell: UnsafeBufferPointer<UInt8>, _ kind: CandleColumns.Kind, into candle: inout Candle) -> String? {
    guard let name = kind.name else { return nil }
    guard !cell.isEmpty else { return "\(name) is empty" }
    switch kind {
    case .openTime:
      switch unsafe OpenTime.read(cell) {
      case .success(let nanoseconds): candle.openTime = Timestamp(nanoseconds: nanoseconds)
      case .failure(let problem): return problem.text
      }
      return nil
    case .trades:
      guard let count = unsafe ScientificNumber(cell)?.scaled(byPower: 0) else {
        return unsafe "\(name) \(Excerpt.text(cell)) is not a whole number"
      }
      candle.tradeCount = count
      return nil
    default: break
    }
    guard let number = unsafe FixedDecimal(utf8: cell) ?? ScientificNumber(cell)?.decimal else {
      return unsafe "\(name) \(Excerpt.text(cell)) \(complaint(about: cell))"
    }
    switch kind {
    case .open: candle.open = number
    case .high: candle.high = number
    case .low: candle.low = number
    case .close: candle.close = number
    case .volume: candle.volume = number
    case .quoteVolume: candle.quoteVolume = number
    case .openTime, .trades, .other: break
    }
    return nil
  }

  /// Why text is not a number here.
  private static func complaint(about cell: UnsafeBufferPointer<UInt8>) -> String {
    if unsafe ScientificNumber(cell) != nil { return "has more digits than can be kept exactly (18 before the point, 8 after it)" }
    let hasComma = unsafe cell.contains(UInt8(ascii: ",")) && cell.allSatisfy { $0 &- 48 <= 9 || $0 == UInt8(ascii: ",") }
    return hasComma ? "has a comma: decimals are written with a point" : "is not a decimal number"
  }

  private static func inconsistency(of candle: Candle) -> String? {
    if candle.isConsistent { return nil }
    let prices = [("open", candle.open), ("high", candle.high), ("low", candle.low), ("close", candle.close)]
    for (name, price) in prices where !price.isPositive { return "\(name) \(price) is not above zero" }
    if candle.high < candle.low { return "high \(candle.high) is below low \(candle.low)" }
    for (name, price) in [("open", candle.open), ("close", candle.close)] {
      if price > candle.high { return "\(name) \(price) is above high \(candle.high)" }
      if price < candle.low { return "\(name) \(price) is below low \(candle.low)" }
    }
    if candle.volume.isNegative { return "volume \(candle.volume) is negative" }
    if candle.quoteVolume.isNegative { return "quote_volume \(candle.quoteVolume) is negative" }
    return "prices and volumes do not agree"
  }
}

/// A piece of a file as an error shows it.
enum Excerpt {
  static let bytesMaximum = 48

  /// The bytes in backquotes: the first ones only, and nothing a terminal would act on.
  static func text(_ bytes: some Sequence<UInt8>) -> String {
    var shown: [UInt8] = []
    var isCut = false
    for byte in bytes {
      guard shown.count < bytesMaximum else {
        isCut = true
        break
      }
      shown.append(byte < 32 || byte == 127 ? UInt8(ascii: "?") : byte)
    }
    // There are control characters of several bytes, too.
    var safe = String.UnicodeScalarView()
    for scalar in String(decoding: shown, as: UTF8.self).unicodeScalars {
      let category = scalar.properties.generalCategory
      safe.append(category == .control || category == .format ? "?" : scalar)
    }
    return "`\(String(safe))\(isCut ? "…" : "")`"
  }
}
