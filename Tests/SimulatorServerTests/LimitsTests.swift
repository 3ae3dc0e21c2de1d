import Presentation
import TestSupport
import Testing
import Time
import TradingModel
import ExchangeSimulation

@testable import SimulatorServer

/// Limits as the documents say: rest-api.md, Limits; order_count_decrement.md.
@Suite struct LimitsTests {
  /// Limits whose calls may stand in an expectation.
  private final class Box {
    var rates: RateLimits
    init(_ rates: RateLimits) { self.rates = rates }
    func refusal(weight: Int, at time: Timestamp) -> APIAnswer? { rates.refusal(weight: weight, at: time) }
    func refusesConnection(at time: Timestamp) -> Bool { rates.refusesConnection(at: time) }
    func orderRefusal(at time: Timestamp) -> APIAnswer? { rates.orderRefusal(at: time) }
    func orders(at time: Timestamp) -> [Int] { [rates.ordersTenSeconds.count(at: time), rates.ordersDay.count(at: time)] }
  }

  private func limits(weight: Int = 100, raw: Int = 1_000) -> Box {
    var configuration = SimulatorConfiguration()
    configuration.requestWeightLimit = weight
    configuration.rawRequestLimit = raw
    configuration.orderLimitTenSeconds = 3
    configuration.orderLimitDay = 5
    var limits = RateLimits(configuration)
    limits.address = "10.0.0.1"
    return Box(limits)
  }

  /// A minute's beginning.
  private let start = Timestamp(milliseconds: 1_700_000_040_000)

  @Test func weightIsCountedByAddressInWholeMinutes() throws {
    let limits = limits()
    #expect(limits.refusal(weight: 60, at: start) == nil)
    limits.rates.weight.add(60, at: start)
    let late = start.advanced(byMilliseconds: 59_000)
    let answer = try #require(limits.refusal(weight: 60, at: late))
    #expect(answer.status == 429 && answer.error?.code == -1003 && answer.retryAfter == 1)
    #expect(limits.refusal(weight: 40, at: late) == nil)
    limits.rates.address = "10.0.0.2"
    #expect(limits.refusal(weight: 60, at: late) == nil)
    limits.rates.address = "10.0.0.1"
    #expect(limits.refusal(weight: 60, at: start.advanced(byMilliseconds: 60_000)) == nil)
  }

