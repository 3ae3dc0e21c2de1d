import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// More bots on a symbol than the exchange takes stops: every coin is sold by a stop that rests, also while `botd` is dead.
@Suite(.serialized) struct UmbrellaTests {
  private static let bots = 40

  /// Forty bots with stops from 4 % to 7.9 %, where the exchange takes five: three rest on their own, one is shared, a place is kept free.
  private func covered(_ label: String) throws -> FaultyExchange {
    let setup = try FaultyExchange(label, start: false)
    _ = try setup.simulator.get("/sim/symbol?symbol=BTCUSDT&maxNumAlgoOrders=5")
    try setup.daemon.start()
    for number in 0..<Self.bots {
      try setup.createEager(Self.name(number), ["--stop-loss", String(format: "%.3f", 0.04 + 0.001 * Double(number))])
    }
    try setup.reach("forty positions", within: 120) { try positions(setup).count == Self.bots }
    try setup.daemon.control(["pause"] + (0..<Self.bots).map(Self.name))
    try setup.reach("that every coin is covered") {
      let stops = try setup.openOrders()
      return try stops.count == 4 && abs(stops.reduce(0) { $0 + Self.number($1["origQty"]) } - held(setup)) < 1e-9
    }
    return setup
  }

  private static func name(_ number: Int) -> String { "u\(number)" }
  private static func number(_ value: Any?) -> Double { Double(value as? String ?? "") ?? 0 }

  private func positions(_ setup: FaultyExchange) throws -> [[String: Any]] {
    try setup.daemon.read("positions")["items"] as? [[String: Any]] ?? []
  }

  /// What the bots can sell: each holds some dust beside.
  private func held(_ setup: FaultyExchange) throws -> Double {
    try positions(setup).reduce(0) { $0 + (Self.number($1["quantity"]) * 100_000 + 1e-6).rounded(.down) / 100_000 }
  }

  private func sales(_ setup: FaultyExchange) throws -> [[String: Any]] {
    let fills = try setup.daemon.read("trades", "--from", "0")["items"] as? [[String: Any]] ?? []
    return fills.filter { ($0["side"] as? String ?? "").lowercased().contains("sell") }
  }

  private func stops(_ setup: FaultyExchange) throws -> [String: Double] {
    var found: [String: Double] = [:]
    for number in 0..<Self.bots {
      let bot = try setup.daemon.read("show", Self.name(number))
      let levels = (bot["protection"] ?? (bot["bot"] as? [String: Any])?["protection"]) as? [[String: Any]] ?? []
      found[Self.name(number)] = Self.number(levels.first { $0["kind"] as? String == "stop" }?["price"])
    }
    return found
  }

  @Test func everyCoinIsSoldWhileTheDaemonIsDead() throws {
    let setup = try covered("umbrella-dead")
    defer { setup.daemon.kill() }
    let words = try setup.daemon.control("show", Self.name(39)).output
    #expect(words.contains("under the umbrella stop at"), "\(words)")
    #expect(try setup.daemon.control("show", Self.name(0)).output.contains("rests on the exchange"))
    let levels = try stops(setup)
    #expect(levels.count == Self.bots && levels.values.allSatisfy { $0 > 0 })
    setup.daemon.kill()
    let highest = try #require(levels.values.max())
    let lowest = try #require(levels.values.min())
    // A quarter of a percent at a time.
    var price = highest * 1.002
    while price > lowest * 0.99 {
      try setup.movePrice(to: Int(price))
      price *= 0.9975
    }
    try setup.reach("the sales without the daemon") {
      try setup.openOrders().isEmpty && setup.balance("BTC") < 0.000_02 * Double(Self.bots)
    }
    let sent = try setup.requests().count
    try setup.daemon.start()
    try setup.reach("that they are booked") { try positions(setup).isEmpty }
    try setup.reach("well") { try setup.health("trading") == "ok" }
    #expect(try setup.requests().count == sent, "nothing is left to sell")
    let sales = try sales(setup)
    #expect(Set(sales.compactMap { $0["bot_id"] as? String }).count == Self.bots)
    #expect(sales.allSatisfy { $0["purpose"] as? String == "stop_loss" })
    #expect(Set(sales.compactMap { $0["client_order_id"] as? String }).count == 4, "by the four stops that rested")
    // One trade of the exchange has a record for each bot, and their sum is the trade.
    try checkBooks(setup, sales)
    report(levels, sales)
  }

