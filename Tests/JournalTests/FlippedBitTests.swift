import Foundation
import Journal
import TestSupport
import Testing
import TradingCore

/// Row 46: a flipped bit in a journal's files is found, wherever something is stored there.
struct FlippedBitTests {
  /// What SQLite keeps in the first 100 bytes of its file and nobody's entry depends on (SQLite: "Database File Format", 1.3): a wrong value
  /// changes no answer.
  private static let bookkeeping: [(name: String, bytes: ClosedRange<Int>)] = [
    // Journals in WAL mode are told of changes by the log's index; it is compared with "version-valid-for", and where they differ the file's size counts.
    ("file change counter", 24...27), ("size in pages, where the counters differ", 28...31),
    ("schema cookie", 40...43), ("suggested cache size", 48...51),
    ("version-valid-for and the writing library's version", 92...99),
  ]

  /// The bytes of a page that belong to no cell: between the cells' addresses and the first cell.
  private func gap(_ page: Data, isFirst: Bool) -> Range<Int> {
    let bytes = [UInt8](page)
    let header = isFirst ? 100 : 0
    // Leaves of tables (13) and of indexes (10) have 8 bytes of header, the pages above them 12.
    guard [2, 5, 10, 13].contains(bytes[header]) else { return 0..<0 }
    let cells = Int(bytes[header + 3]) << 8 | Int(bytes[header + 4])
    let content = Int(bytes[header + 5]) << 8 | Int(bytes[header + 6])
    let end = header + (bytes[header] > 5 ? 8 : 12) + 2 * cells
    return end..<max(end, content == 0 ? 65_536 : content)
  }

  /// Where a row of the table `entries` says what type its first column has: that is the row's number, which is not stored there.
  private func placeholders(_ page: Data) -> [Int] {
    let bytes = [UInt8](page)
    guard bytes[0] == 13 else { return [] }
    return (0..<(Int(bytes[3]) << 8 | Int(bytes[4]))).map { cell in
      var at = Int(bytes[8 + 2 * cell]) << 8 | Int(bytes[9 + 2 * cell])
      // Size of the row, its number, size of the row's header.
      for _ in 0..<3 {
        while bytes[at] >= 0x80 { at += 1 }
        at += 1
      }
      return at
    }
  }

  @Test func everyBitOfTheDatabaseThatMeansSomethingIsSeen() throws {
    let directory = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: directory.path)
    journal.append(Samples.session(count: 20)) { _ in }
    _ = try journal.flush()
    journal.close()
    let chain = try JournalCheck.run(directory.path).chain
    let url = URL(fileURLWithPath: directory.file("journal.sqlite"))
    let original = try Data(contentsOf: url)
    let page = 4_096
    try #require(original.count % page == 0 && original.count / page <= 12)
    let handle = try FileHandle(forUpdating: url)
    defer { try? handle.close() }
    var accepted: [Int] = []
    var looked = 0
    for start in stride(from: 0, to: original.count, by: page) {
      let unused = gap(original[start..<start + page], isFirst: start == 0)
      let numbers = placeholders(original[start..<start + page])
      for offset in 0..<page {
        // Some of what belongs to nobody, all of the rest.
        if unused.contains(offset), offset % 97 != 0 { continue }
        let position = start + offset
        looked += 1
        func put(_ byte: UInt8) throws {
          try handle.seek(toOffset: UInt64(position))
          try handle.write(contentsOf: [byte])
        }
        try put(original[position] ^ 1 << UInt8(position % 8))
        if let check = try? JournalCheck.run(directory.path), check.storageFaults.isEmpty {
          #expect(check.entries == 20 && check.chain == chain, "byte \(position): accepted, and something else")
          if !unused.contains(offset), !numbers.contains(offset) { accepted.append(position) }
        }
        try put(original[position])
      }
    }
    #expect(looked > 2_000)
    let meaningful = accepted.filter { position in !Self.bookkeeping.contains { $0.bytes.contains(position) } }
    #expect(meaningful.isEmpty, "accepted: \(meaningful)")
    #expect(try JournalCheck.run(directory.path).storageFaults.isEmpty)
  }

  /// The log of a killed daemon: nothing of it may be lost in silence.
  @Test func everyBitOfTheLogIsSeen() throws {
    let source = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: source.path)
    defer { journal.close() }
    journal.append(Samples.session(count: 12)) { _ in }
    _ = try journal.flush()
    let log = try Data(contentsOf: URL(fileURLWithPath: source.file("journal.sqlite-wal")))
    try #require(log.count > 4_096)
    let directory = try TemporaryDirectory("copy")
    func copy() throws {
      for name in ["journal.sqlite", "journal.sqlite-wal", "journal.head"] {
        try? FileManager.default.removeItem(atPath: directory.file(name))
        try FileManager.default.copyItem(atPath: source.file(name), toPath: directory.file(name))
      }
      try? FileManager.default.removeItem(atPath: directory.file("journal.sqlite-shm"))
    }
    try copy()
    #expect(try JournalCheck.run(directory.path).entries == 12)
    var accepted: [Int] = []
    // Every byte of the log's and the frames' headers, some of the pages: the log's checksums cover them all.
    for position in 0..<log.count where position < 32 || (position - 32) % 4_120 < 24 || position % 151 == 0 {
      try copy()
      var damaged = log
      damaged[position] ^= 1 << UInt8(position % 8)
      try damaged.write(to: URL(fileURLWithPath: directory.file("journal.sqlite-wal")))
      if let check = try? JournalCheck.run(directory.path), check.storageFaults.isEmpty {
        #expect(check.entries == 12, "byte \(position)")
        accepted.append(position)
      }
    }
    // The count of checkpoints in the log's header is of no meaning, but for the checksum that covers it.
    #expect(accepted.isEmpty, "accepted: \(accepted)")
  }
}
