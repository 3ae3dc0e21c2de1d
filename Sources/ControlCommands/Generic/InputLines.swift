/// Standard input, line by line.
struct InputLines {
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  private var number = 0

  /// The next line that is not empty, without its end, and its number from 1 on; nil at the end.
  ///
  /// - Throws: exit code 6 for a line longer than ``CallBodies/bytesMaximum``, 1 when standard input cannot be read.
  mutating func next() async throws(CommandFailure) -> (line: [UInt8], number: Int)? {
    while true {
      if let line = takeLine() {
        number += 1
        if line.contains(where: { $0 != 32 && $0 != 9 && $0 != 13 }) { return (line, number) }
      } else if isAtEnd {
        return nil
      } else if let piece = try await ControlEnvironment.current.input() {
        buffer.removeFirst(start)
        start = 0
        buffer += piece
        guard buffer.count <= CallBodies.bytesMaximum else {
          throw CommandFailure(.invalidArgument, "line \(number + 1) of standard input is longer than \(CallBodies.bytesMaximum) bytes")
        }
      } else {
        isAtEnd = true
      }
    }
  }

  private mutating func takeLine() -> [UInt8]? {
    let rest = buffer[start...]
    if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      start = end + 1
      return Array(rest[..<end])
    }
    guard isAtEnd, !rest.isEmpty else { return nil }
    start = buffer.count
    return Array(rest)
  }
}
