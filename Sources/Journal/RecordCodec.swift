import Time
public import TradingCore
import TradingModel

/// The journal's binary form of an entry; the same bytes lie in SQLite and in PostgreSQL.
///
///     version 1 byte · kind 1 byte · time · request id · request fingerprint · the record's fields in order · chain 4 bytes
///
/// The chain is the CRC-32C of the chain before (0 at the start), the sequence as 8 little-endian bytes, and everything before it in
/// the payload. A changed, missing, doubled or moved row therefore breaks the chain at its sequence. It finds damage and clumsy
/// edits, not a forger: whoever can write the file can recompute it.
///
/// The decoder is strict (each value has one encoding), so `encode(decode(x)) == x`; it never traps and allocates no more than the
/// payload's own size times a small constant.
public enum RecordCodec {
  /// The version that this program writes, and the newest that it reads. Version 1 (program 0.1) knows no causes of changes, no codes of
  /// alerts, and leaves settings out that are at their defaults; version 2 (program 0.2) knows no strategies that other processes serve;
  /// version 3 (program 0.3) knows no coins that come or leave, no orders by amount and no candles in doubt. All are read, and copied as they are.
  public static let version: UInt8 = 4
  /// The oldest version that it reads.
  public static let oldestVersion: UInt8 = 1
  /// Longer texts are cut when written, and refused when read.
  public static let textBytesMaximum = 65_536
  /// Larger payloads are refused when read.
  public static let payloadBytesMaximum = 16 << 20

  /// The bytes of `entry` after an entry whose chain was `previousChain`, and the chain to continue with. About 0.3 µs.
  public static func encode(_ entry: JournalEntry, previousChain: UInt32) -> (payload: [UInt8], chain: UInt32) {
    var writer = ByteWriter(capacity: 256)
    let chain = encode(entry, previousChain: previousChain, into: &writer)
    return (writer.bytes, chain)
  }

  /// - Parameter version: an earlier one only for an entry that was read in it.
  static func encode(
    _ entry: JournalEntry, previousChain: UInt32, version: UInt8 = Self.version, into writer: inout ByteWriter
  ) -> UInt32 {
    writer.removeAll(version: version)
    writer.byte(version)
    writer.byte(entry.record.kind.rawValue)
    writer.signed(entry.time.nanoseconds)
    writer.text(entry.requestID)
    writer.varint(entry.requestFingerprint)
    writer.record(entry.record)
    let chain = unsafe writer.bytes.withUnsafeBytes { unsafe self.chain(after: previousChain, sequence: entry.sequence, body: $0) }
    writer.fixed32(chain)
    return chain
  }

  /// The entry in `payload`, and the chain to continue with. `previousChain` nil skips the chain's check (reads from the middle).
  ///
  /// - Throws: ``JournalError`` that names the sequence: `newerFormat` for a later version, else `corrupt`.
  public static func decode(
    sequence: UInt64, payload: UnsafeRawBufferPointer, previousChain: UInt32?
  ) throws(JournalError) -> (entry: JournalEntry, chain: UInt32) {
    try unsafe decode(sequence: sequence, payload: payload, previousChain: previousChain, cache: nil)
  }

  static func decode(
    sequence: UInt64, payload: UnsafeRawBufferPointer, previousChain: UInt32?, cache: IdentifierCache?
  ) throws(JournalError) -> (entry: JournalEntry, chain: UInt32) {
    guard payload.count >= 6, payload.count <= payloadBytesMaximum else {
      throw corrupt(sequence, "its payload has \(payload.count) bytes")
    }
    let found = unsafe payload[0]
    guard found >= oldestVersion, found <= version else {
      guard found > version else { throw corrupt(sequence, "its version is \(found)") }
      throw JournalError(
        .newerFormat,
        "journal entry \(sequence) has version \(found); this program reads up to \(version): start the newer program again",
        sequence: sequence)
    }
    let body = unsafe UnsafeRawBufferPointer(rebasing: payload[..<(payload.count - 4)])
    let stored = unsafe UInt32(littleEndian: payload.loadUnaligned(fromByteOffset: payload.count - 4, as: UInt32.self))
    if let previousChain, unsafe chain(after: previousChain, sequence: sequence, body: body) != stored {
      throw corrupt(sequence, "its checksum does not continue that of the entry before")
    }
    do {
      return unsafe (try decodeBody(sequence: sequence, body, cache), stored)
    } catch {
      throw corrupt(sequence, error.reason)
    }
  }

  /// The same for bytes in an array.
  public static func decode(
    sequence: UInt64, payload: [UInt8], previousChain: UInt32?
  ) throws(JournalError) -> (entry: JournalEntry, chain: UInt32) {
    let result = unsafe payload.withUnsafeBytes { bytes -> Result<(entry: JournalEntry, chain: UInt32), JournalError> in
      do throws(JournalError) {
        return unsafe .success(try decode(sequence: sequence, payload: bytes, previousChain: previousChain))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// The last kinds of record that earlier versions know, from version 1 on.
  private static let lastKinds: [RecordKind] = [.riskLimitsChanged, .answered, .signal]

  private static func decodeBody(sequence: UInt64, _ body: UnsafeRawBufferPointer, _ cache: IdentifierCache?) throws(CodecFault)
    -> JournalEntry
  {
    var reader = unsafe ByteReader(body, cache)
    reader.version = try reader.byte()
    let kind = try reader.value(RecordKind.self)
    guard reader.version > lastKinds.count || kind.rawValue <= lastKinds[Int(reader.version) - 1].rawValue else {
      throw CodecFault(reason: "version \(reader.version) has no records of kind \(kind.rawValue)")
    }
    let time = Timestamp(nanoseconds: try reader.signed())
    let requestID = try reader.text()
    let fingerprint = try reader.varint()
    let record = try reader.record(kind)
    guard reader.isAtEnd else { throw CodecFault(reason: "\(reader.remaining) bytes follow its end") }
    return JournalEntry(sequence: sequence, time: time, requestID: requestID, requestFingerprint: fingerprint, record: record)
  }

  static func chain(after previous: UInt32, sequence: UInt64, body: UnsafeRawBufferPointer) -> UInt32 {
    let header = unsafe withUnsafeBytes(of: sequence.littleEndian) { unsafe CRC32C.checksum($0, continuing: previous) }
    return unsafe CRC32C.checksum(body, continuing: header)
  }

  static func corrupt(_ sequence: UInt64, _ reason: String) -> JournalError {
    JournalError(
      .corrupt, "journal entry \(sequence) is damaged: \(reason); restore the state directory from a backup or from PostgreSQL",
      sequence: sequence)
  }
}
