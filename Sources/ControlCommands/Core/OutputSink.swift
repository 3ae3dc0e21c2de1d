import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why standard output did not take what was written.
package struct OutputFailure: Sendable, Hashable {
  /// The system's words.
  package let message: String
  /// The reader of a pipe has gone: there is nobody left to tell.
  package let isClosedPipe: Bool
}

/// Standard output of the process. The first failure is remembered and everything after it dropped, so that a command ends its work before it
/// says so.
final class OutputSink: Sendable {
  private struct State {
    var failure: OutputFailure?
    var observers: [@Sendable () -> Void] = []
  }

  private let descriptor: Int32
  private let state = Mutex(State())

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// The first failure; nil: everything was written.
  var failure: OutputFailure? { state.withLock { $0.failure } }

  /// Calls `body` once when a write fails; at once when one has.
  func onFailure(_ body: @escaping @Sendable () -> Void) {
    let hasFailed = state.withLock { state in
      if state.failure == nil { state.observers.append(body) }
      return state.failure != nil
    }
    if hasFailed { body() }
  }

  /// Writes all of `text`, or remembers why not.
  func write(_ text: String) {
    guard failure == nil else { return }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Self.systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&waiting, 1, -1)
        continue
      }
      guard count > 0 else {
        let code = errno
        return fail(OutputFailure(message: unsafe String(cString: strerror(code)), isClosedPipe: code == EPIPE))
      }
      rest = rest.dropFirst(count)
    }
  }

  private func fail(_ failure: OutputFailure) {
    let observers = state.withLock { state in
      guard state.failure == nil else { return [@Sendable () -> Void]() }
      state.failure = failure
      defer { state.observers = [] }
      return state.observers
    }
    for observer in observers { observer() }
  }

  private static func systemWrite(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(descriptor, base, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, base, count)
    #elseif canImport(Darwin)
      Darwin.write(descriptor, base, count)
    #endif
  }
}
