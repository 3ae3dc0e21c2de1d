import Glibc
import Testing

/// A frame as the tests write and read it, by hand, with none of the code under test.
struct RawFrame: Equatable, CustomStringConvertible {
  var id: UInt32
  var type: UInt8
  var flags: UInt8
  var body: [UInt8]

  static let request: UInt8 = 1
  static let response: UInt8 = 2
  static let data: UInt8 = 3

  init(_ id: UInt32, _ type: UInt8, _ flags: UInt8 = 0, _ body: [UInt8] = []) {
    self.id = id
    self.type = type
    self.flags = flags
    self.body = body
  }

  var bytes: [UInt8] { Self.header(length: UInt32(body.count), id, type, flags) + body }

  static func header(length: UInt32, _ id: UInt32, _ type: UInt8, _ flags: UInt8) -> [UInt8] {
    bigEndian(length) + bigEndian(id) + [type, flags]
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24 & 255), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }

  /// The status code of a RESPONSE: 0 when it has none; nil when it is no RESPONSE.
  var code: Int? {
    guard type == Self.response else { return nil }
    guard let status = Wire.fields(body)[1]?.first else { return 0 }
    return Wire.fields(status)[1].flatMap { $0.first }.map { Wire.varint($0) } ?? 0
  }
  var message: String { Wire.fields(Wire.fields(body)[1]?.first ?? [])[2]?.first.map { String(decoding: $0, as: UTF8.self) } ?? "" }
  var payload: [UInt8] { Wire.fields(body)[2]?.first ?? [] }

  /// The end of a stream: DATA RC+ND of no length.
  static func end(_ id: UInt32) -> RawFrame { RawFrame(id, data, 5) }

  var description: String { "id \(id) type \(type) flags \(flags) code \(code ?? -1) \(message) body \(body.prefix(40))" }
}

/// Protobuf by hand: just what the tests need.
enum Wire {
  static func varintBytes(_ value: UInt64) -> [UInt8] {
    var value = value
    var out: [UInt8] = []
    while value > 127 {
      out.append(UInt8(value & 127) | 128)
      value >>= 7
    }
    return out + [UInt8(value)]
  }

  static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
    varintBytes(number << 3 | 2) + varintBytes(UInt64(content.count)) + content
  }

  static func varint(_ bytes: [UInt8]) -> Int {
    var value = 0
    for (index, byte) in bytes.enumerated() where index < 9 { value |= Int(byte & 127) << (7 * index) }
    return value
  }

  /// Top-level fields: contents of length-delimited ones, raw varint bytes of the others.
  static func fields(_ bytes: [UInt8]) -> [Int: [[UInt8]]] {
    var out: [Int: [[UInt8]]] = [:]
    var at = 0
    func take() -> [UInt8] {
      var raw: [UInt8] = []
      while at < bytes.count {
        raw.append(bytes[at])
        at += 1
        if raw[raw.count - 1] < 128 { break }
      }
      return raw
    }
    while at < bytes.count {
      let tag = varint(take())
      if tag & 7 == 2 {
        let length = varint(take())
        let end = min(bytes.count, at + length)
        out[tag >> 3, default: []].append(Array(bytes[at..<end]))
        at = end
      } else {
        out[tag >> 3, default: []].append(take())
      }
    }
    return out
  }

  static func request(
    _ method: String, service: String = "bench.v1.Bench", payload: [UInt8] = [], timeout: Int64 = 0, metadata: [([UInt8], [UInt8])] = []
  ) -> [UInt8] {
    var out = field(1, Array(service.utf8)) + field(2, Array(method.utf8))
    if !payload.isEmpty { out += field(3, payload) }
    if timeout != 0 { out += varintBytes(4 << 3) + varintBytes(UInt64(bitPattern: timeout)) }
    for (key, value) in metadata { out += field(5, field(1, key) + field(2, value)) }
    return out
  }
}

struct RawError: Error, CustomStringConvertible {
  var description: String
}

/// A plain blocking socket with timeouts.
final class RawConnection: @unchecked Sendable {
  let descriptor: CInt
  private var buffer: [UInt8] = []
  private var start = 0

  init(descriptor: CInt, timeoutSeconds: Int = 60) {
    self.descriptor = descriptor
    var time = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  convenience init(path: String) throws {
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    guard unsafe RawConnection.withAddress(path, { unsafe connect(descriptor, $0, $1) }) == 0 else {
      throw RawError(description: "connect \(path): errno \(errno)")
    }
    self.init(descriptor: descriptor)
  }

  convenience init(port: Int) throws {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw RawError(description: "connect port \(port): errno \(errno)") }
    self.init(descriptor: descriptor)
  }

  deinit { close(descriptor) }

  static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      for (index, byte) in path.utf8.prefix(room.count - 1).enumerated() { unsafe room[index] = byte }
    }
    return unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }

  func send(_ bytes: [UInt8]) throws {
    var at = 0
    while at < bytes.count {
      let count = unsafe bytes[at...].withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
      guard count > 0 else { throw RawError(description: "send: errno \(errno)") }
      at += count
    }
  }

  func send(_ frames: RawFrame...) throws { try send(frames.flatMap(\.bytes)) }

  func shutdownWrite() { shutdown(descriptor, CInt(SHUT_WR)) }

  /// Reads until `count` bytes are buffered; false at the end of the stream.
  private func fill(_ count: Int) throws -> Bool {
    while buffer.count - start < count {
      if start > 1 << 16 {
        buffer.removeFirst(start)
        start = 0
      }
      let got = unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { room in
        let got = unsafe recv(descriptor, room.baseAddress, room.count, 0)
        if got > 0 { unsafe buffer.append(contentsOf: room[..<got]) }
        return got
      }
      if got == 0 { return false }
      if got < 0 {
        if errno == ECONNRESET { return false }
        throw RawError(description: "recv: errno \(errno) (timeout when 11)")
      }
    }
    return true
  }

  func receive(_ count: Int) throws -> [UInt8] {
    guard try fill(count) else { throw RawError(description: "the connection ended") }
    defer { start += count }
    return Array(buffer[start..<(start + count)])
  }

  /// The next frame; nil when the peer closed.
  func frame() throws -> RawFrame? {
    guard try fill(10) else { return nil }
    let length = buffer[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
    let id = buffer[(start + 4)..<(start + 8)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard try fill(10 + length) else { return nil }
    let body = Array(buffer[(start + 10)..<(start + 10 + length)])
    let frame = RawFrame(id, buffer[start + 8], buffer[start + 9], body)
    start += 10 + length
    return frame
  }

  func expectFrame(_ location: SourceLocation = #_sourceLocation) throws -> RawFrame {
    try #require(try frame(), "the server closed the connection", sourceLocation: location)
  }

  /// Reads to the end and answers whether the peer closed.
  func expectClosed() throws -> Bool {
    while try frame() != nil {}
    return true
  }

  /// A unary echo: proves that the connection still works and that every earlier frame was handled.
  func ping(_ id: UInt32, _ location: SourceLocation = #_sourceLocation) throws {
    try send(RawFrame(id, RawFrame.request, 0, Wire.request("Echo", payload: [9])))
    let answer = try expectFrame(location)
    #expect(answer == RawFrame(id, RawFrame.response, 0, Wire.field(2, [9])), sourceLocation: location)
  }
}
