import Foundation
public import TestSupport
import Testing

/// The same candles traded by the backtest, on paper over sockets, and again from the journal: what each gives.
public struct ParityRun {
  /// Options of the bot.
  public var settings: [String]
  /// Words and environment with which the backtest finds a strategy that is not built in.
  public var backtestWords: [String] = []
  public var environment: [String: String] = [:]
  /// The program that serves such a strategy to the daemon at an address.
  public var server: ((_ address: String) -> [String])?

  public init(_ settings: [String]) { self.settings = settings }

  /// A trade as it must be the same everywhere: times, prices, quantities, fees, reasons.
  public struct Fill: Hashable, CustomStringConvertible {
    public var time: Int
    public var side: String
    public var price: String
    public var quantity: String
    public var fee: String
    public var purpose: String
    public var reason: String
    public var description: String { "\(time) \(side) \(quantity) @ \(price) fee \(fee) \(purpose): \(reason)" }
  }

  public static func fills(_ value: Any?) -> [Fill] {
    (value as? [[String: Any]] ?? []).map { fill in
      func text(_ key: String) -> String { fill[key] as? String ?? "" }
      return Fill(
        time: Ledgers.integer(fill["time_ns"]) / 1_000_000, side: text("side"), price: Row.plain(text("price")),
        quantity: Row.plain(text("quantity")),
        fee: Row.plain(text("commission")), purpose: text("purpose"), reason: text("reason"))
    }
  }

  public func backtest(_ file: String, _ interval: String) throws -> (fills: [Fill], equity: String) {
    let words = [try Programs.path("botctl"), "backtest", "--candles", file, "--interval", interval, "--output", "json", "--fills"]
    let answer = try run(words + settings + backtestWords, environment: environment)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any], "\(answer.output.suffix(600))")
    return (Self.fills(object["fills"]), Row.plain(object["final_equity"] as? String ?? ""))
  }

  public func paperTrading(
    _ directory: TemporaryDirectory, _ file: String, _ interval: String
  ) throws -> (fills: [Fill], equity: String, stateDirectory: String) {
    // Nothing moves until the bot is there: the whole file is traded.
    let simulator = try Simulator(directory, ["--replay", "\(file):BTCUSDT:1m", "--speed", "9000", "--start-paused"])
    let daemon = Daemon(
      directory, arguments: ["--mode", "paper"],
      environment: [
        "BINANCE_REST_URL": "http://\(simulator.address)", "BINANCE_STREAM_URL": "ws://\(simulator.address)",
        "BINANCE_WS_API_URL": "ws://\(simulator.address)/ws-api/v3",
      ])
    try daemon.start()
    defer { daemon.kill() }
    let variables = environment.map { "\($0.key)=\($0.value)" }
    let served = try server.map { try ServerProcess(["/usr/bin/env"] + variables + $0(daemon.address), log: directory.file("served.log")) }
    defer { served?.stop() }
    let create =
      ["create", "btcusdt", "--symbol", "BTCUSDT", "--interval", interval, "--start", "--address", daemon.address] + settings
    let made = try eventually(within: 30) { try run([try Programs.path("botctl")] + create).code == 0 }
    #expect(made, "\(daemon.tail)")
    // A strategy of another process gets ready.
    let isRunning = try eventually(within: 60) {
      let answer = try daemon.read("list")
      return ((answer["bots"] ?? answer["items"]) as? [[String: Any]] ?? []).first?["state"] as? String == "running"
    }
    #expect(isRunning, "\(daemon.tail)")
    // Every stream is subscribed before the market moves.
    let isHeard = eventually(within: 30) { (simulator.status["subscriptions"] as? Int ?? 0) >= 4 }
    #expect(isHeard, "\(simulator.status)")
    _ = try simulator.get("/sim/resume")
    #expect(eventually(within: 120) { simulator.status["finished"] as? Bool ?? false }, "\(simulator.status)")
    let last = try lastOpenTime(file, interval)
    let isComplete = try eventually(within: 60) { try newestCandle(daemon, interval) >= last }
    #expect(isComplete, "\(daemon.tail)")
    let answer = try daemon.read("trades", "--from", "0")
    let list = ((answer["trades"] ?? answer["items"]) as? [[String: Any]] ?? []).map { trade in
      func text(_ key: String) -> String { trade[key] as? String ?? "" }
      return Fill(
        time: Ledgers.integer(trade["time_ns"]) / 1_000_000, side: text("side"), price: Row.plain(text("price")),
        quantity: Row.plain(text("quantity")), fee: Row.plain(text("commission")), purpose: text("purpose"), reason: text("reason"))
    }
    let stats = try daemon.read("stats", "btcusdt")
    let bots = (stats["items"] as? [[String: Any]])?.first ?? stats
    let equity = Row.plain(bots["equity"] as? String ?? "")
    daemon.stop()
    return (list, equity, daemon.stateDirectory)
  }

  private func lastOpenTime(_ file: String, _ interval: String) throws -> Int {
    let last = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").last?.split(separator: ",").first
    let time = Int(last ?? "") ?? 0
    // The last whole candle of the interval.
    return interval == "1m" ? time : (time + 60_000) / 300_000 * 300_000 - 300_000
  }

  private func newestCandle(_ daemon: Daemon, _ interval: String) throws -> Int {
    let answer = try daemon.read("candles", "BTCUSDT", "--interval", interval, "--limit", "3")
    let list = ((answer["candles"] ?? answer["items"]) as? [[String: Any]] ?? []).filter {
      $0["is_closed"] as? Bool ?? $0["closed"] as? Bool ?? true
    }
    return Ledgers.integer(list.last?["open_time_ns"]) / 1_000_000
  }
}
