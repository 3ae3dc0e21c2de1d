import Foundation

/// What a supervisor is told on the datagram socket named by `NOTIFY_SOCKET` (sd_notify(3)): ready, what is waited for, and that it takes
/// longer.
enum ServiceNotice {
  /// How long a start may take from each word on, so that a supervisor waits for an exchange that is away.
  static let extensionSeconds = 60

  /// Ready, with what is going on.
  static func ready(_ status: String) { send("READY=1\nSTATUS=\(line(status))") }

  /// Not ready yet, and why.
  static func waiting(_ status: String) { send("STATUS=\(line(status))\nEXTEND_TIMEOUT_USEC=\(extensionSeconds * 1_000_000)") }

  /// One line: a line end would begin another word of the protocol.
  static func line(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }.prefix(500)) }

  private static func send(_ message: String) {
    guard let path = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"], path.hasPrefix("/"), path.utf8.count < 100 else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let bytes = Array(message.utf8)
    _ = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        // Never waits: the core's loop may be the caller, and the supervisor may not read.
        unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT), $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
