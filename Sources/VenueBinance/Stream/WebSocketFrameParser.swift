/// Finds WebSocket frames (RFC 6455 §5.2) in bytes that a server sent, in place. Strict: reserved bits, unknown opcodes, masked frames,
/// over-long length encodings, fragmented or oversized control frames and oversized frames are violations.
struct WebSocketFrameParser {
  enum Opcode: UInt8, Hashable { case continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 }

  struct Frame: Hashable {
    var opcode: Opcode
    var isFinal: Bool
    /// Where the payload begins, counted from where the frame does.
    var headerSize: Int
    var payloadSize: Int
    var size: Int { headerSize + payloadSize }
  }

  enum Step: Hashable {
    case frame(Frame)
    case needsMore
    /// A close code (RFC 6455 §7.4.1) and why.
    case violation(code: UInt16, reason: String)
  }

  let frameSizeMaximum: Int

  /// The frame that begins at `bytes`, of which `count` are there.
  @inline(__always) func next(_ bytes: UnsafePointer<UInt8>, count: Int) -> Step {
    guard count >= 2 else { return .needsMore }
    let first = unsafe bytes[0]
    let second = unsafe bytes[1]
    guard first & 0x70 == 0, let opcode = Opcode(rawValue: first & 0x0F), second & 0x80 == 0 else {
      return .violation(code: 1_002, reason: "reserved bits, unknown opcode or a masked frame from the server")
    }
    let isFinal = first & 0x80 != 0
    let short = Int(second & 0x7F)
    if short < 126 {
      guard opcode.rawValue < 8 || isFinal else { return .violation(code: 1_002, reason: "fragmented control frame") }
      guard short <= frameSizeMaximum else { return .violation(code: 1_009, reason: "frame too large") }
      guard count >= 2 + short else { return .needsMore }
      return .frame(Frame(opcode: opcode, isFinal: isFinal, headerSize: 2, payloadSize: short))
    }
    guard opcode.rawValue < 8 else { return .violation(code: 1_002, reason: "control frame too large") }
    let headerSize = short == 126 ? 4 : 10
    guard count >= headerSize else { return .needsMore }
    var size: UInt64 = 0
    for index in 2..<headerSize { size = unsafe size << 8 | UInt64(bytes[index]) }
    guard size >= (short == 126 ? 126 : 65_536), size >> 63 == 0 else {
      return .violation(code: 1_002, reason: "frame length is not in its shortest form")
    }
    guard size <= UInt64(frameSizeMaximum) else { return .violation(code: 1_009, reason: "frame too large") }
    guard count - headerSize >= Int(size) else { return .needsMore }
    return .frame(Frame(opcode: opcode, isFinal: isFinal, headerSize: headerSize, payloadSize: Int(size)))
  }
}
