#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Logging

/// The truth's file: every line, appended in pieces. A file that can no longer be written is given up, and that is logged.
final class TruthFile {
  private static let pieceBytes = 1 << 16

  let path: String
  private var descriptor: Int32
  private var pending: [UInt8]
  private let logger: Logger
  /// Why nothing more is written; empty while all is well.
  private(set) var fault = ""

  /// - Throws: ``SimulatorError`` when the file cannot be made.
  init(path: String, header: [UInt8], logger: Logger) throws(SimulatorError) {
    self.path = path
    self.logger = logger
    pending = header
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw SimulatorError(.configuration, "--truth \(path): the file cannot be written: \(Self.reason)")
    }
  }

  deinit { close() }

  private static var reason: String { unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)" }

  func append(_ line: [UInt8]) {
    guard descriptor >= 0 else { return }
    pending += line
    if pending.count >= Self.pieceBytes { flush() }
  }

  func flush() {
    var at = 0
    while at < pending.count, descriptor >= 0 {
      let count = unsafe pending[at...].withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        fault = Self.reason
        logger.error("the truth's file cannot be written any more", metadata: ["file": "\(path)", "reason": "\(fault)"])
        _ = Glibc.close(descriptor)
        descriptor = -1
        break
      }
      at += count
    }
    pending.removeAll(keepingCapacity: true)
  }

  func close() {
    flush()
    guard descriptor >= 0 else { return }
    _ = Glibc.close(descriptor)
    descriptor = -1
  }
}
