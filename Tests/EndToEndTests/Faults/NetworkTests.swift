import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// A network that is slow, cut into bytes, deaf in one direction, or a black hole, between the daemon and its exchange.
@Suite(.serialized) struct NetworkTests {
  /// All three addresses of the exchange go through one proxy.
  private struct Setup {
    var exchange: FaultyExchange
    var proxy: FaultyProxy

    init(_ label: String) throws {
      exchange = try FaultyExchange(label, balances: ["USDT=1000000", "BTC=1"], start: false)
      proxy = try FaultyProxy(target: exchange.simulator.port)
      let address = "127.0.0.1:\(proxy.port)"
      try exchange.daemon.launch([
        "BINANCE_REST_URL": "http://\(address)", "BINANCE_STREAM_URL": "ws://\(address)", "BINANCE_WS_API_URL": "ws://\(address)/ws-api/v3",
      ])
    }

  }

  /// Faults 23, 24, 25, 26: one daemon through each of them; nothing is lost, and what happens meanwhile is said.
  @Test func aBadNetworkLosesNothing() throws {
    let setup = try Setup("network")
    let exchange = setup.exchange
    defer { exchange.daemon.kill() }
    try exchange.reach("botd") { try exchange.daemon.control("list").code == 0 }
    // 23: segments of one byte.
    try exchange.createEager("one", ["--stop-loss", "0.3"])
    try exchange.reach("a resting stop") { try exchange.openOrders().count == 1 }
    setup.proxy.faults.toClient.segmentBytes = 1
    setup.proxy.faults.toServer.segmentBytes = 1
    try exchange.daemon.control("close", "one")
    try exchange.reach("a sale and another entry, byte by byte") {
      try exchange.sent().filter { $0.isPlacing && $0.side == "BUY" }.count >= 2 && exchange.openOrders().count == 1
    }
    // 24: half a second more in each direction.
    setup.proxy.faults = FaultyProxy.Faults()
    setup.proxy.faults.toClient.delayMilliseconds = 500
    setup.proxy.faults.toServer.delayMilliseconds = 500
    let before = try exchange.sent().filter { $0.isPlacing && $0.side == "BUY" }.count
    try exchange.daemon.control("close", "one")
    try exchange.reach("another entry, slowly") { try exchange.sent().filter { $0.isPlacing && $0.side == "BUY" }.count > before }
    setup.proxy.faults = FaultyProxy.Faults()
    try exchange.reach("its stop") { try exchange.openOrders().count == 1 }
    // 25, 26: nothing more is heard, first in both directions, then in one.
    for (label, faults) in [("blackhole", FaultyProxy.Faults.blackHole), ("oneway", Self.oneWay)] {
      try exchange.daemon.control("close", "one")
      try exchange.reach("a resting stop before \(label)") { try exchange.openOrders().count == 1 }
      setup.proxy.faults = faults
      let isNoticed = try eventually(within: 15) {
        try exchange.health("user_stream") != "ok" && exchange.health("feed") != "ok"
      }
      #expect(isNoticed, "\(label): \(exchange.daemon.tail)")
      let count = try exchange.sent().filter { $0.isPlacing && $0.side == "BUY" }.count
      try exchange.movePrice(to: label == "oneway" ? 25_000 : 30_000)
      try exchange.reach("that the exchange's own stop sold") { try exchange.openOrders().isEmpty }
      // The bot would enter at the next closed second, if it heard of one.
      let isSilent = try !eventually(within: 4) { try exchange.sent().filter { $0.isPlacing && $0.side == "BUY" }.count > count }
      #expect(isSilent, "\(label): an entry left on what nobody heard")
      setup.proxy.faults = FaultyProxy.Faults()
      setup.proxy.dropAll(byReset: true)
      try exchange.reach("the user stream after \(label)") { try exchange.health("user_stream") == "ok" }
      try exchange.reach("another entry after \(label)") { try exchange.openOrders().count == 1 }
    }
    try exchange.daemon.control("stop-all")
    #expect(try exchange.balance("BTC") >= 1)
    try exchange.expectAgreement()
  }

  private static var oneWay: FaultyProxy.Faults {
    var faults = FaultyProxy.Faults()
    faults.toClient.isDead = true
    return faults
  }

  /// Fault 21: certificates that nobody vouches for, of another host, or of yesterday: nothing is sent, and the reason is said.
  @Test(
    .enabled(if: program("openssl") != nil && ClockShim.obstacle == nil, "needs openssl and a C compiler"),
    arguments: ["stranger", "otherhost", "expired"])
  func aWrongCertificateGetsNoRequest(_ kind: String) throws {
    let directory = try TemporaryDirectory("certificate")
    let (certificate, key) = (directory.file("cert.pem"), directory.file("key.pem"))
    let name = kind == "otherhost" ? "IP:127.0.0.2" : "IP:127.0.0.1"
    // One that is out of date is made three days ago, for two.
    let past = kind == "expired" ? try ClockShim() : nil
    try past?.set(offset: -3 * 86_400)
    let made = try run(
      [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=botsim", "-addext", "subjectAltName=\(name)", "-days",
        "2",
        "-keyout", key, "-out", certificate,
      ], environment: past?.environment)
    try #require(made.code == 0, "\(made.output)")
    let simulator = try Simulator(
      directory,
      [
        "--symbol", "BTCUSDT", "--api-key", FaultyExchange.key, "--api-secret", FaultyExchange.secret, "--tls-cert", certificate,
        "--tls-key", key,
      ])
    // What it trusts: this one, unless it is a stranger's.
    var environment = FaultyExchange.environment(simulator).mapValues {
      $0.replacingOccurrences(of: "http://", with: "https://").replacingOccurrences(of: "ws://", with: "wss://")
    }
    if kind != "stranger" { environment["SSL_CERT_FILE"] = certificate }
    let daemon = Daemon(directory, arguments: ["--mode", "testnet"], environment: environment)
    try daemon.launch()
    defer { daemon.kill() }
    let isSaid = eventually(within: 20) { daemon.tail.lowercased().contains("certificate") }
    #expect(isSaid, "\(daemon.tail)")
    let requests = try run(["curl", "-sk", "https://\(simulator.address)/sim/truth?wall=0"])
    #expect(!requests.output.contains("signature") && !requests.output.contains("/api/v3"), "\(requests.output.prefix(500))")
  }
}
