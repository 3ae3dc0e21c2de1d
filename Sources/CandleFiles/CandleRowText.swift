import Time
import TradingModel

/// Reads a row in any form the format allows, cell by cell, and says what is wrong with one that is no candle.
///
/// The slow twin of ``CandleRowParser``: it sees rows with long or negative numbers, and bad ones. Allocates nothing for a good row.
enum CandleRowText {
  /// The candle of a line without its end, or what is wrong in words.
  static func candle(_ line: UnsafeBufferPointer<UInt8>, _ columns: CandleColumns) -> Result<Candle, CandleColumns.Problem> {
    guard unsafe !line.contains(0) else { return .failure(.init("holds a zero byte: damaged, or not a text file")) }
    let cells = unsafe line.reduce(1) { $1 == UInt8(ascii: ",") ? $0 + 1 : $0 }
    guard cells == columns.kinds.count else {
      return .failure(.init("has \(cells) \(cells == 1 ? "cell" : "cells"), the header names \(columns.kinds.count)"))
    }
    var candle = Candle(openTime: .zero, open: .zero, high: .zero, low: .zero, close: .zero, volume: .zero)
    var rest = unsafe line[...]
    for kind in columns.kinds {
      let cell = unsafe rest.prefix { $0 != UInt8(ascii: ",") }
      if let problem = unsafe read(UnsafeBufferPointer(rebasing: cell), kind, into: &candle) { return .failure(.init(problem)) }
      unsafe rest = rest[cell.endIndex...].dropFirst()
    }
    if let problem = inconsistency(of: candle) { return .failure(.init(problem)) }
    return .success(candle)
  }

  /// Reads one cell; answers what is wrong with it.
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
      guard unsafe cell.allSatisfy({ $0 &- 48 <= 9 }), let count = unsafe Int64(String(decoding: cell, as: UTF8.self)) else {
        return unsafe "\(name) \(Excerpt.text(cell)) is not a whole number"
      }
      candle.tradeCount = count
      return nil
    default: break
    }
    guard let number = unsafe FixedDecimal(utf8: cell) else { return unsafe "\(name) \(Excerpt.text(cell)) \(complaint(about: cell))" }
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
    let unsigned = unsafe cell.first == UInt8(ascii: "-") ? cell.dropFirst() : cell[...]
    let parts = unsafe unsigned.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let isDecimal = unsafe parts.count <= 2 && parts.allSatisfy { unsafe !$0.isEmpty && $0.allSatisfy { $0 &- 48 <= 9 } }
    return isDecimal
      ? "has more digits than can be kept exactly (18 before the point, 8 after it)"
      : "is not a plain decimal number (digits and a point; no exponent, no NaN)"
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
