import Logging
import NIOCore
import Synchronization
import TTRPC

/// The audit log: one line per change, a bounded number of lines about what was refused.
final class AuditLog: Sendable {
  private let logger: Logger
  private let loop: any EventLoop
  private let windowSeconds: Int64
  private let limiter: Mutex<RefusalLimiter>

  /// - Parameter loop: where the windows of refusals end.
  init(_ logger: Logger, limits: ControlPlaneLimits, loop: any EventLoop) {
    self.logger = logger
    self.loop = loop
    windowSeconds = limits.refusalWindowSeconds
    limiter = Mutex(RefusalLimiter(linesMaximum: limits.refusalLinesMaximum))
  }

  /// Writes a line of somebody who is known.
  func write(_ message: String, peer: RPCPeer, _ metadata: Logger.Metadata) {
    logger.info("\(message)", metadata: metadata.merging(["peer": "\(Self.peer(peer))"]) { $1 })
  }

  /// Writes a line about a refusal, or counts it when there were many.
  func refused(_ kind: RefusalLimiter.Kind, _ message: String, peer: RPCPeer, _ metadata: Logger.Metadata) {
    let (verdict, opens) = limiter.withLock { limiter in
      let opens = !limiter.isOpen
      return (limiter.refused(kind), opens)
    }
    if opens { loop.scheduleTask(in: .seconds(windowSeconds)) { [weak self] in self?.sumUp() } }
    guard verdict == .write else { return }
    var level = Logger.Level.warning
    if case .changes = kind { level = .info }
    logger.log(level: level, "\(message)", metadata: metadata.merging(["peer": "\(Self.peer(peer))"]) { $1 })
  }

  /// Writes what was counted and not written.
  func sumUp() {
    let window = windowSeconds == 60 ? "minute" : "\(windowSeconds) seconds"
    for (kind, count) in limiter.withLock({ $0.endWindow() }) {
      logger.warning("… \(Self.grouped(count)) more refused in the last \(window)", metadata: ["what": "\(kind)"])
    }
  }

  // MARK: Text

  /// A stranger's text for one value of one line: visible ASCII as it is, everything else, quotes and backslashes as escapes; cut to
  /// `maximum` characters.
  ///
  /// - Parameter keepsSpaces: for names that may have some.
  static func escaped(_ text: String, maximum: Int = 64, keepsSpaces: Bool = false) -> String {
    var out = ""
    var count = 0
    for scalar in text.unicodeScalars {
      guard count < maximum else { return out + "…" }
      count += 1
      switch scalar {
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\\", "\"": out += "\\\(scalar)"
      case " " where keepsSpaces: out += " "
      case "!"..."~": out.unicodeScalars.append(scalar)
      default: out += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return out
  }

  /// A peer with what its certificate says escaped: who signs certificates does not write this log.
  static func peer(_ peer: RPCPeer) -> String {
    guard case .tcp(let address, let subject?) = peer else { return peer.description }
    return "\(address) (\(escaped(subject, maximum: 128, keepsSpaces: true)))"
  }

  /// `4312` as `4,312`.
  private static func grouped(_ count: Int) -> String {
    let digits = Array(String(count))
    return String(digits.indices.flatMap { $0 > 0 && (digits.count - $0) % 3 == 0 ? [",", digits[$0]] : [digits[$0]] })
  }
}
