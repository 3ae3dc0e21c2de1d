/// What a full ``BoundedQueue`` does with the next element.
public enum OverflowRule: Hashable, Sendable {
  /// The new element is refused; for orders and fills, which are never dropped silently.
  case refuse
  /// The oldest element gives way; for market data, where only the newest counts.
  case dropOldest
}

/// A queue between threads with a fixed capacity and a stated overflow rule.
public final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
  public enum PushResult: Hashable, Sendable { case stored, refused, droppedOldest, closed }

  public let capacity: Int
  public let rule: OverflowRule
  private let lock = ThreadLock()
  // Guarded by `lock`: a ring.
  private var slots: [Element?]
  private var head = 0
  private var stored = 0
  private var dropped: UInt64 = 0
  private var closed = false

  public init(capacity: Int, rule: OverflowRule) {
    self.capacity = max(1, capacity)
    self.rule = rule
    slots = Array(repeating: nil, count: max(1, capacity))
  }

  @discardableResult
  public func push(_ element: Element) -> PushResult {
    lock.withLock {
      guard !closed else { return .closed }
      var result = PushResult.stored
      if stored == capacity {
        dropped &+= 1
        guard rule == .dropOldest else { return .refused }
        _ = takeFirst()
        result = .droppedOldest
      }
      slots[(head + stored) % capacity] = element
      stored += 1
      lock.signal()
      return result
    }
  }

  /// The oldest element, or `nil` when there is none.
  public func pop() -> Element? { lock.withLock { takeFirst() } }

  /// Everything queued, oldest first.
  public func popAll() -> [Element] {
    lock.withLock {
      var all: [Element] = []
      all.reserveCapacity(stored)
      while let element = takeFirst() { all.append(element) }
      return all
    }
  }

  /// The oldest element; waits on the calling thread up to `nanoseconds`. `nil` on time-out or when closed and drained.
  public func pop(waitingNanoseconds nanoseconds: Int64) -> Element? {
    let deadline = MonotonicClock.nanoseconds() + max(0, min(nanoseconds, 1 << 60))
    return lock.withLock {
      while stored == 0 {
        if closed || !lock.wait(until: deadline) { return takeFirst() }
      }
      return takeFirst()
    }
  }

  /// Refuses later elements and wakes every waiter; what is queued can still be taken.
  public func close() {
    lock.withLock {
      closed = true
      lock.broadcast()
    }
  }

  /// Whether ``close()`` was called.
  public var isClosed: Bool { lock.withLock { closed } }
  public var count: Int { lock.withLock { stored } }
  /// Elements refused or dropped so far.
  public var droppedCount: UInt64 { lock.withLock { dropped } }

  private func takeFirst() -> Element? {
    guard stored > 0 else { return nil }
    let element = slots[head]
    slots[head] = nil
    head = (head + 1) % capacity
    stored -= 1
    return element
  }
}
