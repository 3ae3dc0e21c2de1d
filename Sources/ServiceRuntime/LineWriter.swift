#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes lines to a file descriptor from a thread of its own, so that a pipe that nobody reads never holds up who has something to say.
///
/// Lines wait in a buffer of bounded size. Once it is full, new lines are dropped and counted until half of it is free again; a line that
/// says how many are missing then stands in their place. When the reader has gone away (EPIPE, EBADF), lines are dropped for ever.
/// The process must ignore SIGPIPE: ``ProcessSignals/ignoreWriteSignals()``. The thread lives until ``close(within:)``.
public final class LineWriter: @unchecked Sendable {
  /// Bytes of text that may wait.
  public let capacity: Int
  private let output: OutputDescriptor
  private let notice: @Sendable (UInt64) -> String
  private let lock = ThreadLock()
  // Guarded by `lock`.
  private var pending: [UInt8] = []
  /// Bytes that the thread has taken and not yet written.
  private var inFlight = 0
  /// Bytes taken in, and bytes written or given up, since the start.
  private var accepted: UInt64 = 0
  private var settled: UInt64 = 0
  private var dropped: UInt64 = 0
  /// Dropped lines that no notice has told of yet.
  private var untold: UInt64 = 0
  private var hasFailed = false
  private var isIdle = false
  private var isClosed = false
  private var isAbandoned = false
  private var hasEnded = false

  /// Starts the thread. Writes to a copy of `descriptor`, so closing that later is harmless; one that is not open drops every line.
  ///
  /// - Parameter notice: the line, without its end, that says how many are missing; at most a few hundred bytes.
  /// - Throws: ``RuntimeError`` with code `thread` when the system refuses a thread.
  public init(
    name: String, descriptor: Int32, capacity: Int = 1 << 20, notice: @escaping @Sendable (UInt64) -> String = LineWriter.notice
  ) throws(RuntimeError) {
    self.capacity = max(256, capacity)
    self.notice = { notice($0) + "\n" }
    output = OutputDescriptor(copyOf: descriptor)
    let thread: PinnedThread
    do { thread = try PinnedThread(name: name) } catch {
      output.end()
      throw error
    }
    thread.submit { self.run() }
    thread.stop()
  }

  /// Lines dropped so far, for whatever reason.
  public var droppedCount: UInt64 { lock.withLock { dropped } }

  /// Queues one line, a missing line feed at its end is added; false when it was dropped. Never waits for the reader; copies the text.
  @discardableResult
  public func write(_ line: String) -> Bool {
    let hasLineFeed = line.utf8.last == UInt8(ascii: "\n")
    let size = line.utf8.count + (hasLineFeed ? 0 : 1)
    lock.lock()
    defer { lock.unlock() }
    guard !isClosed, !hasEnded, hasRoom(for: size) else {
      dropped += 1
      untold += 1
      if isIdle { lock.broadcast() }
      return false
    }
    // While nothing can be written the notice would only be lost too.
    if untold > 0, !hasFailed { queueNotice() }
    pending.append(contentsOf: line.utf8)
    if !hasLineFeed { pending.append(UInt8(ascii: "\n")) }
    accepted += UInt64(size)
    if isIdle { lock.broadcast() }
    return true
  }

  /// Waits until everything queued before is written, at most `duration`; whether it is. Returns at once when the reader has gone away.
  @discardableResult
  public func flush(within duration: Duration) -> Bool {
    let deadline = MonotonicClock.nanoseconds() + Self.nanoseconds(duration)
    lock.lock()
    defer { lock.unlock() }
    let target = accepted
    while settled < target || (untold > 0 && !hasFailed && !isClosed), !hasEnded {
      guard lock.wait(until: deadline) else { return false }
    }
    return settled >= target && !hasFailed
  }

  /// Refuses later lines and waits until the queued ones are written, at most `duration`; whether they are. The thread then ends; where
  /// it is stuck in a write, it ends when the reader reads on or goes away, and drops what is left.
  @discardableResult
  public func close(within duration: Duration) -> Bool {
    lock.withLock {
      if untold > 0, !isClosed, !hasEnded, !hasFailed { queueNotice() }
      isClosed = true
      lock.broadcast()
    }
    let isDone = flush(within: duration)
    lock.withLock { isAbandoned = true }
    return isDone
  }

  // MARK: With the lock held

