#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A thread of its own with a work queue: the executor of an actor that wraps a blocking C client, or of the core.
///
/// Work runs in the order it was queued. Plain work (``submit(_:)``) is bounded: beyond `capacity` it is refused, so a flood
/// cannot grow memory. Jobs of Swift tasks are always taken, since dropping one would break its task; whoever creates tasks bounds them.
/// Enter with `Task(executorPreference: thread)` to keep a task's whole tree off the shared pool.
public final class PinnedThread: SerialExecutor, TaskExecutor, @unchecked Sendable {
  private enum Work {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
  }

  /// The thread's name, at most 15 bytes are visible to the system.
  public let name: String
  private let capacity: Int
  private let lock = ThreadLock()
  // Guarded by `lock`.
  private var queue: [Work] = []
  private var queuedCalls = 0
  private var isStopping = false
  private var isFinished = false
  private var isIdle = false

  /// Starts the thread. `capacity` bounds plain work that waits.
  ///
  /// - Throws: ``RuntimeError`` with code `thread` when the system refuses a thread.
  public init(name: String, capacity: Int = 65_536) throws(RuntimeError) {
    self.name = name
    self.capacity = max(1, capacity)
    let retained = unsafe Unmanaged.passRetained(self)
    var handle = pthread_t()
    let result = unsafe pthread_create(
      &handle, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<PinnedThread>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, unsafe retained.toOpaque())
    guard result == 0 else {
      unsafe retained.release()
      throw RuntimeError(.thread, "cannot start thread \(name): \(RuntimeError.systemMessage(result))")
    }
    pthread_detach(handle)
  }

  /// Queues `work`; false when the queue is full or the thread is stopping, and then the work never runs.
  @discardableResult
  public func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    guard !isStopping, queuedCalls < capacity else { return false }
    queuedCalls += 1
    queue.append(.call(work))
    if isIdle { lock.signal() }
    return true
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    lock.lock()
    queue.append(.job(unowned))
    if isIdle { lock.signal() }
    lock.unlock()
  }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }

  public func checkIsolated() { precondition(isCurrent, "not on thread \(name)") }

  /// Whether the caller runs on this thread.
  public var isCurrent: Bool { Self.current === self }

  /// Ends the thread once everything queued has run. Plain work that comes later is refused.
  public func stop() {
    lock.withLock {
      isStopping = true
      lock.broadcast()
    }
  }

  /// Waits until the thread has ended after ``stop()``; must not be called on the thread itself.
  public func join() {
    lock.withLock { while !isFinished { lock.wait() } }
  }

  private static let currentKey: pthread_key_t = {
    var key = pthread_key_t()
    unsafe pthread_key_create(&key, nil)
    return key
  }()

  private static var current: PinnedThread? {
    guard let context = unsafe pthread_getspecific(currentKey) else { return nil }
    return unsafe Unmanaged<PinnedThread>.fromOpaque(context).takeUnretainedValue()
  }

  private func run() {
    unsafe pthread_setspecific(Self.currentKey, Unmanaged.passUnretained(self).toOpaque())
    nameThread()
    var batch: [Work] = []
    while takeBatch(into: &batch) {
      for work in batch {
        switch work {
        case .call(let call): call()
        case .job(let job):
          unsafe job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
      }
      batch.removeAll(keepingCapacity: true)
    }
    lock.withLock {
      isFinished = true
      lock.broadcast()
    }
  }

  /// Best effort: lets `ps -L` and `top -H` show the name.
  private func nameThread() {
    let descriptor = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    let bytes = Array(name.utf8.prefix(15))
    _ = unsafe write(descriptor, bytes, bytes.count)
    close(descriptor)
  }

  private func takeBatch(into batch: inout [Work]) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    while queue.isEmpty {
      if isStopping { return false }
      isIdle = true
      lock.wait()
      isIdle = false
    }
    swap(&batch, &queue)
    queuedCalls = 0
    return true
  }
}
