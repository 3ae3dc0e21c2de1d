import Foundation
import Signing

/// A file of the public archive as it was downloaded: a zip with one CSV in it, and perhaps its CHECKSUM beside it.
///
/// The CSV is put into a temporary file for the reader of candles: deflated data become a gzip file, which the reader takes, so nothing is
/// inflated here.
enum ZipFile {
  /// Zips are read as a whole; a month of seconds has 70 MB.
  static let bytesMaximum = 1 << 30

  static func isZip(_ path: String) -> Bool { path.lowercased().hasSuffix(".zip") }

  /// Calls `body` with the path of the file inside, which is gone afterwards.
  /// - Throws: ``SimulatorError`` naming what is wrong with the zip or its checksum.
  static func withContent<Result>(
    of path: String, _ body: (String) throws(SimulatorError) -> Result
  ) throws(SimulatorError) -> Result {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path), let size = attributes[.size] as? Int,
      size <= bytesMaximum, let data = FileManager.default.contents(atPath: path)
    else { throw SimulatorError(.replayFile, "\(path): cannot be read, or is larger than \(bytesMaximum) bytes") }
    let bytes = Array(data)
    try verify(bytes, path)
    guard let entry = Entry(bytes) else {
      throw SimulatorError(.replayFile, "\(path): is no zip with one plain or deflated file in it, as the archive's are")
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("botsim-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent(entry.isDeflated ? "candles.csv.gz" : "candles.csv")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(entry.readable).write(to: file)
    } catch {
      throw SimulatorError(.replayFile, "\(path): cannot be unpacked to \(folder.path): \(error.localizedDescription)")
    }
    do throws(SimulatorError) {
      return try body(file.path)
    } catch {
      // In the name of the file that the person gave.
      throw SimulatorError(.replayFile, error.message.replacing(file.path, with: path))
    }
  }

  /// Compares with the CHECKSUM beside the file, where there is one: `<sha-256>  <name>`.
  private static func verify(_ bytes: [UInt8], _ path: String) throws(SimulatorError) {
    guard let text = FileManager.default.contents(atPath: path + ".CHECKSUM").map({ String(decoding: $0, as: UTF8.self) }) else { return }
    let told = text.split(whereSeparator: \.isWhitespace).first?.lowercased() ?? ""
    guard told == SHA256.hex(bytes) else {
      throw SimulatorError(.replayFile, "\(path): its bytes are not those that \(path).CHECKSUM is of: download both again")
    }
  }

  /// The file in a zip (APPNOTE.TXT 6.3.3), found by the directory at its end.
  private struct Entry {
    let isDeflated: Bool
    private let data: ArraySlice<UInt8>
    private let checksum: UInt32
    private let size: UInt32

    init?(_ bytes: [UInt8]) {
      func number(_ at: Int, _ count: Int) -> Int? {
        guard at >= 0, at <= bytes.count - count else { return nil }
        return bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) }
      }
      // The end record stands last; a comment of up to 65,535 bytes may follow it.
      let earliest = max(bytes.count - 22 - 65_535, 0)
      guard bytes.count >= 22,
        let end = stride(from: bytes.count - 22, through: earliest, by: -1).first(where: { number($0, 4) == 0x0605_4B50 }),
        number(end + 10, 2) == 1, let directory = number(end + 16, 4), number(directory, 4) == 0x0201_4B50,
        let method = number(directory + 10, 2), method == 0 || method == 8, number(directory + 8, 2).map({ $0 & 1 == 0 }) == true,
        let checksum = number(directory + 16, 4), let packed = number(directory + 20, 4), let size = number(directory + 24, 4),
        let local = number(directory + 42, 4), number(local, 4) == 0x0403_4B50, let name = number(local + 26, 2),
        let extra = number(local + 28, 2), local + 30 + name + extra + packed <= bytes.count
      else { return nil }
      isDeflated = method == 8
      data = bytes[(local + 30 + name + extra)..<(local + 30 + name + extra + packed)]
      self.checksum = UInt32(truncatingIfNeeded: checksum)
      self.size = UInt32(truncatingIfNeeded: size)
    }

    /// The content as a file: as it is, or as gzip (RFC 1952) around the same deflated data.
    var readable: [UInt8] {
      guard isDeflated else { return Array(data) }
      var gzip: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
      gzip += data
      for value in [checksum, size] { for shift in [0, 8, 16, 24] { gzip.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) } }
      return gzip
    }
  }
}
