#if BOT_THREAD_SANITIZER
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  /// Stands for `Mutex` under the thread sanitizer, which sees a pthread's lock and not the futex inside Swift's.
  @safe package final class StateMutex<Value>: @unchecked Sendable {
    private var value: Value
    private let lock: UnsafeMutablePointer<pthread_mutex_t>

    /// Guards `value`.
    package init(_ value: sending Value) {
      self.value = value
      unsafe lock = .allocate(capacity: 1)
      unsafe pthread_mutex_init(lock, nil)
    }

    deinit {
      unsafe pthread_mutex_destroy(lock)
      unsafe lock.deallocate()
    }

    /// Runs `body` while no other thread does.
    package func withLock<Result, Failure: Error>(_ body: (inout sending Value) throws(Failure) -> sending Result) throws(Failure)
      -> sending Result
    {
      unsafe pthread_mutex_lock(lock)
      defer { unsafe pthread_mutex_unlock(lock) }
      return try body(&value)
    }
  }
#else
  package import Synchronization

  /// The lock around state that several threads share.
  package typealias StateMutex = Mutex
#endif
