import CZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The one file in a zip (APPNOTE.TXT 6.3.3), stored or deflated, found by the directory at the zip's end. Its checksum is held against what was
/// read.
@safe final class ZipSource: ByteSource {
  static let magic: [UInt8] = [0x50, 0x4B, 3, 4]

  private let packed: UnsafeMutablePointer<UInt8>
  private let packedCount: Int
  private let checksum: UInt32
  private let size: UInt32
  /// `nil` when the file is stored as it is. On the heap: zlib remembers where it is.
  private let stream: UnsafeMutablePointer<z_stream>?
  private var position = 0
  private var produced: UInt32 = 0
  private var found: UInt32 = 0
  private var isAtEnd = false

  init(_ bytes: [UInt8]) throws(SourceProblem) {
    let entry = try Entry(bytes)
    packedCount = entry.range.count
    (checksum, size) = (entry.checksum, entry.size)
    let packed = UnsafeMutablePointer<UInt8>.allocate(capacity: max(entry.range.count, 1))
    unsafe self.packed = packed
    unsafe bytes.withUnsafeBufferPointer { all in
      if let base = all.baseAddress { unsafe memcpy(packed, base + entry.range.lowerBound, entry.range.count) }
    }
    guard entry.isDeflated else {
      unsafe stream = nil
      return
    }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    unsafe self.stream = stream
    unsafe stream.pointee.next_in = packed
    unsafe stream.pointee.avail_in = UInt32(entry.range.count)
    // Minus: the data have no header of zlib's own.
    guard unsafe inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw SourceProblem("there is not enough memory to inflate it")
    }
  }

  deinit {
    if let stream = unsafe stream {
      unsafe inflateEnd(stream)
      unsafe stream.deallocate()
    }
    unsafe packed.deallocate()
  }

  var isPlain: Bool { unsafe stream == nil }

  var fraction: Double {
    guard packedCount > 0 else { return 1 }
    let done = unsafe stream.map { unsafe packedCount - Int($0.pointee.avail_in) } ?? position
    return Double(done) / Double(packedCount)
  }

  func close() { isAtEnd = true }

  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(SourceProblem) -> Int {
    guard !isAtEnd, let target = buffer.baseAddress, !buffer.isEmpty else { return 0 }
    let count = try unsafe stream == nil ? stored(target, buffer.count) : inflated(target, buffer.count)
    unsafe found = UInt32(truncatingIfNeeded: crc32(uLong(found), target, UInt32(count)))
    produced = produced &+ UInt32(truncatingIfNeeded: count)
    if count == 0 {
      isAtEnd = true
      guard found == checksum, produced == size else {
        throw SourceProblem("damaged zip data (incorrect checksum): fetch the file again")
      }
    }
    return count
  }

  private func stored(_ target: UnsafeMutablePointer<UInt8>, _ room: Int) -> Int {
    let count = min(room, packedCount - position)
    unsafe memcpy(target, packed + position, count)
    position += count
    return count
  }

  private func inflated(_ target: UnsafeMutablePointer<UInt8>, _ room: Int) throws(SourceProblem) -> Int {
    guard let stream = unsafe stream else { return 0 }
    let room = UInt32(min(room, 1 << 30))
    unsafe stream.pointee.next_out = unsafe target
    unsafe stream.pointee.avail_out = room
    let code = unsafe inflate(stream, Z_NO_FLUSH)
    let count = unsafe Int(room - stream.pointee.avail_out)
    guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR && count > 0 else {
      throw SourceProblem(code == Z_BUF_ERROR ? "the zip data end too early" : "damaged zip data")
    }
    return count
  }

  /// Where the file in a zip lies.
  struct Entry {
    let range: Range<Int>
    let isDeflated: Bool
    let checksum: UInt32
    let size: UInt32

    init(_ bytes: [UInt8]) throws(SourceProblem) {
      func number(_ at: Int, _ count: Int) -> Int? {
        guard at >= 0, at <= bytes.count - count else { return nil }
        return bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) }
      }
      // The end record stands last; a comment of up to 65,535 bytes may follow it.
      let earliest = max(bytes.count - 22 - 65_535, 0)
      guard bytes.count >= 22,
        let end = stride(from: bytes.count - 22, through: earliest, by: -1).first(where: { number($0, 4) == 0x0605_4B50 }),
        let files = number(end + 10, 2), let directory = number(end + 16, 4)
      else { throw SourceProblem("the zip data end too early") }
      guard files == 1 else {
        throw SourceProblem("holds \(files) files; a zip of candles has one. Unpack it, and name each file with an option of its own")
      }
      guard number(directory, 4) == 0x0201_4B50, let flags = number(directory + 8, 2), let method = number(directory + 10, 2),
        let checksum = number(directory + 16, 4), let packed = number(directory + 20, 4), let size = number(directory + 24, 4),
        let local = number(directory + 42, 4), number(local, 4) == 0x0403_4B50, let name = number(local + 26, 2),
        let extra = number(local + 28, 2), local + 30 + name + extra + packed <= bytes.count
      else { throw SourceProblem("damaged zip data") }
      guard flags & 1 == 0, method == 0 || method == 8 else {
        throw SourceProblem("is a zip that is encrypted, or packed by another method than deflate: unpack it first")
      }
      let start = local + 30 + name + extra
      range = start..<start + packed
      isDeflated = method == 8
      self.checksum = UInt32(truncatingIfNeeded: checksum)
      self.size = UInt32(truncatingIfNeeded: size)
    }
  }
}
