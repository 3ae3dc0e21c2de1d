import CandleFiles
import Foundation
import TestSupport
import Testing

@Suite struct LineReaderTests {
  private func lines(_ bytes: [UInt8]) throws -> [String] {
    let directory = try TemporaryDirectory("lines")
    defer { withExtendedLifetime(directory) {} }
    let path = directory.file("lines")
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let reader = try LineReader(path: path)
    var lines: [String] = []
    while let line = try reader.next() {
      lines.append(String(decoding: line, as: UTF8.self))
      #expect(reader.lineNumber == lines.count)
    }
    #expect(reader.fraction == 1)
    #expect(try reader.next() == nil)
    return lines
  }

  @Test func linesComeWithoutTheirEnds() throws {
    #expect(try lines(Array("a\r\n\nb\n\r\nc".utf8)) == ["a", "", "b", "", "c"])
    #expect(try lines([]) == [])
    #expect(try lines(Array("\n".utf8)) == [""])
    let long = (0..<5_000).map { String(repeating: "x", count: $0 % 97) + "\($0)" }
    let text = Array(long.joined(separator: "\n").utf8)
    #expect(try lines(text) == long)
    #expect(try lines(Gzip.stored(text)) == long)
  }

  @Test func troubleIsNamed() throws {
    func complaint(_ bytes: [UInt8]) throws -> String? {
      do {
        _ = try lines(bytes)
        return nil
      } catch let error as CandleFileError {
        return "\(error.code), line \(error.line): \(error.message)"
      }
    }
    let whole = Gzip.stored(Array("a\nb\n".utf8))
    #expect(try complaint(whole) == nil)
    #expect(try complaint(Array(whole.dropLast(3))) == "damaged, line 1: cannot be read on from about here: the gzip data end too early")
    var spoilt = whole
    spoilt[15] ^= 1
    #expect(
      try complaint(spoilt) == "damaged, line 1: cannot be read on from about here: damaged gzip data (incorrect data check)")
    let endless = [UInt8](repeating: 65, count: LineReader.lineBytesMaximum + 1)
    #expect(try complaint(endless) == "damaged, line 1: is longer than 1048576 bytes: not a text file of lines")
    #expect(throws: CandleFileError.self) { try LineReader(path: "/nowhere/at/all") }
  }
}
