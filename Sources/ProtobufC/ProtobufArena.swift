public import CProtobufC

/// Memory for protobuf-c messages: allocation is a pointer bump, freeing is one step for everything, growth is bounded by a quota.
///
/// Use it in both directions: ``unpack(_:_:depthLimit:)`` places a received message in it; ``make(_:)``, ``string(_:)``, ``bytes(_:)`` and
/// ``array(of:count:)`` build a message to pack. ``reset()`` makes it empty again and keeps the first chunk, so a connection that reuses
/// one arena allocates nothing per message. Pointers from an arena are valid until `reset()` or its end. Not thread-safe.
@safe public struct ProtobufArena: ~Copyable {
  @safe private struct Chunk {
    var next: UnsafeMutablePointer<Chunk>?
  }

  @safe private struct Storage {
    var allocator: ProtobufCAllocator
    var cursor: UnsafeMutableRawPointer
    var remaining: Int
    var used: Int
    var limit: Int
    var nextChunkBytes: Int
    var extra: UnsafeMutablePointer<Chunk>?
    let first: UnsafeMutableRawPointer
    let firstBytes: Int
    var isExhausted: Bool
  }

  private static var alignment: Int { 16 }
  private let storage: UnsafeMutablePointer<Storage>

  /// - Parameters:
  ///   - byteLimit: the most bytes handed out between two resets.
  ///   - firstChunkBytes: kept for the life of the arena, 256 bytes at least.
  public init(byteLimit: Int = 16 << 20, firstChunkBytes: Int = 4096) {
    let firstBytes = min(max(256, firstChunkBytes), 1 << 20)
    let first = UnsafeMutableRawPointer.allocate(byteCount: firstBytes, alignment: Self.alignment)
    unsafe storage = .allocate(capacity: 1)
    let allocator = unsafe ProtobufCAllocator(
      alloc: { data, size in unsafe ProtobufArena.allocate(from: data, size) },
      free: { _, _ in },
      allocator_data: unsafe UnsafeMutableRawPointer(storage))
    unsafe storage.initialize(
      to: Storage(
        allocator: allocator, cursor: first, remaining: firstBytes, used: 0, limit: max(0, byteLimit), nextChunkBytes: firstBytes * 2,
        extra: nil, first: first, firstBytes: firstBytes, isExhausted: false))
  }

  deinit {
    unsafe Self.releaseExtra(storage)
    unsafe storage.pointee.first.deallocate()
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  /// Bytes handed out since the last reset.
  public var allocatedBytes: Int { unsafe storage.pointee.used }

  /// Forgets everything in the arena and returns all memory but the first chunk.
  public func reset() {
    unsafe Self.releaseExtra(storage)
    unsafe storage.pointee.cursor = storage.pointee.first
    unsafe storage.pointee.remaining = storage.pointee.firstBytes
    unsafe storage.pointee.nextChunkBytes = storage.pointee.firstBytes * 2
    unsafe storage.pointee.used = 0
    unsafe storage.pointee.isExhausted = false
  }

  /// Unpacks a message into the arena, after checking its nesting and its strings.
  ///
  /// - Throws: `malformed`, `notUTF8`, `tooDeep`, `memoryLimit`.
  public func unpack(
    _ descriptor: ProtobufC.Descriptor, _ bytes: UnsafeRawBufferPointer, depthLimit: Int = ProtobufC.depthMaximum
  ) throws(ProtobufError) -> UnsafeMutablePointer<ProtobufCMessage> {
    try unsafe Self.unpack(storage, descriptor, bytes, depthLimit: depthLimit)
  }

  /// Unpacks an array of bytes; see the other overload.
  public func unpack(
    _ descriptor: ProtobufC.Descriptor, _ bytes: [UInt8], depthLimit: Int = ProtobufC.depthMaximum
  ) throws(ProtobufError) -> UnsafeMutablePointer<ProtobufCMessage> {
    let storage = unsafe storage
    let outcome = unsafe bytes.withUnsafeBytes { raw -> Result<UnsafeMutablePointer<ProtobufCMessage>, ProtobufError> in
      do throws(ProtobufError) {
        return unsafe .success(try Self.unpack(storage, descriptor, raw, depthLimit: depthLimit))
      } catch {
        return unsafe .failure(error)
      }
    }
    return try unsafe outcome.get()
  }

  private static func unpack(
    _ storage: UnsafeMutablePointer<Storage>, _ descriptor: ProtobufC.Descriptor, _ bytes: UnsafeRawBufferPointer, depthLimit: Int
  ) throws(ProtobufError) -> UnsafeMutablePointer<ProtobufCMessage> {
    try unsafe WireCheck.check(descriptor, bytes, depthLimit: min(max(1, depthLimit), ProtobufC.depthMaximum))
    unsafe storage.pointee.isExhausted = false
    let base = unsafe bytes.bindMemory(to: UInt8.self).baseAddress
    if let message = unsafe protobuf_c_message_unpack(descriptor, &storage.pointee.allocator, bytes.count, base) {
      return unsafe message
    }
    if unsafe storage.pointee.isExhausted {
      throw ProtobufError(.memoryLimit, unsafe "the message needs more than \(storage.pointee.limit) bytes of memory")
    }
    throw ProtobufError(.malformed, unsafe "the bytes are not a \(String(cString: descriptor.pointee.name))")
  }

  /// Raw memory, aligned to 16 bytes, not initialized; nil beyond the quota.
  public func allocate(byteCount: Int) -> UnsafeMutableRawPointer? {
    unsafe byteCount < 0 ? nil : Self.allocate(from: UnsafeMutableRawPointer(storage), byteCount)
  }

  /// Zeroed room for one C struct. Call its generated `…__init` next.
  public func make<Struct: BitwiseCopyable>(_ type: Struct.Type) throws(ProtobufError) -> UnsafeMutablePointer<Struct> {
    try unsafe array(of: type, count: 1)
  }

  /// Zeroed room for `count` values, for instance the pointer array of a repeated field.
  public func array<Element: BitwiseCopyable>(
    of type: Element.Type, count: Int
  ) throws(ProtobufError) -> UnsafeMutablePointer<Element> {
    let (size, overflow) = MemoryLayout<Element>.stride.multipliedReportingOverflow(by: max(0, count))
    guard !overflow, let raw = unsafe allocate(byteCount: max(1, size)) else { throw Self.exhausted }
    unsafe raw.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    return unsafe raw.bindMemory(to: type, capacity: max(1, count))
  }

  /// A NUL-terminated copy of `text`. A NUL inside becomes U+FFFD, because C would end the string there.
  public func string(_ text: String) throws(ProtobufError) -> UnsafeMutablePointer<CChar> {
    var text = text
    if text.utf8.contains(0) {
      text = String(text.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : Character($0) })
    }
    let count = text.utf8.count
    guard let raw = unsafe allocate(byteCount: count + 1) else { throw Self.exhausted }
    text.withUTF8 { source in
      if let base = source.baseAddress { unsafe raw.copyMemory(from: base, byteCount: count) }
    }
    unsafe raw.storeBytes(of: 0, toByteOffset: count, as: UInt8.self)
    return unsafe raw.bindMemory(to: CChar.self, capacity: count + 1)
  }

