import Synchronization

/// Calls back once when nothing has been heard for a while. The daemon sends heartbeats, so silence means a broken connection.
final class SilenceWatchdog: Sendable {
  private let state = Mutex<(last: ContinuousClock.Instant, fired: Bool)>((.now, false))
  private let task = Mutex<Task<Void, Never>?>(nil)

  init(limit: Duration, _ onSilence: @escaping @Sendable () -> Void) {
    let watch = Task { [weak self] in
      while let deadline = self?.deadline(limit) {
        if deadline <= .now {
          self?.state.withLock { $0.fired = true }
          onSilence()
          return
        }
        do { try await Task.sleep(until: deadline, clock: .continuous) } catch { return }
      }
    }
    task.withLock { $0 = watch }
  }

  /// Something was heard.
  func touch() { state.withLock { $0.last = .now } }

  /// True after the callback.
  var hasFired: Bool { state.withLock { $0.fired } }

  func stop() { task.withLock { $0?.cancel() } }

  private func deadline(_ limit: Duration) -> ContinuousClock.Instant {
    state.withLock { $0.last.advanced(by: limit) }
  }
}

/// Set once, read from anywhere.
final class InterruptFlag: Sendable {
  private let value = Atomic<Bool>(false)

  var isSet: Bool { value.load(ordering: .acquiring) }

  func set() { value.store(true, ordering: .releasing) }
}
