import Time
import Foundation
import MarketData
import ServiceRuntime
import Synchronization
import TestSupport
import Testing
import TradingModel
import Venue

@testable import RedisCache

private let minute = SeriesKey(symbol: Samples.symbol, interval: .oneMinute)

private func candle(_ number: Int) -> Candle {
  let price = FixedDecimal(raw: 6_400_050_000_000 + Int128(number))
  return Candle(
    openTime: Samples.start.advanced(byMilliseconds: Int64(number) * 60_000), open: price, high: price + .one, low: price - .one,
    close: price,
    volume: Samples.decimal("12.5"), quoteVolume: Samples.decimal("800012.5"), tradeCount: Int64(number))
}

@Suite(.serialized, .enabled(if: RedisServer.missing == nil, "redis-server is not installed")) struct RedisCacheTests {
  private let server: RedisServer
  private let store = MarketDataStore()
  private let cache: RedisCache

  init() throws {
    ProcessSignals.ignoreWriteSignals()
    server = try RedisServer.start()
    cache = try Self.cache(server, store)
  }

  private static func cache(_ server: RedisServer, _ store: MarketDataStore, password: String? = nil) throws -> RedisCache {
    var configuration = RedisConfiguration(host: "127.0.0.1", port: server.port, password: password.map { Secret($0) })
    configuration.commandMilliseconds = 500
    configuration.candles = 300
    let cache = try RedisCache(configuration, store: store)
    store.add(cache)
    return cache
  }

  private func members() throws -> [String] {
    try server.command("ZRANGE", "botd:v1:candles:BTCUSDT:1m", "0", "-1").split(separator: "\n").map(String.init)
  }

  private func settled(_ expected: [Candle]) throws -> Bool {
    try eventually { try members() == expected.map(RedisKeys.json) }
  }

  @Test func candleIsWrittenAsDocumented() {
    #expect(
      RedisKeys.json(candle(3))
        == "{\"v\":1,\"t\":1733011380000,\"o\":\"64000.50000003\",\"h\":\"64001.50000003\",\"l\":\"63999.50000003\",\"c\":\"64000.50000003\","
        + "\"q\":\"12.5\",\"qv\":\"800012.5\",\"n\":3}")
  }

  @Test func historyAndClosesAreReadableByOthersAndTrimmed() throws {
    defer { cache.stop() }
    #expect(eventually { cache.status.isConnected })
    store.seed(minute, (0..<250).map(candle))
    for number in 250..<420 { store.closed(minute, candle(number)) }
    #expect(try settled((120..<420).map(candle)))
    #expect(try server.command("SMEMBERS", "botd:v1:series") == "BTCUSDT:1m")
    #expect(
      try server.command("ZSCORE", "botd:v1:candles:BTCUSDT:1m", RedisKeys.json(candle(419))) == "\(candle(419).openTime.milliseconds)")
    #expect(cache.status.refusals == 0)
  }

  @Test func tickerQuoteAndFeedAreHashes() throws {
    defer { cache.stop() }
    #expect(eventually { cache.status.isConnected })
    store.feedState(nil, .live, at: Samples.start)
    store.feedState(Samples.symbol, .stale, at: Samples.start)
    for number in 1...50 {
      store.take(
        .ticker(
          Ticker(
            symbol: Samples.symbol, last: FixedDecimal(number), open: .one, high: .one, low: .one, volume: .one, quoteVolume: .one,
            time: Samples.start)))
      store.take(
        .quote(
          Quote(
            symbol: Samples.symbol, bidPrice: FixedDecimal(number), bidQuantity: .one, askPrice: .one, askQuantity: .one,
            time: Samples.start)))
    }
    let key = "botd:v1:ticker:BTCUSDT"
    #expect(try eventually { try server.command("HMGET", key, "v", "last", "bid", "time") == "1\n50\n50\n1733011200000" })
    #expect(try eventually { try server.command("HMGET", "botd:v1:feed", "v", "*", "BTCUSDT") == "1\nlive\nstale" })
    #expect(try (1...30).contains(Int(server.command("TTL", "botd:v1:feed")) ?? 0))
  }

  @Test func closedCandlesArePublished() throws {
    defer { cache.stop() }
    #expect(eventually { cache.status.isConnected })
    let subscriber = Process()
    subscriber.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    subscriber.arguments = ["redis-cli", "-p", String(server.port), "--raw", "SUBSCRIBE", "botd:v1:closed:BTCUSDT:1m"]
    let output = Pipe()
    subscriber.standardOutput = output
    try subscriber.run()
    defer { subscriber.terminate() }
    #expect(try eventually { try server.command("PUBSUB", "NUMSUB", "botd:v1:closed:BTCUSDT:1m").hasSuffix("\n1") })
    store.closed(minute, candle(0))
    store.closed(minute, candle(1))
    var text = ""
    while !text.contains(RedisKeys.json(candle(1))) {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { break }
      text += String(decoding: data, as: UTF8.self)
    }
    #expect(text.contains(RedisKeys.json(candle(0))))
    #expect(text.contains(RedisKeys.json(candle(1))))
  }

  @Test func everythingIsRefilledAfterAKill() throws {
    defer { cache.stop() }
    store.seed(minute, (0..<100).map(candle))
    #expect(try settled((0..<100).map(candle)))
    server.kill()
    for number in 100..<250 { store.closed(minute, candle(number)) }
    #expect(eventually { !cache.status.isConnected })
    #expect(!cache.status.lastError.isEmpty)
    for number in 250..<260 { store.closed(minute, candle(number)) }
    try server.start()
    #expect(try settled((0..<260).map(candle)))
    #expect(cache.status.connects == 2)
    store.closed(minute, candle(260))
    #expect(try settled((0..<261).map(candle)))
  }

  @Test func frozenRedisTimesOutAndIsRefilled() throws {
    defer { cache.stop() }
    store.seed(minute, (0..<10).map(candle))
    #expect(try settled((0..<10).map(candle)))
    server.freeze()
    store.closed(minute, candle(10))
    #expect(eventually { !cache.status.isConnected })
    server.thaw()
    #expect(try settled((0..<11).map(candle)))
  }

  @Test func flushedRedisIsRefilledAndWrongTypesAreReplaced() throws {
    defer { cache.stop() }
    store.seed(minute, (0..<50).map(candle))
    #expect(try settled((0..<50).map(candle)))
    try server.command("FLUSHALL")
    #expect(try settled((0..<50).map(candle)))
    try server.command("SET", "botd:v1:candles:BTCUSDT:1m", "intruder")
    store.closed(minute, candle(50))
    #expect(try settled((0..<51).map(candle)))
    #expect(cache.status.refusals >= 1)
    #expect(cache.status.lastError.contains("WRONGTYPE"))
    #expect(cache.status.isConnected)
  }

  @Test func passwordIsUsedAndNeverShown() throws {
    cache.stop()
    try server.command("CONFIG", "SET", "requirepass", "hunter2-secret")
    let refused = try Self.cache(server, store, password: "wrong-secret")
    #expect(eventually { !refused.status.lastError.isEmpty })
    #expect(!refused.status.isConnected)
    #expect(!refused.status.lastError.contains("wrong-secret"))
    refused.stop()
    let accepted = try Self.cache(server, store, password: "hunter2-secret")
    #expect(eventually { accepted.status.connects == 1 })
    accepted.stop()
  }

  /// Whatever a peer answers, the cache goes on trying and says so.
  @Test func strangeAnswersAreSurvived() throws {
    cache.stop()
    let answers: [String] = [
      "", "+OK", "*1000000000\r\n", "$999999999999\r\n", "garbage\r\n", ":12\r\n", "*3\r\n$-1\r\n:1\r\n+x\r\n", "-ERR no\r\n",
      String(repeating: "*1\r\n", count: 64), "$2000000\r\n" + String(repeating: "x", count: 1_500_000), "\u{0}\u{1}\u{2}\r\n",
    ]
    for answer in answers {
      let peer = try OneAnswerPeer(answer)
      var configuration = RedisConfiguration(host: "127.0.0.1", port: peer.port, database: 3)
      configuration.commandMilliseconds = 100
      let strange = try RedisCache(configuration, store: store)
      #expect(eventually { !strange.status.lastError.isEmpty }, "\(answer.prefix(20))")
      #expect(strange.status.connects == 0)
      strange.stop()
      peer.stop()
    }
  }
}

/// Accepts connections and sends each the same bytes.
private final class OneAnswerPeer: Sendable {
  let port: Int
  private let descriptor: Int32

  init(_ answer: String) throws {
    port = try freePort()
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(clamping: port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, listen(listener, 16) == 0 else { throw TestFailure("cannot listen on \(port)") }
    descriptor = listener
    let bytes = Array(answer.utf8)
    // The loop closes the listener, whose number another socket would be given while this one may still accept from it.
    Thread.detachNewThread {
      defer { close(listener) }
      while true {
        let connection = accept(listener, nil, nil)
        if connection < 0 { return }
        var sent = 0
        while sent < bytes.count {
          let count = unsafe bytes[sent...].withUnsafeBytes { unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
          if count <= 0 { break }
          sent += count
        }
        close(connection)
      }
    }
  }

  func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
