/// The ten bytes before a frame's data: length, stream id (both big-endian), type, flags.
struct FrameHeader: Equatable, Sendable {
  static let byteCount = 10

  var length: UInt32
  var streamID: UInt32
  var type: FrameType
  var flags: FrameFlags

  init(length: UInt32, streamID: UInt32, type: FrameType, flags: FrameFlags = []) {
    self.length = length
    self.streamID = streamID
    self.type = type
    self.flags = flags
  }

  /// Reads a header at `offset`, where ten bytes must be present.
  init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    length = unsafe UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    streamID = unsafe UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
    type = unsafe FrameType(rawValue: bytes[offset + 8])
    flags = unsafe FrameFlags(rawValue: bytes[offset + 9])
  }

  /// Writes the ten bytes to `destination`.
  func write(to destination: UnsafeMutableRawPointer) {
    unsafe destination.storeBytes(of: length.bigEndian, as: UInt32.self)
    unsafe destination.storeBytes(of: streamID.bigEndian, toByteOffset: 4, as: UInt32.self)
    unsafe destination.storeBytes(of: type.rawValue, toByteOffset: 8, as: UInt8.self)
    unsafe destination.storeBytes(of: flags.rawValue, toByteOffset: 9, as: UInt8.self)
  }
}

struct FrameType: RawRepresentable, Equatable, Sendable {
  let rawValue: UInt8
  static let request = FrameType(rawValue: 1)
  static let response = FrameType(rawValue: 2)
  static let data = FrameType(rawValue: 3)
}

struct FrameFlags: OptionSet, Sendable {
  let rawValue: UInt8
  /// RC: the sender sends nothing more on this stream.
  static let remoteClosed = FrameFlags(rawValue: 0x01)
  /// RO: the sender will send DATA on this stream.
  static let remoteOpen = FrameFlags(rawValue: 0x02)
  /// ND: the frame carries no message.
  static let noData = FrameFlags(rawValue: 0x04)
}
