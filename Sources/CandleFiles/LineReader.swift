#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads the lines of a text file, plain or gzip, through a buffer of fixed size.
///
/// A class, since copies would share the file's position anyway; not for several threads at once.
public final class LineReader {
  /// Longer lines end the reading with an error, in bytes without their end.
  public static let lineBytesMaximum = 1 << 20

  private let file: InputFile
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var position = 0
  private var filled = 0
  private var isAtEnd = false
  /// Lines handed out: the number of the last one, counted from 1.
  public private(set) var lineNumber = 0

  /// Opens a file. Throws ``CandleFileError`` when it is missing, unreadable or a directory.
  public init(path: String) throws(CandleFileError) { file = try InputFile(path: path) }

  /// Ends the reading early. Happens by itself at the end of the file and with the last reference.
  public func close() {
    isAtEnd = true
    position = filled
    file.close()
  }

  /// How much of the file has been read, 0…1.
  public var fraction: Double { isAtEnd ? 1 : file.fraction }

  /// The next line without its line end (LF or CRLF), or `nil` at the end. Allocates the line.
  ///
  /// Throws ``CandleFileError`` when the file is damaged, a gzip file ends too early, or a line is too long.
  public func next() throws(CandleFileError) -> [UInt8]? {
    var line: [UInt8] = []
    while true {
      if position == filled, try !refill() {
        if line.isEmpty { return nil }
        break
      }
      let end = lineEnd()
      line.append(contentsOf: buffer[position..<(end ?? filled)])
      position = end.map { $0 + 1 } ?? filled
      guard line.count <= Self.lineBytesMaximum else {
        throw CandleFileError(
          .damaged, path: file.path, line: lineNumber + 1, "is longer than \(Self.lineBytesMaximum) bytes: not a text file of lines")
      }
      if end != nil { break }
    }
    lineNumber += 1
    if line.last == 13 { line.removeLast() }
    return line
  }

  /// Reads on; false at the end of the file.
  private func refill() throws(CandleFileError) -> Bool {
    guard !isAtEnd else { return false }
    let line = lineNumber
    let got = try unsafe buffer.withUnsafeMutableBufferPointer { bytes throws(CandleFileError) in
      try unsafe file.read(into: bytes, after: line)
    }
    position = 0
    filled = got
    if got == 0 { close() }
    return got > 0
  }

  /// Where the line in the buffer ends, if it does.
  private func lineEnd() -> Int? {
    unsafe buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let found = unsafe memchr(base + position, 10, filled - position) else { return nil }
      return unsafe base.distance(to: UnsafeRawPointer(found))
    }
  }
}
