import Time
import Foundation
import ServiceRuntime
import Synchronization
import Testing
import TradingModel

@Suite struct PinnedThreadTests {
  @Test func runsWorkInOrderOnOneThread() async throws {
    let thread = try PinnedThread(name: "order")
    let seen = Mutex<[Int]>([])
    for number in 0..<5_000 { #expect(thread.submit { seen.withLock { $0.append(thread.isCurrent ? number : -1) } }) }
    thread.stop()
    await joined(thread)
    #expect(seen.withLock { $0 } == Array(0..<5_000))
    #expect(!thread.submit {})
    #expect(!thread.isCurrent)
  }

  @Test func refusesPlainWorkBeyondItsCapacity() async throws {
    let thread = try PinnedThread(name: "full", capacity: 3)
    let gate = DispatchSemaphore(value: 0)
    let entered = DispatchSemaphore(value: 0)
    thread.submit {
      entered.signal()
      gate.wait()
    }
    await Task.detached { Self.wait(entered) }.value
    #expect((0..<5).map { _ in thread.submit {} } == [true, true, true, false, false])
    gate.signal()
    thread.stop()
    await joined(thread)
  }

  @Test func isTheExecutorOfAnActor() async throws {
    let thread = try PinnedThread(name: "actor")
    let counter = Counter(thread)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<200 { group.addTask { await counter.add() } }
    }
    #expect(await counter.count == 200)
    #expect(await counter.strays == 0)
    thread.stop()
    await joined(thread)
  }

  @Test func keepsATaskTreeOnItsThread() async throws {
    let thread = try PinnedThread(name: "tasks")
    let onThread = await Task(executorPreference: thread) {
      async let child = thread.isCurrent
      await Task.yield()
      return await (thread.isCurrent, child)
    }.value
    #expect(onThread == (true, true))
    thread.stop()
    await joined(thread)
  }

  private actor Counter {
    let thread: PinnedThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }
    var count = 0
    var strays = 0
    init(_ thread: PinnedThread) { self.thread = thread }
    func add() {
      count += 1
      if !thread.isCurrent { strays += 1 }
    }
  }

  private static func wait(_ semaphore: DispatchSemaphore) { semaphore.wait() }

  private func joined(_ thread: PinnedThread) async {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        thread.join()
        continuation.resume()
      }
    }
  }
}

@Suite struct BoundedQueueTests {
  @Test func refusesWhenFullAndKeepsOrder() {
    let queue = BoundedQueue<Int>(capacity: 3, rule: .refuse)
    #expect((1...5).map { queue.push($0) } == [.stored, .stored, .stored, .refused, .refused])
    #expect(queue.droppedCount == 2)
    #expect(queue.pop() == 1)
    #expect(queue.push(6) == .stored)
    #expect(queue.popAll() == [2, 3, 6])
    #expect(queue.pop() == nil)
  }

  @Test func dropsTheOldestWhenToldSo() {
    let queue = BoundedQueue<Int>(capacity: 2, rule: .dropOldest)
    #expect((1...4).map { queue.push($0) } == [.stored, .stored, .droppedOldest, .droppedOldest])
    #expect(queue.popAll() == [3, 4])
  }

  @Test func closedQueueDrainsAndWakesItsWaiter() async {
    let queue = BoundedQueue<Int>(capacity: 2, rule: .refuse)
    let waiter = Task.detached { queue.pop(waitingNanoseconds: 60_000_000_000) }
    queue.close()
    #expect(await waiter.value == nil)
    #expect(queue.push(1) == .closed)
    #expect(queue.pop(waitingNanoseconds: 1) == nil)
  }

  @Test func handsEverythingOverBetweenThreadsInOrder() async throws {
    let queue = BoundedQueue<Int>(capacity: 64, rule: .refuse)
    // On a thread of its own: a blocked reader on the shared pool would starve, and the writer wait for it for ever.
    let thread = try PinnedThread(name: "reader")
    let (results, done) = AsyncStream<[Int]>.makeStream()
    thread.submit {
      var got: [Int] = []
      while let next = queue.pop(waitingNanoseconds: .max) { got.append(next) }
      done.yield(got)
    }
    var next = 0
    while next < 20_000 { if queue.push(next) == .stored { next += 1 } else { await Task.yield() } }
    queue.close()
    var iterator = results.makeAsyncIterator()
    #expect(await iterator.next() == Array(0..<20_000))
    thread.stop()
  }
}

@Suite struct BackoffMachineTests {
  @Test func growsByTwoUpToItsMaximumWithHalfOfItRandom() {
    for jitter: UInt64 in [0, 1, .max, 123_456_789] {
      var machine = BackoffMachine(firstNanoseconds: 1_000, maximumNanoseconds: 60_000)
      for ceiling: Int64 in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000] {
        let delay = machine.nextDelayNanoseconds(jitter: jitter)
        #expect(delay >= ceiling / 2 && delay <= ceiling)
      }
      machine.reset()
      #expect(machine.nextDelayNanoseconds(jitter: jitter) <= 1_000)
    }
  }

  @Test func extremeValuesDoNotTrap() {
    var machine = BackoffMachine(firstNanoseconds: .max, maximumNanoseconds: .max)
    for _ in 0..<200 { #expect(machine.nextDelayNanoseconds(jitter: .max) > 0) }
    var other = BackoffMachine(firstNanoseconds: -5, maximumNanoseconds: 0)
    #expect(other.nextDelayNanoseconds(jitter: 7) >= 0)
  }
}

@Suite(.serialized) struct ProcessSignalTests {
  @Test func writeToAClosedPipeFailsInsteadOfEndingTheProcess() {
    ProcessSignals.ignoreWriteSignals()
    var ends: [Int32] = [0, 0]
    unsafe #expect(pipe(&ends) == 0)
    close(ends[0])
    unsafe #expect(write(ends[1], "x", 1) == -1)
    #expect(errno == EPIPE)
    close(ends[1])
  }

  @Test func observedSignalsArriveOnceEach() async throws {
    let numbers = AsyncStream<Int32>.makeStream()
    try ProcessSignals.observe([SIGUSR1, SIGUSR2]) { numbers.continuation.yield($0) }
    kill(getpid(), SIGUSR1)
    var iterator = numbers.stream.makeAsyncIterator()
    #expect(await iterator.next() == SIGUSR1)
    kill(getpid(), SIGUSR2)
    #expect(await iterator.next() == SIGUSR2)
    #expect(throws: RuntimeError.self) { try ProcessSignals.observe([SIGUSR1]) { _ in } }
  }
}

@Suite struct ClockTests {
  @Test func wallClockAgreesWithTheSystemAndMonotonicNeverGoesBack() {
    let wall = WallClock.now()
    #expect(abs(Double(wall.milliseconds) / 1_000 - Date().timeIntervalSince1970) < 1)
    var last = MonotonicClock.nanoseconds()
    for _ in 0..<10_000 {
      let next = MonotonicClock.nanoseconds()
      #expect(next >= last)
      last = next
    }
  }
}
