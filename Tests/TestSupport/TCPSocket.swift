import Foundation

/// A blocking TCP client for tests that must see how a connection ends.
public final class TCPSocket: Sendable {
  /// How a read went.
  public enum Received: Equatable, Sendable {
    case bytes([UInt8])
    /// The other side sent FIN.
    case closed
    /// The other side sent RST.
    case reset
    /// Nothing came in time.
    case nothing
  }

  let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Connects to a port of 127.0.0.1.
  /// - Parameter seconds: the longest that one read or write may take.
  public static func connect(port: Int, seconds: Double = 30) throws -> TCPSocket {
    let made = TCPSocket(descriptor: try connectDescriptor(port: port))
    made.setTimeout(seconds)
    return made
  }

  static func connectDescriptor(port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw TestFailure("cannot make a socket: errno \(errno)") }
    var address = FaultyProxy.address(port)
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      let reason = errno
      close(descriptor)
      throw TestFailure("cannot connect to port \(port): errno \(reason)")
    }
    return descriptor
  }

  /// The longest that one read or write may take from now on.
  public func setTimeout(_ seconds: Double) {
    var time = timeval(tv_sec: Int(seconds), tv_usec: Int((seconds - seconds.rounded(.down)) * 1e6))
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  public func write(_ text: String) throws { try write(Array(text.utf8)) }

  public func write(_ bytes: [UInt8]) throws {
    var at = 0
    while at < bytes.count {
      let count = unsafe bytes[at...].withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw TestFailure("write: errno \(errno)") }
      at += count
    }
  }

  /// Whatever comes next, up to so many bytes.
  public func receive(upTo count: Int = 65_536) throws -> Received {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = unsafe bytes.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
    if got > 0 { return .bytes(Array(bytes[..<got])) }
    if got == 0 { return .closed }
    switch errno {
    case ECONNRESET: return .reset
    case EAGAIN: return .nothing
    default: throw TestFailure("read: errno \(errno)")
    }
  }

  /// Everything until the connection ends, or until nothing comes in time.
  public func readToEnd() throws -> (bytes: [UInt8], end: Received) {
    var all: [UInt8] = []
    while true {
      switch try receive() {
      case .bytes(let bytes): all += bytes
      case let end: return (all, end)
      }
    }
  }

  /// Bytes up to and with `pattern`.
  public func read(through pattern: String) throws -> String {
    var text: [UInt8] = []
    while !text.suffix(pattern.utf8.count).elementsEqual(pattern.utf8) {
      guard case .bytes(let byte) = try receive(upTo: 1) else {
        throw TestFailure("the connection ended after: \(String(decoding: text, as: UTF8.self))")
      }
      text += byte
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Exactly so many bytes.
  public func read(_ count: Int) throws -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count {
      guard case .bytes(let bytes) = try receive(upTo: count - all.count) else {
        throw TestFailure("the connection ended after \(all.count) of \(count) bytes")
      }
      all += bytes
    }
    return all
  }

  /// One HTTP answer with a Content-Length: its head and body.
  public func answer() throws -> (head: String, body: String) {
    let head = try read(through: "\r\n\r\n")
    let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
    let length = line.flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
    return (head, String(decoding: try read(length), as: UTF8.self))
  }
}
