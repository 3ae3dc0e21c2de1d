import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// One scenario in every language: a bot in testnet mode is created, started and followed through five `kill -9` of the daemon, then
/// stopped. What the client saw is compared with what the daemon lists and with what the exchange says.
@Suite(.serialized) struct ScenarioTests {
  private static let key = "testkeytestkeytestkeytestkey"
  private static let secret = "testsecrettestsecrettestsecret"
  private static let symbol = "BTCUSDT"
  private static let kills = 5
  private static let fillsAtLeast = 24

  private static func exchange(_ directory: TemporaryDirectory) throws -> Simulator {
    try Simulator(
      directory,
      [
        "--symbol", "BTCUSDT,ETHUSDT", "--seed", "11", "--speed", "240", "--api-key", key, "--api-secret", secret, "--balance",
        "USDT=1000000",
      ])
  }

  private static func daemon(_ directory: TemporaryDirectory, _ simulator: Simulator) throws -> Daemon {
    let daemon = Daemon(
      directory, arguments: ["--mode", "testnet"],
      environment: [
        "BINANCE_REST_URL": "http://\(simulator.address)", "BINANCE_STREAM_URL": "ws://\(simulator.address)",
        "BINANCE_WS_API_URL": "ws://\(simulator.address)/ws-api/v3", "BINANCE_API_KEY": key, "BINANCE_API_SECRET": secret,
      ])
    try daemon.start()
    return daemon
  }

  private func play(_ name: String) throws {
    let language = ClientLanguage(name: name)
    try Missing.require(language.script("scenario"))
    let directory = try TemporaryDirectory("client")
    let simulator = try Self.exchange(directory)
    let daemon = try Self.daemon(directory, simulator)
    defer { daemon.kill() }
    let bookmark = directory.file("bookmark")
    let program = try ScenarioProgram(
      [
        language.script("scenario"), "--address", daemon.address, "--bot", "alpha", "--symbol", Self.symbol, "--bookmark-file", bookmark,
      ], in: directory)
    try begin(program)
    for kill in 1...Self.kills {
      let seen = try program.followed().count
      try follow(program, to: seen + 3, "before kill \(kill)", daemon)
      daemon.kill()
      try daemon.start()
    }
    try follow(program, to: Self.fillsAtLeast, "after the last kill", daemon)
    try program.say("stop")
    #expect(program.exitCode(within: 60) == 0, "\(program.complaint)\n\(daemon.tail)")
    try judge(try program.lines(), bookmark)
    try compare(try program.lines(), daemon, simulator)
  }

  /// Waits for `{"ready":true}`; the first start may build the client.
  private func begin(_ program: ScenarioProgram) throws {
    var code: Int32?
    let isReady = try eventually(within: 300) {
      code = program.exitCode(within: 0)
      return try code != nil || program.lines().first == .ready
    }
    if code == Missing.code { try Missing.skip(program.complaint.split(separator: "\n").last.map(String.init) ?? "") }
    #expect(isReady && code == nil, "the program did not become ready: exit code \(code ?? -1), \(program.complaint)")
  }

  private func follow(_ program: ScenarioProgram, to count: Int, _ when: String, _ daemon: Daemon) throws {
    var code: Int32?
    let arrived = try eventually(within: 120) {
      code = program.exitCode(within: 0)
      return try code != nil || program.followed().count >= count
    }
    guard arrived, code == nil else {
      throw TestFailure(
        "\(when): \(try program.followed().count) of \(count) trades came, exit code \(code ?? -1): \(program.complaint)\n\(daemon.tail)")
    }
  }

  /// The order of the lines, and the proof in the sequences.
  private func judge(_ lines: [ScenarioLine], _ bookmark: String) throws {
    let trades = lines.compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    let listed = lines.compactMap { if case .listed(let trade) = $0 { trade } else { nil } }
    #expect(lines == [.ready] + trades.map { .trade($0) } + listed.map { .listed($0) } + [.done])
    #expect(trades.count >= Self.fillsAtLeast)
    #expect(trades.first?.previous_sequence == 0)
    for (before, after) in zip(trades, trades.dropFirst()) {
      #expect(after.sequence > before.sequence, "repeated or out of order: \(after)")
      #expect(after.previous_sequence == before.sequence, "a gap before \(after)")
    }
    let kept = try String(contentsOfFile: bookmark, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(kept.hasSuffix(":\(trades.last?.sequence ?? -1)"), "the bookmark is \(kept)")
    // Lists do not chain.
    let unchained = trades.map { trade in
      var copy = trade
      copy.previous_sequence = 0
      return copy
    }
    let list = listed.map { trade in
      var copy = trade
      copy.previous_sequence = 0
      return copy
    }
    #expect(Array(list.prefix(unchained.count)) == unchained, "followed and listed differ")
    // A protective order may still fill between the end of the subscription and the list.
    #expect(list.count - unchained.count <= 1)
  }

  /// What the client saw is what the exchange did.
  private func compare(_ lines: [ScenarioLine], _ daemon: Daemon, _ simulator: Simulator) throws {
    let listed = lines.compactMap { if case .listed(let trade) = $0 { trade } else { nil } }
    var witnesses: [Row] = []
    var control: [Row] = []
    let same = try eventually(within: 30) {
      witnesses = try Ledgers.exchange(simulator, symbols: [Self.symbol], key: Self.key, secret: Self.secret)
      control = try Ledgers.control(daemon).rows
      return witnesses == control
    }
    #expect(same, "the exchange: \(witnesses.count) trades, the daemon: \(control.count)")
    func text(_ id: String, _ price: String, _ quantity: String, _ isBuy: Bool) -> String {
      "\(id) \(isBuy ? "buy" : "sell") \(Row.plain(quantity)) @ \(Row.plain(price))"
    }
    let found = listed.map { text($0.trade_id, $0.price, $0.quantity, $0.side == "BUY") }
    let expected = witnesses.map { text("\($0.tradeID)", $0.price, $0.quantity, $0.isBuy) }
    #expect(found.sorted() == expected.prefix(found.count).sorted(), "the exchange tells another story")
    #expect(expected.count - found.count <= 1)
    #expect(listed.allSatisfy { $0.symbol == Self.symbol && !$0.client_order_id.isEmpty })
  }

  @Test func python() throws { try play("python") }
  @Test func go() throws { try play("go") }
  @Test func c() throws { try play("c") }
  @Test func typescript() throws { try play("typescript") }
}
