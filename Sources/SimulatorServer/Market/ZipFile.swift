import Foundation
import Signing

/// A file of the public archive as it was downloaded: a zip with one CSV in it, and perhaps its CHECKSUM beside it.
enum ZipFile {
  /// Zips are read as a whole; a month of seconds has 70 MB.
  static let bytesMaximum = 1 << 30

  static func isZip(_ path: String) -> Bool { path.lowercased().hasSuffix(".zip") }

  /// Compares a zip with the CHECKSUM beside it, where there is one: `<sha-256>  <name>`.
  static func verify(_ path: String) throws(SimulatorError) {
    guard let text = FileManager.default.contents(atPath: path + ".CHECKSUM").map({ String(decoding: $0, as: UTF8.self) }) else { return }
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path), let size = attributes[.size] as? Int,
      size <= bytesMaximum, let data = FileManager.default.contents(atPath: path)
    else { throw SimulatorError(.replayFile, "\(path): cannot be read, or is larger than \(bytesMaximum) bytes") }
    let told = text.split(whereSeparator: \.isWhitespace).first?.lowercased() ?? ""
    guard told == SHA256.hex(Array(data)) else {
      throw SimulatorError(.replayFile, "\(path): its bytes are not those that \(path).CHECKSUM is of: download both again")
    }
  }
}
