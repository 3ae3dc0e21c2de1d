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
    let expected: [UInt8] = [1, 4, 2, 1, 114, 0xAC, 2, 5, 97, 108, 112, 104, 97, 2, 2, 103, 111, 5]
    #expect(Array(payload.dropLast(4)) == expected)
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
