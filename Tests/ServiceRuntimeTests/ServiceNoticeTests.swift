import Foundation
import ServiceRuntime
import TestSupport
import Testing

/// What a supervisor hears on its socket.
@Suite struct ServiceNoticeTests {
  @Test(arguments: [false, true]) func wordsReachTheSupervisor(isAbstract: Bool) throws {
    let directory = try TemporaryDirectory("notify")
    let name = isAbstract ? "@botd-test-\(UUID().uuidString)" : directory.file("notify")
    let supervisor = try NoticeSocket(name)
    let notice = ServiceNotice(environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "\(getpid())"])
    notice.waiting("the exchange\nREADY=1")
    #expect(supervisor.next() == "STATUS=the exchange READY=1\nEXTEND_TIMEOUT_USEC=60000000")
    notice.ready("live")
    #expect(supervisor.next() == "READY=1\nSTATUS=live")
    notice.alive()
    #expect(supervisor.next() == "WATCHDOG=1")
    notice.stopping()
    #expect(supervisor.next() == "STOPPING=1\nSTATUS=stopping")
    #expect(supervisor.next() == nil)
  }

  @Test func theHeartbeatKeepsTheSupervisorsTime() throws {
    let directory = try TemporaryDirectory("notify")
    let supervisor = try NoticeSocket(directory.file("notify"))
    var heart = Heartbeat(ServiceNotice(environment: ["NOTIFY_SOCKET": directory.file("notify"), "WATCHDOG_USEC": "20000000"]))
    var words = 0
    for tick in 0..<240 {  // a minute of ticks
      heart.beat(at: Int64(tick) * 250_000_000)
      while supervisor.next() != nil { words += 1 }
    }
    #expect(words == 12, "a word every quarter of twenty seconds")
  }

  @Test func aWatchdogForAnotherProcessIsNotOurs() {
    let names = ["NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "20000000"]
    #expect(ServiceNotice(environment: names).watchdogNanoseconds == 20_000_000_000)
    #expect(ServiceNotice(environment: names.merging(["WATCHDOG_PID": "1"]) { $1 }).watchdogNanoseconds == nil)
    for wrong in ["0", "-5", "soon", "9223372036854775807", ""] {
      #expect(ServiceNotice(environment: names.merging(["WATCHDOG_USEC": wrong]) { $1 }).watchdogNanoseconds == nil)
    }
  }

  /// Nobody listens, the name is too long, the supervisor reads nothing: never an error, never a wait.
  @Test func nothingWaitsForASupervisor() throws {
    let directory = try TemporaryDirectory("notify")
    ServiceNotice(environment: [:]).ready("x")
    ServiceNotice(environment: ["NOTIFY_SOCKET": "relative"]).ready("x")
    ServiceNotice(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 300)]).ready("x")
    ServiceNotice(environment: ["NOTIFY_SOCKET": directory.file("nobody")]).ready("x")
    let supervisor = try NoticeSocket(directory.file("deaf"))
    let notice = ServiceNotice(environment: ["NOTIFY_SOCKET": directory.file("deaf")])
    for _ in 0..<10_000 { notice.ready("x") }
    #expect(supervisor.next() != nil)
  }

  @Test func timesAreCountedInClasses() {
    let histogram = LatencyHistogram(bounds: [1_000, 10])
    for length: Int64 in [-5, 10, 11, 1_000, 1_001, .max] { histogram.observe(length) }
    let reading = histogram.reading
    #expect(reading.bounds == [10, 1_000])
    #expect(reading.cumulative == [2, 4])
    #expect(reading.count == 6)
    #expect(reading.sum == .max)
  }
}
