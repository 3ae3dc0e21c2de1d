import Time
import Testing
import TestSupport
import TradingCore
import TradingModel
import Venue

@testable import Journal

struct RecordCodecTests {
  @Test func checksumMatchesPublishedVectors() {
    // RFC 3720, B.4.
    let vectors: [([UInt8], UInt32)] = [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      ((0..<32).map { UInt8($0) }, 0x46DD_794E), ((0..<32).map { UInt8(31 - $0) }, 0x113F_DB5C), (Array("123456789".utf8), 0xE306_9283),
    ]
    for (bytes, expected) in vectors {
      let whole = unsafe bytes.withUnsafeBytes { unsafe CRC32C.checksum($0) }
      #expect(whole == expected)
      for cut in 0...bytes.count {
        let head = unsafe bytes[..<cut].withUnsafeBytes { unsafe CRC32C.checksum($0) }
        let continued = unsafe bytes[cut...].withUnsafeBytes { unsafe CRC32C.checksum($0, continuing: head) }
        #expect(continued == expected)
      }
    }
  }

  @Test(arguments: RecordKind.allCases) func everyKindSurvivesTheRoundTrip(kind: RecordKind) throws {
    var random = RandomRecords(seed: 0xB07D + UInt64(kind.rawValue))
    var chain: UInt32 = 7
    for sequence in 1...400 as ClosedRange<UInt64> {
      let entry = random.entry(sequence: sequence, kind: kind)
      let encoded = RecordCodec.encode(entry, previousChain: chain)
      let decoded = try RecordCodec.decode(sequence: sequence, payload: encoded.payload, previousChain: chain)
      #expect(decoded.entry == entry)
      #expect(decoded.chain == encoded.chain)
      chain = encoded.chain
    }
  }

  @Test func bytesAreStable() {
    // The format of journals that exist: if this fails, old journals cannot be read any more.
    let entry = JournalEntry(
      sequence: 2, time: Timestamp(nanoseconds: 1), requestID: "r", requestFingerprint: 300,
      record: .botStateChanged(
        BotStateChange(botID: Samples.botID, state: .running, reason: "go", referencePrice: FixedDecimal(raw: -3))))
    let payload = RecordCodec.encode(entry, previousChain: 0).payload
    let expected: [UInt8] = [4, 4, 2, 1, 114, 0xAC, 2, 5, 97, 108, 112, 104, 97, 2, 2, 103, 111, 5, 1]
    #expect(Array(payload.dropLast(4)) == expected)
  }

  /// A payload of these bytes with its chain.
  private static func sealed(_ body: [UInt8], sequence: UInt64) -> [UInt8] {
    let chain = unsafe body.withUnsafeBytes { unsafe RecordCodec.chain(after: 0, sequence: sequence, body: $0) }
    return body + (0..<4).map { UInt8(truncatingIfNeeded: chain >> (8 * UInt32($0))) }
  }

  private static func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

