public import CProtobufC

/// The owner of libprotobuf-c's memory: every message of the project is packed and unpacked through this module.
///
/// protobuf-c is fast and small but trusts its caller in four places, which this module closes: memory is drawn from a ``ProtobufArena``
/// with a quota, nesting is bounded before the library recurses, `string` fields are checked to be UTF-8 without NUL (a C string would be cut
/// there silently), and nothing is ever freed field by field.
public enum ProtobufC {
  /// A message descriptor as the generated code exports it (`foo__bar__descriptor`).
  public typealias Descriptor = UnsafePointer<ProtobufCMessageDescriptor>

  /// Deepest nesting of messages accepted from outside.
  public static let depthMaximum = 32

  /// Unpacks `bytes` into a message that owns its memory.
  ///
  /// - Parameters:
  ///   - memoryLimit: bytes the unpacked form may take; by default ``memoryLimit(forPackedBytes:)``.
  ///   - depthLimit: levels of nested messages, 1...32; larger values are cut to 32.
  /// - Throws: `malformed`, `notUTF8`, `tooDeep`, `memoryLimit`.
  /// - Complexity: two linear passes; one allocation for small messages.
  public static func unpack(
    _ descriptor: Descriptor, _ bytes: UnsafeRawBufferPointer, memoryLimit: Int? = nil, depthLimit: Int = depthMaximum
  ) throws(ProtobufError) -> ProtobufMessage {
    let limit = memoryLimit ?? Self.memoryLimit(forPackedBytes: bytes.count)
    let arena = ProtobufArena(byteLimit: limit, firstChunkBytes: min(limit, 512 + min(bytes.count, 1 << 16) * 4))
    let root = try unsafe arena.unpack(descriptor, bytes, depthLimit: depthLimit)
    return unsafe ProtobufMessage(arena: arena, root: root)
  }

  /// Unpacks an array of bytes; see the other overload.
  public static func unpack(
    _ descriptor: Descriptor, _ bytes: [UInt8], memoryLimit: Int? = nil, depthLimit: Int = depthMaximum
  ) throws(ProtobufError) -> ProtobufMessage {
    let limit = memoryLimit ?? Self.memoryLimit(forPackedBytes: bytes.count)
    let arena = ProtobufArena(byteLimit: limit, firstChunkBytes: min(limit, 512 + min(bytes.count, 1 << 16) * 4))
    let root = try unsafe arena.unpack(descriptor, bytes, depthLimit: depthLimit)
    return unsafe ProtobufMessage(arena: arena, root: root)
  }

  /// Memory granted to the unpacked form of a message of `count` packed bytes: 64 KiB plus sixteen times its size, at most 64 MiB.
  public static func memoryLimit(forPackedBytes count: Int) -> Int {
    min(64 << 20, (64 << 10) + min(max(0, count), 4 << 20) * 16)
  }

  /// The descriptor an initialized message carries, valid for the life of the process. The address of a C constant is not to be had in
  /// Swift, so this is the way to a generated message's descriptor: initialize one and pass its `base`.
  @inlinable
  public static func descriptor(of message: ProtobufCMessage) -> Descriptor { unsafe message.descriptor }

  /// A copy of a `bytes` field.
  @inlinable
  public static func array(_ field: ProtobufCBinaryData) -> [UInt8] {
    guard unsafe field.len > 0, let base = unsafe field.data else { return [] }
    return unsafe [UInt8](UnsafeBufferPointer(start: base, count: field.len))
  }

  /// The number of bytes in a `bytes` field.
  @inlinable
  public static func byteCount(_ field: ProtobufCBinaryData) -> Int { unsafe field.len }

  /// A `bytes` field that points at `bytes`, for a message that is only packed: valid as long as `bytes`.
  @inlinable
  public static func field(viewing bytes: UnsafeRawBufferPointer) -> ProtobufCBinaryData {
    let base = unsafe bytes.bindMemory(to: UInt8.self).baseAddress
    return unsafe ProtobufCBinaryData(len: bytes.count, data: UnsafeMutablePointer(mutating: base))
  }

  /// The size in bytes `message` packs to.
  public static func packedSize(_ message: UnsafePointer<ProtobufCMessage>) -> Int {
    unsafe Int(clamping: protobuf_c_message_get_packed_size(message))
  }

  /// Packs `message` into a fresh array. The message must be well formed: pointers valid, counts right, no NULL in repeated strings.
  public static func pack(_ message: UnsafePointer<ProtobufCMessage>) -> [UInt8] {
    let size = unsafe packedSize(message)
    guard size > 0 else { return [] }
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      guard let base = buffer.baseAddress else { return }
      count = unsafe protobuf_c_message_pack(message, base)
    }
  }

  /// Packs `message` to `destination`, which must hold ``packedSize(_:)`` bytes. Returns the bytes written.
  @discardableResult
  public static func pack(_ message: UnsafePointer<ProtobufCMessage>, to destination: UnsafeMutablePointer<UInt8>) -> Int {
    unsafe protobuf_c_message_pack(message, destination)
  }
}
