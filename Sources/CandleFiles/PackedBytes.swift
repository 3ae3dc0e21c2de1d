import CZlib

/// Packs bytes as files: gzip with a comment in its head, zip with one file in it. The same bytes give the same file.
public enum PackedBytes {
  /// A gzip file (RFC 1952) with `comment` in its head, where readers of gzip pass over it; `nil` when there is not enough memory.
  ///
  /// - Parameter comment: Latin letters and signs without a zero byte.
  public static func gzip(_ content: [UInt8], comment: String) -> [UInt8]? {
    guard let packed = deflated(content) else { return nil }
    // No time and no name, so that the same candles give the same file; the system is unknown.
    var file: [UInt8] = [0x1F, 0x8B, 8, comment.isEmpty ? 0 : commentFlag, 0, 0, 0, 0, 0, 255]
    if !comment.isEmpty { file += comment.utf8.filter { $0 != 0 } + [0] }
    file += packed
    file.append(checksum(content), 4)
    file.append(UInt32(truncatingIfNeeded: content.count), 4)
    return file
  }

  private static let commentFlag: UInt8 = 0x10
  /// Bytes of a file within which its comment must end.
  static let commentReach = 4_096

  /// The comment in the head of a gzip file; `nil` when there is none.
  public static func comment(ofGzip head: [UInt8]) -> String? {
    guard head.count > 10, head[0] == 0x1F, head[1] == 0x8B, head[2] == 8, head[3] == commentFlag else { return nil }
    let text = head[10...].prefix(commentReach).prefix { $0 != 0 }
    guard text.endIndex < head.count else { return nil }
    return String(decoding: text, as: UTF8.self)
  }

  /// A zip archive (APPNOTE.TXT 6.3.3) of one deflated file, dated 1980-01-01; `nil` when there is not enough memory.
  ///
  /// - Parameters:
  ///   - content: less than 4 GiB.
  ///   - name: the file's name inside, ASCII.
  public static func zip(_ content: [UInt8], name: String) -> [UInt8]? {
    guard let packed = deflated(content) else { return nil }
    let nameBytes = Array(name.utf8)
    var common: [UInt8] = []
    common.append(20, 2)  // version needed: 2.0
    common.append(0, 2)  // flags
    common.append(8, 2)  // method: deflated
    common.append(0, 2)  // time 00:00
    common.append(0x21, 2)  // date 1980-01-01
    common.append(checksum(content), 4)
    common.append(UInt32(truncatingIfNeeded: packed.count), 4)
    common.append(UInt32(truncatingIfNeeded: content.count), 4)
    common.append(UInt32(truncatingIfNeeded: nameBytes.count), 2)
    common.append(0, 2)  // no extra field
    var zip: [UInt8] = []
    zip.append(0x0403_4B50, 4)
    zip += common + nameBytes + packed
    let directory = zip.count
    zip.append(0x0201_4B50, 4)
    zip.append(20, 2)  // made by
    zip += common
    for _ in 0..<3 { zip.append(0, 2) }  // no comment, first disk, internal attributes
    zip.append(0, 4)  // external attributes
    zip.append(0, 4)  // where the file begins
    zip += nameBytes
    let directorySize = zip.count - directory
    zip.append(0x0605_4B50, 4)
    zip.append(0, 4)
    zip.append(1, 2)
    zip.append(1, 2)
    zip.append(UInt32(truncatingIfNeeded: directorySize), 4)
    zip.append(UInt32(truncatingIfNeeded: directory), 4)
    zip.append(0, 2)
    return zip
  }

  /// The checksum of zip and gzip (ISO 3309).
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe UInt32(truncatingIfNeeded: crc32_z(0, buffer.baseAddress, buffer.count))
    }
  }

  /// Deflated data (RFC 1951) without a head of zlib's own.
  private static func deflated(_ content: [UInt8]) -> [UInt8]? {
    guard content.count < 1 << 31 else { return nil }
    // On the heap: zlib remembers where it is.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    defer { unsafe stream.deallocate() }
    guard
      unsafe deflateInit2_(stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        == Z_OK
    else { return nil }
    defer { unsafe deflateEnd(stream) }
    var content = content
    var packed = [UInt8](repeating: 0, count: unsafe Int(deflateBound(stream, uLong(content.count))))
    let count = unsafe content.withUnsafeMutableBufferPointer { from in
      unsafe packed.withUnsafeMutableBufferPointer { to -> Int? in
        unsafe stream.pointee.next_in = from.baseAddress
        unsafe stream.pointee.avail_in = UInt32(from.count)
        unsafe stream.pointee.next_out = to.baseAddress
        unsafe stream.pointee.avail_out = UInt32(to.count)
        guard unsafe deflate(stream, Z_FINISH) == Z_STREAM_END else { return nil }
        return unsafe to.count - Int(stream.pointee.avail_out)
      }
    }
    guard let count else { return nil }
    packed.removeLast(packed.count - count)
    return packed
  }
}

extension [UInt8] {
  /// Appends the lowest bytes of a number, the lowest first.
  fileprivate mutating func append(_ value: UInt32, _ bytes: Int) {
    for index in 0..<bytes { append(UInt8(truncatingIfNeeded: value >> UInt32(index * 8))) }
  }
}
