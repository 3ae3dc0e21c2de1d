import ServiceRuntime
import Testing
@testable import VenueBinance

@Suite struct ReconnectMachineTests {
  typealias Action = ReconnectMachine.Action

  func started() -> ReconnectMachine {
    var machine = ReconnectMachine(backoff: BackoffMachine(firstNanoseconds: 100, maximumNanoseconds: 1_000))
    #expect(machine.handle(.start, jitter: 0) == [.connect(1)])
    #expect(machine.handle(.opened(1), jitter: 0) == [.subscribe(1)])
    #expect(machine.handle(.ready(1), jitter: 0) == [.up(1)])
    return machine
  }

  @Test func comesUpOnlyWhenSubscribed() { _ = started() }

  @Test func lostConnectionGoesDownAndIsRemadeAfterAPause() {
    var machine = started()
    #expect(machine.handle(.closed(1), jitter: 0) == [.down, .wait(nanoseconds: 50)])
    #expect(machine.handle(.closed(1), jitter: 0) == [])
    #expect(machine.handle(.delayOver, jitter: 0) == [.connect(2)])
    #expect(machine.handle(.closed(2), jitter: 0) == [.wait(nanoseconds: 100)])
    #expect(machine.handle(.delayOver, jitter: 0) == [.connect(3)])
    #expect(machine.handle(.opened(3), jitter: 0) == [.subscribe(3)])
    #expect(machine.handle(.ready(3), jitter: 0) == [.up(3)])
    #expect(machine.failures == 2)
  }

  @Test func delaysStartAnewOnlyAfterAStableConnection() {
    var machine = started()
    func loseAndReturn(_ id: Int, stable: Bool) -> Int64 {
      if stable { #expect(machine.handle(.stable(id), jitter: 0) == []) }
      guard case .wait(let delay)? = machine.handle(.closed(id), jitter: 0).last else { return -1 }
      for event in [ReconnectMachine.Event.delayOver, .opened(id + 1), .ready(id + 1)] { _ = machine.handle(event, jitter: 0) }
      return delay
    }
    #expect(loseAndReturn(1, stable: false) == 50)
    #expect(loseAndReturn(2, stable: false) == 100)
    #expect(loseAndReturn(3, stable: false) == 200)
    #expect(loseAndReturn(4, stable: true) == 50)
  }

  @Test func replacementIsSubscribedBeforeTheOldOneIsClosed() {
    var machine = started()
    #expect(machine.handle(.replacementDue(1), jitter: 0) == [.connect(2)])
    #expect(machine.handle(.replacementDue(1), jitter: 0) == [])
    #expect(machine.handle(.opened(2), jitter: 0) == [.subscribe(2)])
    #expect(machine.handle(.ready(2), jitter: 0) == [.replaced(2), .close(1)])
    #expect(machine.handle(.closed(1), jitter: 0) == [])
    #expect(machine.primary == ReconnectMachine.Connection(id: 2, stage: .ready))
  }

  @Test func oldOneThatDiesDuringItsReplacementLeavesAGap() {
    var machine = started()
    _ = machine.handle(.replacementDue(1), jitter: 0)
    #expect(machine.handle(.closed(1), jitter: 0) == [.down])
    #expect(machine.handle(.opened(2), jitter: 0) == [.subscribe(2)])
    #expect(machine.handle(.ready(2), jitter: 0) == [.up(2)])
  }

  @Test func failedReplacementIsTriedAgainWhileTheOldOneServes() {
    var machine = started()
    _ = machine.handle(.replacementDue(1), jitter: 0)
    #expect(machine.handle(.closed(2), jitter: 0) == [.wait(nanoseconds: 50)])
    #expect(machine.handle(.delayOver, jitter: 0) == [.connect(3)])
  }

  @Test func stopClosesEverythingAndNothingFollows() {
    var machine = started()
    _ = machine.handle(.replacementDue(1), jitter: 0)
    #expect(machine.handle(.stop, jitter: 0) == [.close(1), .close(2), .down])
    for event in [ReconnectMachine.Event.closed(1), .closed(2), .delayOver, .stable(1), .replacementDue(1), .stop] {
      #expect(machine.handle(event, jitter: 0) == [])
    }
    #expect(machine.handle(.opened(2), jitter: 0) == [.close(2)])
  }

  /// Any order of events: at most two connections, up and down alternate, a running machine without a connection always waits.
  @Test(arguments: 1...40) func holdsItsInvariantsUnderAnyOrderOfEvents(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var machine = ReconnectMachine()
    var open: Set<Int> = []
    var isUp = false
    var isWaiting = false
    func apply(_ event: ReconnectMachine.Event) {
      for action in machine.handle(event, jitter: random.next()) {
        switch action {
        case .connect(let id):
          #expect(open.insert(id).inserted)
        case .subscribe(let id), .replaced(let id): #expect(open.contains(id))
        case .up(let id):
          #expect(!isUp && open.contains(id))
          isUp = true
        case .down: isUp = false
        case .close: break
        case .wait(let delay):
          #expect(delay > 0 && delay <= 30_000_000_000 && !isWaiting)
          isWaiting = true
        }
      }
      if machine.isRunning { #expect(machine.primary != nil || isWaiting, "nothing would ever happen again") }
    }
    apply(.start)
    for _ in 0..<2_000 {
      let id = open.isEmpty ? Int.random(in: 1...3, using: &random) : (open.sorted().randomElement(using: &random) ?? 1)
      switch Int.random(in: 0..<12, using: &random) {
      case 0...2: apply(.opened(id))
      case 3...6: apply(.ready(id))
      case 7:
        open.remove(id)
        apply(.closed(id))
      case 8: apply(.replacementDue(id))
      case 9: apply(.stable(id))
      default:
        if isWaiting {
          isWaiting = false
          apply(.delayOver)
        }
      }
      #expect([machine.primary, machine.successor].compactMap { $0 }.count <= 2)
    }
  }
}

/// A reproducible source of numbers (SplitMix64; Steele, Lea, Flood 2014).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
