import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// What the machine does to the daemon's process: it is killed within a system call, stands still, or gets no more descriptors and files.
@Suite(.serialized) struct ProcessTests {
  /// Bots that trade often.
  private func busy(_ setup: FaultyExchange, count: Int) throws {
    for number in 0..<count {
      try setup.daemon.create([
        "b\(number)", "--symbol", number % 2 == 0 ? "BTCUSDT" : "ETHUSDT", "--strategy", "rsi", "--param", "period=2", "--param",
        "oversold=49.9", "--param", "overbought=50.1", "--interval", "1s", "--capital", "1000", "--stop-loss", "0.1", "--start",
      ])
    }
  }

  /// Fault 35: killed within the k-th system call that writes, makes durable, or sends; each time the next life goes on without a loss and without
  /// a second order of one name.
  @Test(.enabled(if: SystemCallFaults.obstacle == nil, "needs strace"))
  func killedInASystemCallTheWitnessesAgree() throws {
    let setup = try FaultyExchange("syscalls")
    defer { setup.daemon.kill() }
    try busy(setup, count: 4)
    var kills = 0
    for (call, when) in [("fdatasync", 2), ("fdatasync", 7), ("pwrite64", 12), ("pwrite64", 41), ("sendto", 2), ("sendto", 4)] {
      let pid = try #require(setup.daemon.process?.pid)
      let log = setup.directory.file("strace\(kills).log")
      let tracer = try ServerProcess(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):signal=SIGKILL:when=\(when)", "-p", "\(pid)"],
        log: log)
      defer { tracer.stop(SIGKILL) }
      let code = setup.daemon.process?.exitCode(within: 40)
      #expect(code == 137, "\(call) \(when): \(String(describing: code))")
      kills += 1
      try setup.daemon.start()
    }
    try setup.daemon.control("stop-all")
    try setup.expectAgreement()
  }

  /// Fault 38: it stands still for eight seconds, while its stop is reached; awake again it enters on nothing old, and finds the sale.
  @Test func aPauseOfTheProcessIsNoticed() throws {
    let setup = try FaultyExchange("pause", balances: ["USDT=1000000", "BTC=1"])
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    let process = try #require(setup.daemon.process)
    process.kill(SIGSTOP)
    try setup.movePrice(to: 50_000)
    try setup.reach("that the exchange's stop sold") { try setup.openOrders().isEmpty }
    let from = setup.simulator.status["marketTime"] as? Int ?? 0
    try setup.reach("eight seconds of market") { setup.simulator.status["marketTime"] as? Int ?? 0 > from + 8_000 }
    let awake = Date().timeIntervalSince1970
    process.kill(SIGCONT)
    try setup.reach("the sale") { try Ledgers.control(setup.daemon).rows.contains { !$0.isBuy } }
    try setup.reach("another entry") { try setup.openOrders().count == 1 }
    let entries = try setup.sent().filter { $0.isPlacing && $0.side == "BUY" }
    #expect(entries.count == 2 && entries[1].arrival > awake, "\(entries)")
    try setup.daemon.control("stop-all")
    #expect(try setup.balance("BTC") >= 1)
    try setup.expectAgreement()
  }

  /// Fault 57: the machine sleeps for eight seconds and its monotonic clock with it, while the stop is reached: the time of the exchange is measured
  /// again, and what happened is found.
  @Test(.enabled(if: ClockShim.obstacle == nil, "needs a C compiler"))
  func aSleepOfTheMachineIsNoticed() throws {
    let shim = try ClockShim()
    let setup = try FaultyExchange("sleep", balances: ["USDT=1000000", "BTC=1"], environment: shim.environment)
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    let process = try #require(setup.daemon.process)
    process.kill(SIGSTOP)
    try setup.movePrice(to: 50_000)
    let from = setup.simulator.status["marketTime"] as? Int ?? 0
    try setup.reach("nine seconds of market") { setup.simulator.status["marketTime"] as? Int ?? 0 > from + 9_000 }
    try shim.set(sleep: 8)
    process.kill(SIGCONT)
    try setup.reach("the sale") { try Ledgers.control(setup.daemon).rows.contains { !$0.isBuy } }
    try setup.reach("another entry and its stop") { try setup.openOrders().count == 1 }
    let text = String(decoding: try HTTP.get("http://\(setup.simulator.address)/sim/truth?limit=1000000"), as: UTF8.self)
    let refused = text.split(separator: "\n").count { $0.contains(#""code":-1021"#) }
    #expect(refused <= 4, "\(refused) requests were refused for their time")
    try setup.daemon.control("stop-all")
    #expect(try setup.balance("BTC") >= 1)
    try setup.expectAgreement()
  }

  /// Fault 40: no descriptor is left; orders go on over the connections that are open, and when there are some again a person is served.
  @Test(.enabled(if: program("prlimit") != nil, "needs prlimit"))
  func withoutDescriptorsOrdersGoOn() throws {
    let setup = try FaultyExchange("descriptors")
    defer { setup.daemon.kill() }
    try busy(setup, count: 4)
    try setup.reach("some orders") { try setup.requests().count > 4 }
    let pid = try #require(setup.daemon.process?.pid)
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    #expect(try run(["prlimit", "--pid", "\(pid)", "--nofile=\(open + 1):"]).code == 0)
    // Whoever comes takes the last one.
    let path = setup.directory.file("run/botd.sock")
    var sockets: [Int32] = []
    for _ in 0..<20 { sockets.append(try Self.connect(path)) }
    defer { sockets.forEach { close($0) } }
    let before = try setup.requests().count
    try setup.reach("orders without descriptors") { try setup.requests().count > before + 4 }
    #expect(try run(["prlimit", "--pid", "\(pid)", "--nofile=1024:"]).code == 0)
    sockets.forEach { close($0) }
    sockets = []
    try setup.reach("an answer") { try setup.daemon.control("list").code == 0 }
    try setup.daemon.control("stop-all")
    try setup.expectAgreement()
  }

  private static func connect(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes.prefix($0.count - 1)) }
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      close(descriptor)
      throw TestFailure("cannot connect to \(path): errno \(errno)")
    }
    return descriptor
  }

  /// Faults 44, 45: files may not grow any more: a write ends in its middle, then fails. The position is sold all the same, and when there is room
  /// again everything is recorded.
  @Test(.enabled(if: program("prlimit") != nil, "needs prlimit"))
  func aFullDiskHoldsBackNoExit() throws {
    let setup = try FaultyExchange("full", balances: ["USDT=1000000", "BTC=1"])
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    let pid = try #require(setup.daemon.process?.pid)
    let size = try #require(
      try FileManager.default.attributesOfItem(atPath: setup.daemon.stateDirectory + "/journal.sqlite-wal")[.size] as? Int)
    try setup.daemon.control("pause", "one")
    // Not at the end of a page; then not even over what is there already.
    #expect(try run(["prlimit", "--pid", "\(pid)", "--fsize=\(size + 1_717):unlimited"]).code == 0)
    #expect(try setup.daemon.control("risk", "reduce").code != 0, "a command was taken that can't be recorded")
    #expect(try run(["prlimit", "--pid", "\(pid)", "--fsize=1717:unlimited"]).code == 0)
    try setup.movePrice(to: 50_000)
    try setup.reach("the journal's failure") {
      try setup.daemon.control("risk", "reduce")
      return try setup.health("journal") == "down"
    }
    try setup.reach("the sale") { try setup.balance("BTC") < 1.000_1 }
    #expect(try run(["prlimit", "--pid", "\(pid)", "--fsize=unlimited:unlimited"]).code == 0)
    try setup.reach("the recovery") { try setup.health("journal") == "ok" }
    try setup.daemon.control("stop-all")
    try setup.expectAgreement()
    setup.daemon.stop()
    let verified = try run([try Programs.path("botctl"), "verify", setup.daemon.stateDirectory])
    #expect(verified.code == 0 && verified.output.contains("whole"), "\(verified.output)")
  }
}
