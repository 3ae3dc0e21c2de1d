import Synchronization
import TTRPC

/// The end of a stream that this side asks for: a half-close, after which the daemon has a bounded time to end its side.
final class StreamEnding: Sendable {
  private struct State {
    var hasBegun = false
    var isCancelled = false
    var failure: (any Error)?
    var drain: Task<Void, Never>?
  }

  private let stream: RPCClientStream
  private let isHalfClosable: Bool
  private let drainMaximum: Duration
  private let state = Mutex(State())

  /// - Parameter isHalfClosable: the client sends a stream, so that the server waits for its end; other streams are dropped at once.
  init(_ stream: RPCClientStream, isHalfClosable: Bool, drainMaximum: Duration) {
    self.stream = stream
    self.isHalfClosable = isHalfClosable
    self.drainMaximum = drainMaximum
  }

  /// This side has dropped the stream: its error says nothing new.
  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Why the stream was dropped; nil: because it was asked for.
  var failure: (any Error)? { state.withLock { $0.failure } }

  /// Asks for the end, once.
  func begin() {
    guard
      state.withLock({ state in
        defer { state.hasBegun = true }
        return !state.hasBegun
      })
    else { return }
    guard isHalfClosable else { return drop(because: nil) }
    stream.closeSend()
    let limit = drainMaximum
    let drain = Task { [weak self] in
      do { try await Task.sleep(for: limit) } catch { return }
      self?.drop(because: CommandFailure(.timeout, "botd did not end the stream in time after it was half-closed"))
    }
    state.withLock { $0.drain = drain }
  }

  /// Asks for the end after a time.
  func begin(after length: Duration) -> Task<Void, Never> {
    Task { [weak self] in
      do { try await Task.sleep(for: length) } catch { return }
      self?.begin()
    }
  }

  /// Drops the stream because of something on this side.
  func fail(_ failure: CommandFailure) { drop(because: failure) }

  /// The stream has ended.
  func stop() { state.withLock { $0.drain }?.cancel() }

  private func drop(because failure: CommandFailure?) {
    state.withLock { state in
      state.isCancelled = true
      if state.failure == nil { state.failure = failure }
    }
    stream.cancel()
  }
}