  private func hasRoom(for size: Int) -> Bool {
    let used = pending.count + inFlight
    guard untold > 0 else { return used + size <= capacity }
    return used <= capacity / 2 && used + size + notice(untold).utf8.count <= capacity
  }

  private func queueNotice() {
    let line = notice(untold)
    pending.append(contentsOf: line.utf8)
    accepted += UInt64(line.utf8.count)
    untold = 0
  }

  private func settle(_ count: Int) {
    inFlight -= count
    settled += UInt64(count)
    lock.broadcast()
  }

  private func giveUp(_ bytes: ArraySlice<UInt8>) {
    let lines = UInt64(bytes.count(where: { $0 == UInt8(ascii: "\n") }))
    dropped += lines
    untold += lines
    settle(bytes.count)
  }

  // MARK: On the thread

  private func run() {
    var batch: [UInt8] = []
    while take(into: &batch), writeOut(batch) {}
    lock.withLock {
      hasEnded = true
      inFlight += pending.count
      giveUp(pending[...])
      pending = []
    }
    output.end()
  }

  private func take(into batch: inout [UInt8]) -> Bool {
    batch.removeAll(keepingCapacity: true)
    lock.lock()
    defer { lock.unlock() }
    while pending.isEmpty {
      if isClosed { return false }
      if untold > 0, !hasFailed {
        queueNotice()
      } else {
        isIdle = true
        lock.wait()
        isIdle = false
      }
    }
    swap(&batch, &pending)
    inFlight = batch.count
    return true
  }

  /// Writes whole lines, as many at a time as a pipe takes in one piece; false when there is no use in going on.
  private func writeOut(_ batch: [UInt8]) -> Bool {
    var start = 0
    while start < batch.count {
      let end = Self.pieceEnd(batch, from: start)
      let outcome = output.put(batch, start..<end)
      let goesOn = lock.withLock {
        switch outcome {
        case .written:
          hasFailed = false
          settle(end - start)
          if !isAbandoned { return true }
          giveUp(batch[end...])
        case .failed, .gone:
          hasFailed = true
          if outcome == .gone { hasEnded = true }
          giveUp(batch[start...])
        }
        return false
      }
      guard goesOn else { return outcome == .failed }
      start = end
    }
    return true
  }

  private static let pieceSize = 4_096

  /// The end of the last line that still fits in a piece; of the first line where that alone is larger.
  private static func pieceEnd(_ bytes: [UInt8], from start: Int) -> Int {
    guard bytes.count - start > pieceSize else { return bytes.count }
    let lineFeed = UInt8(ascii: "\n")
    if let last = bytes[start..<start + pieceSize].lastIndex(of: lineFeed) { return last + 1 }
    return bytes[start...].firstIndex(of: lineFeed).map { $0 + 1 } ?? bytes.count
  }

  /// What stands in place of dropped lines where nothing else is said.
  public static func notice(_ count: UInt64) -> String {
    "(\(count) line\(count == 1 ? " was" : "s were") dropped here: the reader was too slow)"
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return max(0, min(seconds, 1 << 30)) * 1_000_000_000 + max(0, attoseconds / 1_000_000_000)
  }
}

/// A copy of a descriptor that bytes are written to, waiting as long as it takes.
private struct OutputDescriptor: Sendable {
  enum Outcome: Hashable, Sendable {
    case written
    /// Not now, as with a full disk.
    case failed
    /// Never again.
    case gone
  }

  private let number: Int32

  /// -1 when there is no such descriptor: every write then says ``Outcome/gone``.
  init(copyOf descriptor: Int32) { number = fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }

  func put(_ bytes: [UInt8], _ range: Range<Int>) -> Outcome {
    unsafe bytes.withUnsafeBytes { buffer in
      var at = range.lowerBound
      while at < range.upperBound {
        let count = unsafe write(number, UnsafeRawBufferPointer(rebasing: buffer[at..<range.upperBound]).baseAddress, range.upperBound - at)
        if count >= 0 {
          at += count
          continue
        }
        switch errno {
        case EINTR: continue
        case EAGAIN:
          // Somebody else's doing: the flag belongs to everyone who shares the terminal or pipe.
          var waiting = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
          _ = unsafe poll(&waiting, 1, -1)
        case EPIPE, EBADF: return .gone
        default: return .failed
        }
      }
      return .written
    }
  }

  func end() { if number >= 0 { close(number) } }
}