  private func checkBooks(_ setup: FaultyExchange, _ sales: [[String: Any]]) throws {
    let executed = try HTTP.get("http://\(setup.simulator.address)/sim/truth?kind=execution")
    var truth: [String: Double] = [:]
    for line in String(decoding: executed, as: UTF8.self).split(separator: "\n") {
      guard let entry = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        let report = entry["report"] as? [String: Any], report["x"] as? String == "TRADE", report["S"] as? String == "SELL"
      else { continue }
      truth["\(report["t"] ?? "")"] = Self.number(report["l"])
    }
    var booked: [String: Double] = [:]
    for sale in sales { booked["\(sale["trade_id"] ?? "")", default: 0] += Self.number(sale["quantity"]) }
    if !truth.isEmpty {
      #expect(Set(truth.keys) == Set(booked.keys))
      for (id, quantity) in truth { #expect(abs((booked[id] ?? 0) - quantity) < 1e-9, "trade \(id)") }
    }
    #expect(booked.count < sales.count, "some trade was divided")
  }

  /// What each bot lost against its own stop.
  private func report(_ levels: [String: Double], _ sales: [[String: Any]]) {
    var lines = ["bot   stop      sold at   below its stop  trades"]
    for number in 0..<Self.bots {
      let own = sales.filter { $0["bot_id"] as? String == Self.name(number) }
      let quantity = own.reduce(0) { $0 + Self.number($1["quantity"]) }
      let average = own.reduce(0) { $0 + Self.number($1["quantity"]) * Self.number($1["price"]) } / max(quantity, 1e-12)
      let stop = levels[Self.name(number)] ?? 0
      let loss = (stop - average) / stop * 100
      #expect(loss > -0.5 && loss < 6, "\(Self.name(number)) lost \(loss) %")
      lines.append(String(format: "%-5@ %9.2f %9.2f %9.2f %%  %d", Self.name(number) as NSString, stop, average, loss, own.count))
    }
    print(lines.joined(separator: "\n"))
  }

  /// While it lives each bot is sold at its own stop, and the others stay covered.
  @Test func whileItLivesEachIsSoldAtItsOwnStop() throws {
    let setup = try covered("umbrella-alive")
    defer { setup.daemon.kill() }
    let levels = try stops(setup)
    let middle = try #require(levels[Self.name(20)])
    var price = (levels.values.max() ?? 0) * 1.002
    while price > middle {
      try setup.movePrice(to: Int(price))
      price *= 0.9985
    }
    try setup.reach("the sales of those above") { try !positions(setup).contains { $0["bot_id"] as? String == Self.name(5) } }
    try setup.reach("that the others are covered") {
      let stops = try setup.openOrders()
      return try !stops.isEmpty && abs(stops.reduce(0) { $0 + Self.number($1["origQty"]) } - held(setup)) < 1e-9
    }
    let sold = try sales(setup)
    // Its own market order, not the umbrella's: at its own level, give or take a step of the market.
    for sale in sold {
      let stop = levels[sale["bot_id"] as? String ?? ""] ?? 0
      #expect((stop - Self.number(sale["price"])) / stop < 0.02, "\(sale)")
    }
    // The market may reach a stop while it is being placed; nothing else is refused.
    let refused = try setup.requests().filter { $0["code"] as? Int != 0 && !"\($0["outcome"] ?? "")".contains("trigger immediately") }
    #expect(refused.isEmpty, "refused: \(refused)")
  }
}
