#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a supervisor (systemd) is told on the datagram socket that `NOTIFY_SOCKET` names (sd_notify(3)): ready, what is waited for and that it
/// takes longer, that the service is alive, that it stops. Without that variable nothing is sent. Never waits, from any thread.
public struct ServiceNotice: Sendable {
  /// How long a start may take from each word on, so that a supervisor waits for an exchange that is away, or for a long journal.
  public static let extensionSeconds = 60

  /// `NOTIFY_SOCKET`: a path, or `@` and an abstract name; `nil`: nobody listens.
  private let socketName: String?
  /// The supervisor ends the service after this much silence, in nanoseconds; `nil`: it does not watch it.
  public let watchdogNanoseconds: Int64?

  /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
  /// - Parameter processID: whose silence the supervisor must mean; `nil`: this process's.
  public init(environment: [String: String], processID: Int32? = nil) {
    let processID = processID ?? getpid()
    let name = environment["NOTIFY_SOCKET"] ?? ""
    let isUsable = (name.hasPrefix("/") || name.hasPrefix("@")) && name.utf8.count > 1 && name.utf8.count < 108
    socketName = isUsable ? name : nil
    let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(processID)" } ?? true
    let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
    watchdogNanoseconds =
      isUsable && isMeant && microseconds > 0 && microseconds < Int64.max / 1_000 ? microseconds * 1_000 : nil
  }

  /// Ready, with what is going on. From here on a supervisor that watches expects ``alive()``.
  public func ready(_ status: String) { send("READY=1\nSTATUS=\(Self.line(status))") }

  /// Not ready yet, and why: the start may take ``extensionSeconds`` more.
  public func waiting(_ status: String) { send("STATUS=\(Self.line(status))\nEXTEND_TIMEOUT_USEC=\(Self.extensionSeconds * 1_000_000)") }

  /// It works. To be sent by what must not hang, at least twice in ``watchdogNanoseconds``.
  public func alive() { if watchdogNanoseconds != nil { send("WATCHDOG=1") } }

  /// It stops in order.
  public func stopping() { send("STOPPING=1\nSTATUS=stopping") }

  /// One line: a line end would begin another word of the protocol.
  static func line(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }.prefix(500)) }

  private func send(_ message: String) {
    guard let socketName else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(socketName.utf8)
    // An abstract name begins with a zero byte and has none at its end.
    let isAbstract = name.first == UInt8(ascii: "@")
    if isAbstract { name[0] = 0 }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name.prefix($0.count - (isAbstract ? 0 : 1))) }
    let length =
      isAbstract
      ? MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path) + name.count : MemoryLayout<sockaddr_un>.size
    let bytes = Array(message.utf8)
    _ = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        // Never waits: the core's loop may be the caller, and the supervisor may not read.
        unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), $0, socklen_t(length))
      }
    }
  }
}

/// When to tell the supervisor that the order loop runs: four times in the time that it waits, so that three lost words kill nothing.
public struct Heartbeat: Sendable {
  private let notice: ServiceNotice
  private let interval: Int64
  private var last: Int64?

  public init(_ notice: ServiceNotice) {
    self.notice = notice
    interval = (notice.watchdogNanoseconds ?? 0) / 4
  }

  /// The loop came round, at a time of the monotonic clock. Sends a word when one is due.
  public mutating func beat(at now: Int64) {
    guard notice.watchdogNanoseconds != nil else { return }
    if let last, now - last < interval { return }
    last = now
    notice.alive()
  }
}
