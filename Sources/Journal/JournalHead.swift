#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where a journal ended when it was written last: what it must still hold when it is opened again.
struct JournalHead: Hashable, Sendable {
  /// The last sequence; 0: no entry yet.
  var sequence: UInt64 = 0
  /// The chain up to and with that entry (``RecordCodec``).
  var chain: UInt32 = 0

  /// Bytes of one written head; two lie one sector apart, so that a write that is cut off can only spoil one of them.
  static let slotBytes = 512
  static let fileBytes = 2 * slotBytes
  private static let magic = "botd journal head 1"

  /// A line of text, padded with spaces to ``slotBytes``; ends with its own checksum.
  var slot: [UInt8] {
    let digits = String(sequence)
    let words =
      "\(Self.magic) sequence=\(String(repeating: "0", count: 20 - digits.count))\(digits) chain=\(Self.hex(chain)) "
    let line = Array(words.utf8) + Array("check=\(Self.hex(Self.checksum(Array(words.utf8))))".utf8)
    return line + [UInt8](repeating: 0x20, count: Self.slotBytes - line.count - 1) + [0x0A]
  }

  init(sequence: UInt64 = 0, chain: UInt32 = 0) {
    self.sequence = sequence
    self.chain = chain
  }

  /// `nil` for anything that is not exactly what ``slot`` writes.
  init?(slot bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard words.count >= 7, let sequence = Self.value(words[4], "sequence=").flatMap({ UInt64($0) }),
      let chain = Self.value(words[5], "chain=").flatMap({ UInt32($0, radix: 16) })
    else { return nil }
    self.init(sequence: sequence, chain: chain)
    guard slot == bytes else { return nil }
  }

  private static func value(_ word: Substring, _ name: String) -> Substring? { word.hasPrefix(name) ? word.dropFirst(name.count) : nil }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 { unsafe bytes.withUnsafeBytes { unsafe CRC32C.checksum($0) } }
}

/// The file `journal.head` beside the journal.
///
/// It is written after the commit whose end it tells, so it never claims more than is durable; it may claim less, by what became durable just
/// before a crash. Its bytes are in the kernel's hands at once (a killed process loses nothing of them) and on the disk within
/// ``JournalWriter``'s pauses. After `init`, used on the journal's thread only.
final class HeadFile: @unchecked Sendable {
  static let name = "journal.head"

  private var file: Int32
  private let path: String
  private var slot: Int
  /// Whether something was written since the last ``synchronize()``.
  private(set) var isDirty = false

  /// What a head file holds.
  enum Content: Hashable, Sendable {
    case absent
    case head(JournalHead)
    /// There is a file, and nothing in it can be believed.
    case unreadable
  }

  /// - Parameter directory: its open descriptor.
  init(directory: Int32, path: String) throws(JournalError) {
    self.path = path
    file = unsafe openat(directory, Self.name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600 as mode_t)
    guard file >= 0 else { throw JournalError(.storage, "cannot open \(path): \(systemMessage())") }
    slot = Self.newest(Self.read(file)).map { 1 - $0.slot } ?? 0
  }

  deinit { if file >= 0 { close(file) } }

  /// Reads a head; makes nothing.
  static func content(path: String) -> Content {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return errno == ENOENT ? .absent : .unreadable }
    defer { close(file) }
    let bytes = read(file)
    // Made, and cut off before its first word.
    guard !bytes.isEmpty else { return .absent }
    return newest(bytes).map { .head($0.head) } ?? .unreadable
  }

  private static func read(_ file: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: JournalHead.fileBytes + 1)
    let count = unsafe pread(file, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(0, count)))
  }

  private static func newest(_ bytes: [UInt8]) -> (head: JournalHead, slot: Int)? {
    guard bytes.count <= JournalHead.fileBytes else { return nil }
    let heads = (0..<2).compactMap { slot in
      JournalHead(slot: bytes.dropFirst(slot * JournalHead.slotBytes).prefix(JournalHead.slotBytes)).map { (head: $0, slot: slot) }
    }
    return heads.max { $0.head.sequence < $1.head.sequence }
  }

  /// Writes a head; about 2 µs. It survives this process; ``synchronize()`` makes it survive the machine.
  func write(_ head: JournalHead) throws(JournalError) {
    let bytes = head.slot
    let count = unsafe pwrite(file, bytes, bytes.count, off_t(slot * JournalHead.slotBytes))
    guard count == bytes.count else {
      throw JournalError(.storage, "cannot write \(path): \(count < 0 ? systemMessage() : "it was cut off")")
    }
    slot = 1 - slot
    isDirty = true
  }

  func synchronize() throws(JournalError) {
    guard fdatasync(file) == 0 else { throw JournalError(.storage, "cannot make \(path) durable: \(systemMessage())") }
    isDirty = false
  }
}
