import Foundation
import ServiceRuntime
import Testing

@Suite struct LineWriterTests {
  @Test func aPipeThatNobodyReadsNeverHoldsUpTheWriter() throws {
    let pipe = try SmallPipe()
    let writer = try LineWriter(name: "unread", descriptor: pipe.writeEnd, capacity: 64 << 10)
    let taken = (0..<100_000).filter { writer.write(Self.line($0)) }
    // What waits, and what the pipe itself holds, is all that was taken.
    #expect(taken.count * Self.line(0).utf8.count <= 64 << 10 + 4_096)
    #expect(taken.count * Self.line(0).utf8.count > 60_000)
    #expect(writer.droppedCount == UInt64(100_000 - taken.count))

    let reader = pipe.readToTheEnd()
    #expect(writer.close(within: .seconds(30)))
    #expect(reader.lines == taken.map(Self.line) + ["(\(100_000 - taken.count) lines were dropped here: the reader was too slow)"])
  }

  @Test func goesOnAfterTheNoticeOnceTheReaderReads() throws {
    let pipe = try SmallPipe()
    let writer = try LineWriter(name: "late", descriptor: pipe.writeEnd, capacity: 1_024)
    var expected: [String] = []
    while writer.write(Self.line(expected.count)) { expected.append(Self.line(expected.count)) }
    expected.append("(1 line was dropped here: the reader was too slow)")
    let reader = pipe.readToTheEnd()
    #expect(writer.flush(within: .seconds(30)))
    #expect(writer.write("afterwards\n"))
    expected.append("afterwards")
    #expect(writer.close(within: .seconds(30)))
    #expect(!writer.write("too late"))
    #expect(reader.lines == expected)
    #expect(writer.droppedCount == 2)
  }

  @Test func aLineLargerThanTheBufferIsDroppedAndTold() throws {
    let pipe = try SmallPipe()
    let writer = try LineWriter(name: "large", descriptor: pipe.writeEnd, capacity: 20_000)
    let reader = pipe.readToTheEnd()
    #expect(!writer.write(String(repeating: "x", count: 20_000)))
    #expect(writer.flush(within: .seconds(30)))
    let large = String(repeating: "y", count: 15_000)
    #expect(writer.write(large))
    #expect(writer.close(within: .seconds(30)))
    #expect(reader.lines == ["(1 line was dropped here: the reader was too slow)", large])
  }

  @Test func flushAndCloseGiveUpWhenNobodyReads() throws {
    let pipe = try SmallPipe()
    let writer = try LineWriter(name: "stuck", descriptor: pipe.writeEnd)
    for number in 0..<1_000 { #expect(writer.write(Self.line(number))) }
    #expect(!writer.flush(within: .milliseconds(20)))
    #expect(!writer.close(within: .milliseconds(20)))
    #expect(!writer.write("late"))
  }

  @Test func aReaderThatWentAwayEndsTheWriting() throws {
    let pipe = try SmallPipe()
    pipe.closeReadEnd()
    let writer = try LineWriter(name: "gone", descriptor: pipe.writeEnd)
    #expect(writer.write("first"))
    #expect(!writer.flush(within: .seconds(30)))
    for number in 0..<1_000 { writer.write(Self.line(number)) }
    #expect(!writer.flush(within: .seconds(30)))
    #expect(!writer.write("last"))
    #expect(writer.droppedCount == 1_002)
    #expect(!writer.close(within: .seconds(30)))
  }

  @Test func aDescriptorThatIsNotOpenDropsEverything() throws {
    let writer = try LineWriter(name: "closed", descriptor: -1)
    writer.write("first")
    #expect(!writer.flush(within: .seconds(30)))
    #expect(!writer.write("second"))
    #expect(writer.droppedCount == 2)
  }

  @Test func aFullDiskLosesLinesButIsTriedAgain() throws {
    let full = unsafe open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(full >= 0)
    defer { close(full) }
    let writer = try LineWriter(name: "full", descriptor: full)
    for number in 1...3 {
      #expect(writer.write("line"))
      #expect(!writer.flush(within: .seconds(30)))
      #expect(writer.droppedCount == UInt64(number))
    }
    #expect(!writer.close(within: .seconds(30)))
  }

  @Test func whatIsFlushedIsThereAndTheDescriptorIsItsOwn() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("line-writer-\(UUID().uuidString)").path
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    try #require(file >= 0)
    defer { _ = unsafe unlink(path) }
    let writer = try LineWriter(name: "file", descriptor: file)
    close(file)
    for number in 0..<5_000 { #expect(writer.write(Self.line(number))) }
    #expect(writer.flush(within: .seconds(30)))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text == (0..<5_000).map { Self.line($0) + "\n" }.joined())
    #expect(writer.close(within: .seconds(30)))
  }

  @Test func waitsWhereTheDescriptorDoesNot() throws {
    let pipe = try SmallPipe()
    #expect(fcntl(pipe.writeEnd, F_SETFL, O_NONBLOCK) == 0)
    let writer = try LineWriter(name: "nonblocking", descriptor: pipe.writeEnd)
    for number in 0..<5_000 { #expect(writer.write(Self.line(number))) }
    let reader = pipe.readToTheEnd()
    #expect(writer.close(within: .seconds(30)))
    #expect(reader.lines == (0..<5_000).map(Self.line))
  }

  @Test func everyThreadsLinesStayWholeAndInTheirOrder() throws {
    let pipe = try SmallPipe()
    let writer = try LineWriter(name: "many", descriptor: pipe.writeEnd, capacity: 8 << 20)
    let reader = pipe.readToTheEnd()
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      for number in 0..<5_000 { writer.write("\(thread) \(number)") }
    }
    #expect(writer.close(within: .seconds(30)))
    let lines = reader.lines
    for thread in 0..<4 { #expect(lines.filter { $0.hasPrefix("\(thread) ") } == (0..<5_000).map { "\(thread) \($0)" }) }
  }

  private static func line(_ number: Int) -> String { "line \(number + 1_000_000)" }
}

/// `F_SETPIPE_SZ`, which the C library's module does not show.
private let setPipeSize: Int32 = 1_031

/// A pipe of one page.
private final class SmallPipe {
  private(set) var readEnd: Int32
  private(set) var writeEnd: Int32

  init() throws {
    ProcessSignals.ignoreWriteSignals()
    var ends: [Int32] = [-1, -1]
    try #require(unsafe pipe(&ends) == 0)
    (readEnd, writeEnd) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    try #require(fcntl(writeEnd, setPipeSize, 4_096) == 4_096)
  }

  deinit {
    closeReadEnd()
    if writeEnd >= 0 { close(writeEnd) }
  }

  func closeReadEnd() {
    if readEnd >= 0 { close(readEnd) }
    readEnd = -1
  }

  /// Reads on a thread of its own; takes the ends over, so that the writer's copy is the last.
  func readToTheEnd() -> PipeReader {
    close(writeEnd)
    writeEnd = -1
    defer { readEnd = -1 }
    return PipeReader(readEnd)
  }
}

private final class PipeReader: @unchecked Sendable {
  private let done = DispatchSemaphore(value: 0)
  // Written by the thread before `done`, read after it.
  private var bytes: [UInt8] = []

  init(_ descriptor: Int32) {
    Thread.detachNewThread { [self] in
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = unsafe read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        bytes.append(contentsOf: buffer[0..<count])
      }
      close(descriptor)
      done.signal()
    }
  }

  /// Everything read until the writer's end was closed, by lines; waits for that.
  var lines: [String] {
    done.wait()
    defer { done.signal() }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }
}
