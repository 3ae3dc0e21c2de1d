import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Hands one result from the journal's thread to a caller that waits for it.
@safe final class ResultBox<Value: Sendable>: @unchecked Sendable {
  // The semaphore publishes `result`: written before `sem_post`, read after `sem_wait`.
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  private var result: Result<Value, JournalError>?

  init() {
    unsafe semaphore.initialize(to: sem_t())
    unsafe sem_init(semaphore, 0, 0)
  }

  deinit {
    unsafe sem_destroy(semaphore)
    unsafe semaphore.deallocate()
  }

  func fulfill(_ result: Result<Value, JournalError>) {
    self.result = result
    unsafe sem_post(semaphore)
  }

  func wait() throws(JournalError) -> Value {
    while unsafe sem_wait(semaphore) != 0, errno == EINTR {}
    guard let result else { throw JournalError(.closed, "the journal is closed") }
    return try result.get()
  }
}