  /// What program 0.1 wrote, byte for byte: it is read, its words become causes, and it is copied in its own format.
  @Test func theFirstFormatIsRead() throws {
    let header: [UInt8] = [2, 1, 114, 0xAC, 2]
    let started: [UInt8] = [1, 4] + header + Self.text("alpha") + [2] + Self.text("started at creation") + [5]
    let breached: [UInt8] = [1, 12] + header + [2] + Self.text("risk limit: equity fell by 3 from its peak of 100")
    let byHand: [UInt8] = [1, 12] + header + [2] + Self.text("risky weather")
    let givenUp: [UInt8] =
      [1, 8] + header + Self.text("abcd1234-9") + Self.text("alpha") + [10, 0, 0, 0] + Self.text("not found on the venue, asked again")
    let expected: [(body: [UInt8], isRight: (Record) -> Bool)] = [
      (started, { if case .botStateChanged(let change) = $0 { change.cause == .creation } else { false } }),
      (breached, { if case .tradingStateChanged(let change) = $0 { change.cause == .drawdown } else { false } }),
      (byHand, { if case .tradingStateChanged(let change) = $0 { change.cause == .request } else { false } }),
      (givenUp, { if case .orderUpdated(let update) = $0 { update.cause == .givenUp && update.status == .expired } else { false } }),
    ]
    for (body, isRight) in expected {
      let payload = Self.sealed(body, sequence: 2)
      let entry = try RecordCodec.decode(sequence: 2, payload: payload, previousChain: 0).entry
      #expect(isRight(entry.record), "\(entry.record)")
      var writer = ByteWriter()
      _ = RecordCodec.encode(entry, previousChain: 0, version: 1, into: &writer)
      #expect(writer.bytes == payload)
    }
    // What program 0.3 wrote of an order knows no amount and no pair.
    let intent: [UInt8] =
      [3, 7] + header + Self.text("abcd1234-9") + Self.text("alpha") + Self.text("BTCUSDT") + [1, 1, 1, 8, 0, 0, 1]
      + Self.text("go") + [6, 0]
    let payload = Self.sealed(intent, sequence: 2)
    let entry = try RecordCodec.decode(sequence: 2, payload: payload, previousChain: 0).entry
    guard case .orderIntent(let old) = entry.record else { return #expect(Bool(false), "\(entry.record)") }
    #expect(old.request.quantity == FixedDecimal(raw: 4) && !old.request.isByAmount && old.reason == "go")
    var writer = ByteWriter()
    _ = RecordCodec.encode(entry, previousChain: 0, version: 3, into: &writer)
    #expect(writer.bytes == payload)
    #expect(RecordCodec.encode(entry, previousChain: 0).payload.count == payload.count + 2)
    // Records that came later are none of the first format.
    let later = Self.sealed([1, 18] + header + Self.text("BTCUSDT") + Self.text("BTC") + Self.text("USDT"), sequence: 2)
    #expect(throws: JournalError.self) { try RecordCodec.decode(sequence: 2, payload: later, previousChain: 0) }
  }

  /// What came within the fourth format follows what was there: the shares of an order, then the entry that it waits for, then what the
  /// venue moves it by. A later field alone says that there are none of the earlier.
  @Test func laterFieldsOfAnOrderFollowOneAnother() throws {
    let plain: [UInt8] =
      [4, 7, 2, 1, 114, 0xAC, 2] + Self.text("abcd1234-9") + Self.text("alpha") + Self.text("BTCUSDT") + [1, 1, 1, 8, 0, 0, 1]
      + Self.text("go") + [6, 0, 0, 0]
    let shares: [UInt8] = [2] + Self.text("alpha") + [6] + Self.text("beta") + [2]
    let entry = Self.text("abcd1234-8")
    for (tail, count, waitsFor, delta) in [
      ([], 0, nil, 0), (shares, 2, nil, 0), ([0, 1] + entry, 0, "abcd1234-8", 0), (shares + [1] + entry, 2, "abcd1234-8", 0),
      ([0, 0, 50], 0, nil, 50), (shares + [1] + entry + [50], 2, "abcd1234-8", 50),
    ] as [([UInt8], Int, String?, Int)] {
      let payload = Self.sealed(plain + tail, sequence: 2)
      let entry = try RecordCodec.decode(sequence: 2, payload: payload, previousChain: 0).entry
      guard case .orderIntent(let intent) = entry.record else { return #expect(Bool(false), "\(entry.record)") }
      #expect(intent.shares.count == count && intent.request.waitsFor?.text == waitsFor && intent.request.trailingDelta == delta)
      #expect(RecordCodec.encode(entry, previousChain: 0).payload == payload)
    }
    for tail in [[0], [0, 0], shares + [0], [0, 1] + entry + [0]] {
      let nothing = Self.sealed(plain + tail, sequence: 2)
      #expect(throws: JournalError.self) { try RecordCodec.decode(sequence: 2, payload: nothing, previousChain: 0) }
    }
  }

  @Test func changedBytesAreRefusedByTheChain() throws {
    var random = RandomRecords(seed: 11)
    for sequence in 1...60 as ClosedRange<UInt64> {
      let payload = RecordCodec.encode(random.entry(sequence: sequence), previousChain: 99).payload
      for index in payload.indices {
        var damaged = payload
        damaged[index] ^= UInt8(1 << random.random.below(8))
        #expect(throws: JournalError.self) { try RecordCodec.decode(sequence: sequence, payload: damaged, previousChain: 99) }
      }
      #expect(throws: JournalError.self) { try RecordCodec.decode(sequence: sequence + 1, payload: payload, previousChain: 99) }
      #expect(throws: JournalError.self) { try RecordCodec.decode(sequence: sequence, payload: payload, previousChain: 98) }
    }
  }

  @Test func mutatedBytesNeverTrapAndDecodeOnlyInCanonicalForm() throws {
    var random = RandomRecords(seed: 12)
    var accepted = 0
    for round in 0..<30_000 {
      let sequence = UInt64(1 + round % 1_000)
      var payload = RecordCodec.encode(random.entry(sequence: sequence), previousChain: 5).payload
      for _ in 0...random.random.below(3) {
        guard !payload.isEmpty else { break }
        switch random.random.below(4) {
        case 0: payload[random.random.below(payload.count)] = UInt8(truncatingIfNeeded: random.random.next())
        case 1: payload.remove(at: random.random.below(payload.count))
        case 2: payload.insert(UInt8(truncatingIfNeeded: random.random.next()), at: random.random.below(payload.count + 1))
        default: payload.removeLast(random.random.below(payload.count + 1))
        }
      }
      do {
        let entry = try RecordCodec.decode(sequence: sequence, payload: payload, previousChain: nil).entry
        accepted += 1
        // Without the chain's check, what is accepted must be exactly what would be written.
        let again = RecordCodec.encode(entry, previousChain: 5).payload
        // One of an older version is written anew in this one.
        guard payload[0] == RecordCodec.version else { continue }
        #expect(again.dropLast(4) == payload.dropLast(4))
      } catch {
        #expect(error.sequence == sequence)
        #expect(error.code == .corrupt || error.code == .newerFormat)
      }
    }
    #expect(accepted > 100)
  }

  @Test func newerVersionIsNamedAsSuch() {
    var payload = RecordCodec.encode(Samples.opened(), previousChain: 0).payload
    payload[0] = RecordCodec.version + 1
    #expect { try RecordCodec.decode(sequence: 1, payload: payload, previousChain: 0) } throws: {
      ($0 as? JournalError)?.code == .newerFormat
    }
  }

  @Test(arguments: ["BTCUSDT", "币安人生USDT", "这是测试币456", "币安人生币安人生币安US"])
  func symbolsOfEveryScriptSurviveTheRoundTrip(text: String) throws {
    var configuration = Samples.configuration(1)
    configuration.symbol = try #require(Symbol(text))
    let entry = JournalEntry(sequence: 2, time: .zero, record: .botCreated(configuration))
    let payload = RecordCodec.encode(entry, previousChain: 0).payload
    #expect(try RecordCodec.decode(sequence: 2, payload: payload, previousChain: 0).entry == entry)
  }

  @Test func longTextsAreCutAtACharacter() throws {
    let entry = JournalEntry(
      sequence: 1, time: .zero, record: .alert(Alert(severity: .info, botID: nil, message: "x" + String(repeating: "€", count: 40_000))))
    let payload = RecordCodec.encode(entry, previousChain: 0).payload
    let decoded = try RecordCodec.decode(sequence: 1, payload: payload, previousChain: 0).entry
    guard case .alert(let alert) = decoded.record else { throw TestFailure("not an alert") }
    #expect(alert.message.utf8.count <= RecordCodec.textBytesMaximum)
    #expect(alert.message.utf8.count > RecordCodec.textBytesMaximum - 4)
    #expect(alert.message.allSatisfy { $0 == "x" || $0 == "€" })
  }
}
