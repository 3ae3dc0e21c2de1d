import CZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads the lines of a text file, plain or gzip (zlib tells them apart), through a buffer of fixed size.
final class LineReader {
  /// Longer lines end the reading with an error.
  static let lineBytesMaximum = 1 << 20

  private let path: String
  private let sizeBytes: Double
  private var file: gzFile?
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var position = 0
  private var filled = 0
  /// Lines handed out.
  private(set) var lineNumber = 0

  init(path: String) throws(SimulatorError) {
    self.path = path
    guard let file = gzopen(path, "rb") else { throw SimulatorError(.replayFile, "cannot open \(path)") }
    self.file = file
    var status = stat()
    sizeBytes = stat(path, &status) == 0 ? Double(status.st_size) : 0
  }

  deinit { close() }

  func close() {
    if let file { gzclose(file) }
    file = nil
  }

  /// How much of the file has been read, 0…1.
  var fraction: Double {
    guard let file, sizeBytes > 0 else { return 1 }
    return min(Double(max(gzoffset(file), 0)) / sizeBytes, 1)
  }

  /// Where the line in the buffer ends, if it does.
  private func lineEnd() -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let found = memchr(base + position, 10, filled - position) else { return nil }
      return base.distance(to: UnsafeRawPointer(found))
    }
  }

  /// The next line without its line end, or `nil` at the end.
  func next() throws(SimulatorError) -> [UInt8]? {
    var line: [UInt8] = []
    while true {
      if position == filled {
        guard let file else { return nil }
        let got = buffer.withUnsafeMutableBytes { gzread(file, $0.baseAddress, UInt32($0.count)) }
        guard got >= 0 else { throw SimulatorError(.replayFile, "\(path): damaged after line \(lineNumber)") }
        position = 0
        filled = Int(got)
        if got == 0 {
          close()
          if line.isEmpty { return nil }
          break
        }
      }
      if let end = lineEnd() {
        line.append(contentsOf: buffer[position..<end])
        position = end + 1
        break
      }
      line.append(contentsOf: buffer[position..<filled])
      position = filled
      guard line.count <= Self.lineBytesMaximum else {
        throw SimulatorError(.replayFile, "\(path): line \(lineNumber + 1) is longer than \(Self.lineBytesMaximum) bytes")
      }
    }
    lineNumber += 1
    if line.last == 13 { line.removeLast() }
    return line
  }
}
