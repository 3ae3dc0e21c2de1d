import Foundation
import ProgramTestSupport
import Synchronization
import TestSupport
import Testing

/// Many who command at once, followers through kills, a halt while orders are on their way, and the exchange's clock.
@Suite(.serialized) struct OperatorTests {
  /// Runs botctl so many times at once; what each said.
  private func together(_ count: Int, _ daemon: Daemon, _ words: @escaping @Sendable (Int) -> [String]) throws -> [(
    code: Int32, output: String
  )] {
    let said = Mutex<[(code: Int32, output: String)]>([])
    let (program, address) = (try Programs.path("botctl"), daemon.address)
    let group = DispatchGroup()
    for number in 0..<count {
      DispatchQueue.global().async(group: group) {
        let answer = (try? run([program] + words(number) + ["--address", address, "--timeout", "30"])) ?? (-1, "did not run")
        said.withLock { $0.append(answer) }
      }
    }
    group.wait()
    return said.withLock { $0 }
  }

  /// Fault 64: twenty who start, stop, pause, close and remove one bot at once: each hears what was done or why not, and one sale at most leaves.
  @Test func commandsThatContradictEachOtherAreDoneOneAfterTheOther() throws {
    let setup = try FaultyExchange("together", balances: ["USDT=1000000", "BTC=1"])
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.3"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    try setup.daemon.control("pause", "one")
    let verbs = [["pause", "one"], ["stop", "one"], ["close", "one"], ["remove", "one", "--force"], ["close", "one"]]
    let answers = try together(20, setup.daemon) { verbs[$0 % verbs.count] }
    #expect(answers.count == 20)
    for answer in answers {
      // Done, not possible now, or not there any more: in words.
      #expect([0, 3, 4, 5, 6].contains(answer.code) && !answer.output.isEmpty, "\(answer)")
    }
    try setup.reach("that all is sold") { try setup.openOrders().isEmpty && setup.balance("BTC") < 1.000_1 }
    try setup.reach("that it is gone") { (try setup.daemon.read("list")["items"] as? [Any])?.isEmpty == true }
    #expect(try setup.balance("BTC") >= 1)
    #expect(try setup.sent().filter { $0.isPlacing && $0.type == "MARKET" && $0.side == "SELL" }.count == 1)
    try setup.expectAgreement()
  }

  /// Fault 65: trading is halted while the records of entries wait for a slow disk: what had left is known, and after the answer nothing leaves.
  @Test(.enabled(if: SystemCallFaults.obstacle == nil, "needs strace"))
  func nothingLeavesAfterTheAnswerToAHalt() throws {
    let setup = try FaultyExchange("halt")
    defer { setup.daemon.kill() }
    for number in 0..<6 {
      try setup.daemon.create([
        "b\(number)", "--symbol", number % 2 == 0 ? "BTCUSDT" : "ETHUSDT", "--strategy", "rsi", "--param", "period=2", "--param",
        "oversold=49.9", "--param", "overbought=50.1", "--interval", "1s", "--capital", "1000", "--stop-loss", "0.1", "--start",
      ])
    }
    try setup.reach("some orders") { try setup.requests().count > 6 }
    let pid = try #require(setup.daemon.process?.pid)
    let tracer = try ServerProcess(
      ["strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=200000", "-p", "\(pid)"],
      log: setup.directory.file("strace.log"))
    defer { tracer.stop(SIGINT) }
    let isAttached = eventually(within: 10) {
      (try? String(contentsOfFile: setup.directory.file("strace.log"), encoding: .utf8))?.contains("attached") == true
    }
    try #require(isAttached)
    for round in 0..<2 {
      #expect(try setup.daemon.control("risk", "halt").code == 0)
      let answered = Date().timeIntervalSince1970
      let market = setup.simulator.status["marketTime"] as? Int ?? 0
      try setup.reach("two more seconds of market") { setup.simulator.status["marketTime"] as? Int ?? 0 > market + 2_000 }
      let late = try setup.sent().filter { $0.isPlacing && $0.side == "BUY" && $0.arrival > answered + 0.1 }
      #expect(late.isEmpty, "round \(round): \(late)")
      #expect(try setup.daemon.control("risk", "activate").code == 0)
      let count = try setup.sent().count
      try setup.reach("orders again") { try setup.sent().count > count }
    }
    try setup.daemon.control("stop-all")
    try setup.expectAgreement()
  }

  /// Fault 62: followers of the fills, some from the beginning and some from the middle, through kills of the daemon: each gets every fill behind
  /// its place once, in order.
  @Test func followersMissNothingThroughKills() throws {
    let setup = try FaultyExchange("followers")
    defer { setup.daemon.kill() }
    for number in 0..<4 {
      try setup.daemon.create([
        "b\(number)", "--symbol", number % 2 == 0 ? "BTCUSDT" : "ETHUSDT", "--strategy", "rsi", "--param", "period=2", "--param",
        "oversold=49.9", "--param", "overbought=50.1", "--interval", "1s", "--capital", "1000", "--stop-loss", "0.1", "--start",
      ])
    }
    try setup.reach("some fills") { try Ledgers.control(setup.daemon).rows.count >= 4 }
    let middle = try #require(try Ledgers.control(setup.daemon).sequences.dropFirst().first)
    let places = [0, 0, middle, middle]
    let followers = try places.indices.map { number in
      try ServerProcess(
        [
          try Programs.path("botctl"), "trades", "--follow", "--from", "\(places[number])", "--output", "json", "--address",
          setup.daemon.address,
        ], log: setup.directory.file("follower\(number).log"))
    }
    defer { followers.forEach { $0.stop() } }
    for _ in 0..<4 {
      let count = try Ledgers.control(setup.daemon).rows.count
      try setup.reach("more fills") { try Ledgers.control(setup.daemon).rows.count >= count + 2 }
      setup.daemon.kill()
      try setup.daemon.start()
    }
    try setup.daemon.control("stop-all")
    try setup.expectAgreement()
    let all = try Ledgers.control(setup.daemon).sequences
    for (number, place) in places.enumerated() {
      var heard: [Int] = []
      let isWhole = try eventually(within: 30) {
        heard = try Self.sequences(setup.directory.file("follower\(number).log"))
        return heard.count >= all.count { $0 > place }
      }
      #expect(isWhole && heard == all.filter { $0 > place }, "follower \(number) from \(place): \(heard) of \(all)")
    }
  }

  private static func sequences(_ file: String) throws -> [Int] {
    try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").compactMap { line in
      guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else { return nil }
      return object["sequence"].map { Ledgers.integer($0) }
    }
  }

  /// Fault 58: the exchange's clock jumps ahead and back again; a request or two are refused for it, the clock is measured, and orders go on. Events
  /// that are late by the new clock let no entry through.
  @Test func aJumpOfTheExchangesClockIsMeasured() throws {
    let setup = try FaultyExchange("exchangeclock")
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.3"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    _ = try setup.simulator.get("/sim/clock?step=7000")
    try setup.daemon.control("close", "one")
    try setup.reach("a sale") { try setup.balance("BTC") < 0.000_1 }
    _ = try setup.simulator.get("/sim/clock?step=-7000")
    try setup.reach("another entry and its stop") { try setup.openOrders().count == 1 }
    let text = String(decoding: try HTTP.get("http://\(setup.simulator.address)/sim/truth?limit=1000000"), as: UTF8.self)
    let refused = text.split(separator: "\n").count { $0.contains(#""code":-1021"#) }
    #expect(refused <= 4, "\(refused) requests were refused for their time")
    try setup.daemon.control("stop-all")
    try setup.expectAgreement()
  }
}
