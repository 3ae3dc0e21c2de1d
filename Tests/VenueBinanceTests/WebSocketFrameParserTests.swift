import Testing
import Venue
@testable import VenueBinance

@Suite struct WebSocketFrameParserTests {
  let parser = WebSocketFrameParser(frameSizeMaximum: 1 << 20)

  func step(_ bytes: [UInt8], limit: Int = 1 << 20) -> WebSocketFrameParser.Step {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return .needsMore }
      return unsafe WebSocketFrameParser(frameSizeMaximum: limit).next(base, count: buffer.count)
    }
  }

  func isViolation(_ bytes: [UInt8], _ code: UInt16) -> Bool {
    guard case .violation(let found, _) = step(bytes) else { return false }
    return found == code
  }

  @Test(arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 1 << 20]) func everyLengthFormIsRead(_ size: Int) {
    var header: [UInt8] = [0x81]
    if size < 126 {
      header.append(UInt8(size))
    } else if size < 65_536 {
      header += [126, UInt8(size >> 8), UInt8(size & 255)]
    } else {
      header += [127] + (0..<8).map { UInt8(truncatingIfNeeded: size >> (56 - 8 * $0)) }
    }
    let whole = header + [UInt8](repeating: 7, count: size)
    #expect(step(whole) == .frame(.init(opcode: .text, isFinal: true, headerSize: header.count, payloadSize: size)))
    for cut in [1, header.count - 1, header.count, whole.count - 1] where cut < whole.count {
      #expect(step(Array(whole[..<cut])) == .needsMore)
    }
  }

  @Test func violationsAreNamed() {
    #expect(isViolation([0xC1, 0], 1_002), "reserved bit")
    #expect(isViolation([0x83, 0], 1_002), "unknown opcode")
    #expect(isViolation([0x81, 0x80, 0, 0, 0, 0], 1_002), "masked by the server")
    #expect(isViolation([0x09, 0], 1_002), "fragmented ping")
    #expect(isViolation([0x89, 126, 0, 200], 1_002), "long ping")
    #expect(isViolation([0x81, 126, 0, 125], 1_002), "not the shortest length")
    #expect(isViolation([0x81, 127, 0, 0, 0, 0, 0, 0, 255, 255], 1_002), "not the shortest length")
    #expect(isViolation([0x81, 127, 0, 0, 0, 0, 0, 32, 0, 0], 1_009), "too large")
    #expect(isViolation([0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], 1_002), "highest bit")
    #expect(isViolation([0x81, 127, 0x7F, 255, 255, 255, 255, 255, 255, 255], 1_009), "larger than memory")
  }

  @Test func anyBytesAreJudgedWithoutATrap() {
    var random = SeededRandom(seed: 9)
    for _ in 0..<50_000 {
      let bytes = (0..<Int.random(in: 1...14, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if case .frame(let frame) = step(bytes) { #expect(frame.size <= bytes.count) }
    }
  }
}

@Suite struct SubscriptionPlanTests {
  @Test func onlyTheDifferenceIsAskedAndNamesAreBatched() throws {
    var plan = SubscriptionPlan()
    plan.connected()
    plan.want((0..<450).map { "s\($0)@trade" })
    var sizes: [Int] = []
    var ids: [Int64] = []
    while let message = plan.nextMessage() {
      #expect(message.isSubscribe)
      sizes.append(message.names.count)
      ids.append(message.id)
    }
    #expect(sizes == [200, 200, 50])
    #expect(!plan.isSettled)
    for id in ids { #expect(plan.answered(id) != nil) }
    #expect(plan.isSettled)
    plan.want(["s1@trade", "new@trade"])
    let first = plan.nextMessage()
    #expect(first?.isSubscribe == false)
    while let message = plan.nextMessage() {
      if message.isSubscribe { #expect(message.names == ["new@trade"]) }
    }
    plan.connected()
    let again = plan.nextMessage()
    #expect(again?.names == ["s1@trade", "new@trade"])
    let none = plan.nextMessage()
    #expect(none == nil)
  }

  @Test func messagesAreWrittenAsTheExchangeReadsThem() {
    let message = SubscriptionPlan.Message(id: 3, isSubscribe: true, names: ["btcusdt@kline_1m", "ethusdt@trade"])
    #expect(message.text == #"{"method":"SUBSCRIBE","params":["btcusdt@kline_1m","ethusdt@trade"],"id":3}"#)
  }
}

@Suite struct WebSocketURLTests {
  @Test func addressesAreTakenApart() throws {
    let url = try WebSocketURL("wss://stream.binance.com:9443/stream?x=1")
    #expect(url == (try WebSocketURL("wss://stream.binance.com:9443/stream?x=1")))
    #expect(url.isSecure && url.host == "stream.binance.com" && url.port == 9_443 && url.target == "/stream?x=1")
    #expect(try WebSocketURL("wss://h").port == 443)
    #expect(try WebSocketURL("ws://h/").port == 80)
    #expect(try WebSocketURL("ws://[::1]:9/x").host == "::1")
    #expect(try !WebSocketURL("ws://127.0.0.1:9").isNamed)
  }

  @Test(arguments: ["", "http://h", "wss://", "ws://h:0", "ws://h:99999", "ws://h:x", "ws://h/a b", "ws:// h/"])
  func unusableAddressesAreRefused(_ text: String) { #expect(throws: BinanceError.self) { try WebSocketURL(text) } }
}

@Suite struct FeedFreshnessTests {
  let limits = FeedFreshness.Limits(silenceNanoseconds: 5_000, lagNanoseconds: 2_000)

  @Test func isLiveOnlyWithLinkCompletenessAndFreshData() {
    var feed = FeedFreshness()
    #expect(feed.link(isUp: true, at: 0, limits) == nil)
    #expect(feed.series(areComplete: true, at: 0, limits) == nil)
    #expect(feed.event(at: 10, lag: 5, limits)?.0 == .live)
    #expect(feed.event(at: 20, lag: 5, limits) == nil)
    #expect(feed.tick(at: 5_020, limits) == nil)
    #expect(feed.tick(at: 5_021, limits)?.0 == .stale)
    #expect(feed.event(at: 6_000, lag: nil, limits)?.0 == .live)
    #expect(feed.event(at: 6_001, lag: 2_001, limits)?.0 == .stale)
    #expect(feed.event(at: 6_002, lag: nil, limits) == nil, "an event without a time proves no freshness")
    #expect(feed.event(at: 6_003, lag: 1, limits)?.0 == .live)
    #expect(feed.series(areComplete: false, at: 6_004, limits)?.0 == .stale)
    #expect(feed.series(areComplete: true, at: 6_005, limits)?.0 == .live)
    #expect(feed.link(isUp: false, at: 6_006, limits)?.0 == .stale)
    #expect(feed.link(isUp: true, at: 6_007, limits) == nil, "data of the old connection counts no more")
    #expect(feed.event(at: 6_008, lag: 1, limits)?.0 == .live)
  }
}
