#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The start of a file: its first line, and where in the workspace it ends.
struct HeaderLine {
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The line's characters, without a byte order mark and CR.
  let text: [UInt8]
  /// Bytes of the line and its end.
  let bytes: Int
  /// Bytes in the workspace.
  let held: Int

  /// Fills the workspace from the file's start.
  init(_ file: InputFile, _ workspace: CandleWorkspace) throws(CandleFileError) {
    held = try unsafe file.read(into: workspace.space(after: 0), after: 0)
    func problem(_ words: String) -> CandleFileError {
      CandleFileError(.header, path: file.path, line: 1, "\(CandleColumns.expected); \(words)")
    }
    guard held > 0 else { throw problem("the file is empty") }
    let start = unsafe UnsafePointer(workspace.bytes)
    let end = unsafe memchr(start, 10, held).map { unsafe UnsafeRawPointer(start).distance(to: UnsafeRawPointer($0)) }
    let length = end ?? held
    guard length <= CandleFile.lineBytesMaximum else { throw problem("this one does not end: not a text file of candles") }
    bytes = end.map { $0 + 1 } ?? held
    var line = unsafe Array(UnsafeBufferPointer(start: start, count: length))
    if line.starts(with: Self.byteOrderMark) { line.removeFirst(Self.byteOrderMark.count) }
    if line.last == 13 { line.removeLast() }
    text = line
  }
}