  /// A copy of `bytes` as a C `bytes` field.
  public func bytes(_ bytes: [UInt8]) throws(ProtobufError) -> ProtobufCBinaryData {
    guard !bytes.isEmpty else { return unsafe ProtobufCBinaryData(len: 0, data: nil) }
    guard let raw = unsafe allocate(byteCount: bytes.count) else { throw Self.exhausted }
    unsafe bytes.withUnsafeBytes { source in
      if let base = source.baseAddress { unsafe raw.copyMemory(from: base, byteCount: source.count) }
    }
    return unsafe ProtobufCBinaryData(len: bytes.count, data: raw.bindMemory(to: UInt8.self, capacity: bytes.count))
  }

  private static var exhausted: ProtobufError { ProtobufError(.memoryLimit, "the message is larger than its memory quota") }

  private static func allocate(from data: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    guard let storage = unsafe data?.assumingMemoryBound(to: Storage.self) else { return nil }
    guard size >= 0, unsafe size <= storage.pointee.limit - storage.pointee.used else {
      unsafe storage.pointee.isExhausted = true
      return nil
    }
    // The limit is far below Int.max, so rounding cannot overflow.
    let rounded = max(alignment, (size + alignment - 1) & ~(alignment - 1))
    unsafe storage.pointee.used += min(rounded, storage.pointee.limit - storage.pointee.used)
    if unsafe rounded > storage.pointee.remaining { unsafe addChunk(storage, atLeast: rounded) }
    let result = unsafe storage.pointee.cursor
    unsafe storage.pointee.cursor = result + rounded
    unsafe storage.pointee.remaining -= rounded
    return unsafe result
  }

  private static func addChunk(_ storage: UnsafeMutablePointer<Storage>, atLeast size: Int) {
    let capacity = unsafe max(size, storage.pointee.nextChunkBytes)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: capacity + alignment, alignment: alignment)
    let chunk = unsafe raw.bindMemory(to: Chunk.self, capacity: 1)
    unsafe chunk.initialize(to: Chunk(next: storage.pointee.extra))
    unsafe storage.pointee.extra = chunk
    unsafe storage.pointee.cursor = raw + alignment
    unsafe storage.pointee.remaining = capacity
    unsafe storage.pointee.nextChunkBytes = min(capacity * 2, 256 << 10)
  }

  private static func releaseExtra(_ storage: UnsafeMutablePointer<Storage>) {
    while let chunk = unsafe storage.pointee.extra {
      unsafe storage.pointee.extra = chunk.pointee.next
      unsafe UnsafeMutableRawPointer(chunk).deallocate()
    }
  }
}
