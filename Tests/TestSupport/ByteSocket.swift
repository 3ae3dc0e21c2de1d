import Foundation

/// A blocking Unix stream socket for tests that write and read bytes themselves.
public final class ByteSocket: Sendable {
  public let descriptor: Int32

  /// - Parameter seconds: the longest that one read or write may take.
  init(descriptor: Int32, seconds: Int) {
    self.descriptor = descriptor
    var time = timeval(tv_sec: seconds, tv_usec: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// Connects to a socket file.
  public static func connect(_ path: String, seconds: Int = 30) throws -> ByteSocket {
    let socket = try make(seconds)
    guard unsafe at(path, { unsafe Foundation.connect(socket.descriptor, $0, $1) }) == 0 else {
      throw TestFailure("connect \(path): errno \(errno)")
    }
    return socket
  }

  /// Listens on a socket file that is not there yet.
  public static func listen(_ path: String, seconds: Int = 30) throws -> ByteSocket {
    let socket = try make(seconds)
    guard unsafe at(path, { unsafe bind(socket.descriptor, $0, $1) }) == 0, Foundation.listen(socket.descriptor, 8) == 0 else {
      throw TestFailure("listen on \(path): errno \(errno)")
    }
    return socket
  }

  private static func make(_ seconds: Int) throws -> ByteSocket {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw TestFailure("cannot make a socket: errno \(errno)") }
    return ByteSocket(descriptor: descriptor, seconds: seconds)
  }

  private static func at(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      for (index, byte) in path.utf8.prefix(room.count - 1).enumerated() { unsafe room[index] = byte }
    }
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }

  /// The next connection of a listening socket.
  public func accept(seconds: Int = 30) throws -> ByteSocket {
    let accepted = Foundation.accept(descriptor, nil, nil)
    guard accepted >= 0 else { throw TestFailure("nobody connected: errno \(errno)") }
    return ByteSocket(descriptor: accepted, seconds: seconds)
  }

  public func write(_ bytes: [UInt8]) throws {
    var at = 0
    while at < bytes.count {
      let count = unsafe bytes[at...].withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw TestFailure("write: errno \(errno)") }
      at += count
    }
  }

  /// Exactly `count` bytes, fewer when the peer closes before. A reset is a close: that of a peer which left bytes unread.
  public func read(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var at = 0
    while at < count {
      let got = unsafe bytes[at...].withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
      if got == 0 || got < 0 && errno == ECONNRESET { break }
      guard got > 0 else { throw TestFailure("read: errno \(errno) (11: nothing came), \(at) of \(count) bytes") }
      at += got
    }
    return Array(bytes[..<at])
  }

  /// The next ttrpc frame, header included.
  public func frame() throws -> [UInt8] {
    let header = try read(10)
    guard header.count == 10 else { throw TestFailure("the peer closed the connection") }
    return header + (try read(header[..<4].reduce(0) { $0 << 8 | Int($1) }))
  }
}