  @Test func goingOnLeadsToBansThatGrow() throws {
    let limits = limits()
    limits.rates.weight.add(100, at: start)
    for _ in 0..<RateLimits.refusalsBeforeBan { #expect(limits.refusal(weight: 1, at: start)?.status == 429) }
    let ban = try #require(limits.refusal(weight: 1, at: start))
    #expect(ban.status == 418 && ban.error?.code == -1003 && ban.retryAfter == 120)
    #expect(ban.error?.message.contains("IP banned until \(start.milliseconds + 120_000)") == true)
    // The next minute does not help, and asking does not make it longer.
    let later = start.advanced(byMilliseconds: 100_000)
    #expect(limits.refusal(weight: 1, at: later)?.retryAfter == 20)
    limits.rates.address = "10.0.0.2"
    #expect(limits.refusal(weight: 1, at: later) == nil)
    limits.rates.address = "10.0.0.1"
    let over = start.advanced(byMilliseconds: 120_000)
    #expect(limits.refusal(weight: 1, at: over) == nil)
    limits.rates.weight.add(100, at: over)
    var answer: APIAnswer?
    for _ in 0...RateLimits.refusalsBeforeBan { answer = limits.refusal(weight: 1, at: over) }
    #expect(answer?.status == 418 && answer?.retryAfter == 240)
    // Three days at most.
    var time = over
    for _ in 0..<40 {
      time = time.advanced(byMilliseconds: 4 * 86_400_000)
      limits.rates.weight.add(100, at: time)
      for _ in 0...RateLimits.refusalsBeforeBan { answer = limits.refusal(weight: 1, at: time) }
    }
    #expect(answer?.retryAfter == RateLimits.banSecondsMaximum)
  }

  @Test func rawRequestsAreCountedToo() throws {
    let limits = limits(raw: 3)
    for _ in 0..<3 { #expect(limits.refusal(weight: 0, at: start) == nil) }
    let answer = try #require(limits.refusal(weight: 0, at: start))
    #expect(answer.status == 429 && answer.error?.code == -1003 && answer.retryAfter == 60)
  }

  @Test func connectionsAreCounted() {
    let limits = limits()
    for _ in 0..<RateLimits.connectionLimit { #expect(!limits.refusesConnection(at: start)) }
    #expect(limits.refusesConnection(at: start))
    #expect(!limits.refusesConnection(at: start.advanced(byMilliseconds: 300_000)))
  }

  /// The 301st attempt of an address, on the wire; the clock's five minutes may begin anew between two of them, once.
  @Test func tooManyWebSocketsAreRefused() async throws {
    try await ServerFixture.run({ $0.enforcesRateLimits = true }) { fixture in
      let request =
        "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
      var refused = 0
      for _ in 0..<2 * RateLimits.connectionLimit + 1 where refused == 0 {
        let socket = try fixture.connect()
        try socket.write(request)
        let head = try socket.read(through: "\r\n\r\n")
        if head.hasPrefix("HTTP/1.1 429") { refused += 1 } else { #expect(head.hasPrefix("HTTP/1.1 101"), "\(head)") }
      }
      #expect(refused == 1)
    }
  }

  @Test func unfilledOrdersAreCountedByAccount() throws {
    let limits = limits()
    limits.rates.addOrders(3, at: start)
    let answer = try #require(limits.orderRefusal(at: start))
    #expect(answer.status == 429 && answer.error?.code == -1015 && answer.retryAfter == 10)
    #expect(answer.error?.message == "Too many new orders; current limit is 3 orders per 10 SECOND.")
    limits.rates.account = 1
    #expect(limits.orderRefusal(at: start) == nil)
    // A fill as taker takes one off, as maker five, never below nothing.
    limits.rates.addOrders(-1, account: 0, at: start)
    limits.rates.account = 0
    #expect(limits.orderRefusal(at: start) == nil)
    limits.rates.addOrders(-5, at: start)
    #expect(limits.orders(at: start) == [0, 0])
    limits.rates.addOrders(3, at: start)
    limits.rates.addOrders(2, at: start.advanced(byMilliseconds: 10_000))
    #expect(limits.orderRefusal(at: start.advanced(byMilliseconds: 10_000))?.error?.message.contains("5 orders per 1 DAY") == true)
  }

  /// Over the wire: refused, then banned, with the documented headers; placing and cancelling cost nothing.
  @Test func limitsShowOnTheWire() async throws {
    try await ServerFixture.run({
      $0.enforcesRateLimits = true
      $0.requestWeightLimit = 200
    }) { fixture in
      _ = try await fixture.get("/sim/advance", "ms=3000")
      func used(_ answer: ServerFixture.Answer) -> Int { answer.headers["x-mbx-used-weight-1m"].flatMap { Int($0) } ?? -1 }
      let before = used(try await fixture.call("GET", "/api/v3/ping"))
      let order = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=40000&newClientOrderId=free"
      let placed = try await fixture.signed("POST", "/api/v3/order", order)
      #expect(placed.status == 200 && used(placed) == before && placed.headers["x-mbx-order-count-10s"] == "1")
      #expect(placed.headers["x-mbx-order-count-1d"] == "1")
      let refused = try await fixture.signed("POST", "/api/v3/order", order)
      #expect(refused.status == 400 && used(refused) == before + 1)
      var statuses: [Int] = []
      var last = refused
      for _ in 0..<60 where statuses.last != 418 {
        last = try await fixture.call("GET", "/api/v3/ticker/24hr")
        statuses.append(last.status)
      }
      #expect(statuses.contains(200) && statuses.contains(429) && statuses.last == 418)
      #expect((last.headers["retry-after"].flatMap { Int($0) } ?? 0) >= 100)
      #expect(last.text.contains("-1003"))
    }
  }
}
