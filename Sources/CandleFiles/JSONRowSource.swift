/// The rows of a JSON document `[[time, open, high, low, close, volume], …]`, one a line with commas between the cells: freqtrade's JSON, and the
/// exchange's answer to `GET /api/v3/klines`.
final class JSONRowSource: ByteSource {
  private let inner: any ByteSource
  private var chunk = [UInt8](repeating: 0, count: 1 << 16)
  private var filled = 0
  private var position = 0
  private var depth = 0
  private var isInText = false
  private var isOver = false

  init(_ inner: any ByteSource) { self.inner = inner }

  var fraction: Double { inner.fraction }
  var isPlain: Bool { inner.isPlain }
  func close() { inner.close() }

  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(SourceProblem) -> Int {
    var written = 0
    while written < buffer.count {
      if position == filled {
        if written > 0 { return written }
        filled = try unsafe chunk.withUnsafeMutableBufferPointer { bytes throws(SourceProblem) in try unsafe inner.read(into: bytes) }
        position = 0
        guard filled > 0 else {
          guard isOver else { throw SourceProblem("the JSON ends too early") }
          return written
        }
      }
      let byte = chunk[position]
      position += 1
      guard let text = try text(of: byte) else { continue }
      unsafe buffer[written] = text
      written += 1
    }
    return written
  }

  /// What a byte of JSON puts into the text; `nil`: nothing.
  private func text(of byte: UInt8) throws(SourceProblem) -> UInt8? {
    if isInText {
      if byte == UInt8(ascii: "\"") { isInText = false }
      guard byte >= 32 else { throw SourceProblem("a control character stands in a text of the JSON") }
      return byte
    }
    switch byte {
    case 9, 10, 13, 32: return nil
    case UInt8(ascii: "["):
      guard depth < 2, !isOver else { throw SourceProblem("the JSON is no list of rows of numbers") }
      depth += 1
      return nil
    case UInt8(ascii: "]"):
      guard depth > 0 else { throw SourceProblem("the JSON is no list of rows of numbers") }
      depth -= 1
      if depth == 0 { isOver = true }
      return depth == 1 ? 10 : nil
    case UInt8(ascii: ","): return depth == 2 ? byte : nil
    case UInt8(ascii: "{"):
      throw SourceProblem("is JSON with objects; it must be a list of rows, [[time, open, high, low, close, volume], …], as freqtrade's is")
    default:
      guard depth == 2 else { throw SourceProblem("the JSON is no list of rows of numbers") }
      if byte == UInt8(ascii: "\"") { isInText = true }
      return byte
    }
  }
}
