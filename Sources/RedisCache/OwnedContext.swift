import CHiredis

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Owns one blocking hiredis context: a connection and its buffers.
@safe struct OwnedContext: ~Copyable {
  private let raw: UnsafeMutablePointer<redisContext>

  /// Connects; ``isBroken`` tells then whether that failed. `nil` when hiredis has no memory. Blocks up to `timeoutMilliseconds`.
  init?(host: String, port: Int, timeoutMilliseconds: Int) {
    guard let made = unsafe redisConnectWithTimeout(host, Int32(clamping: port), Self.time(timeoutMilliseconds)) else { return nil }
    unsafe raw = made
  }

  deinit { unsafe redisFree(raw) }

  /// Whether the connection failed or broke.
  var isBroken: Bool { unsafe raw.pointee.err != 0 }

  /// What hiredis said last.
  var errorText: String {
    unsafe withUnsafeBytes(of: &raw.pointee.errstr) { bytes in
      let text = unsafe bytes.prefix { $0 != 0 }
      return unsafe text.isEmpty ? "unknown error" : String(decoding: text, as: UTF8.self)
    }
  }

  /// Sets the bound of each later read and write.
  func setTimeout(milliseconds: Int) { unsafe redisSetTimeout(raw, Self.time(milliseconds)) }

  /// Appends one command, its arguments joined in `bytes`, to the output buffer; false when hiredis refuses.
  func append(_ bytes: [UInt8], _ lengths: [Int]) -> Bool {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      var pointers: [UnsafePointer<CChar>?] = unsafe []
      unsafe pointers.reserveCapacity(lengths.count)
      var offset = 0
      for length in lengths {
        unsafe pointers.append(buffer.baseAddress.map { unsafe UnsafeRawPointer($0 + offset).assumingMemoryBound(to: CChar.self) })
        offset += length
      }
      return unsafe pointers.withUnsafeMutableBufferPointer { pointers in
        unsafe redisAppendCommandArgv(raw, Int32(pointers.count), pointers.baseAddress, lengths)
      } == REDIS_OK
    }
  }

  /// Writes the whole output buffer; false when the connection breaks or the time is over. Blocks.
  func writeAll() -> Bool {
    var done: Int32 = 0
    while done == 0 {
      guard unsafe redisBufferWrite(raw, &done) == REDIS_OK else { return false }
    }
    return true
  }

  /// Reads some bytes into the input buffer; false when the connection breaks or the time is over. Blocks.
  func readSome() -> Bool { unsafe redisBufferRead(raw) == REDIS_OK }

  /// Bytes in the input buffer that are no whole reply yet.
  var bufferedBytes: Int { unsafe raw.pointee.reader.pointee.len }

  /// The next whole reply of the input buffer; `nil` when more bytes are needed.
  ///
  /// - Throws: ``RedisError`` `answer` for bytes that are no reply.
  func nextReply() throws(RedisError) -> OwnedReply? {
    var reply: UnsafeMutableRawPointer?
    guard unsafe redisGetReplyFromReader(raw, &reply) == REDIS_OK else {
      throw RedisError(.answer, "Redis answered nonsense: \(errorText)")
    }
    return unsafe OwnedReply(adopting: reply)
  }

  private static func time(_ milliseconds: Int) -> timeval {
    let bounded = max(1, min(milliseconds, 3_600_000))
    return timeval(tv_sec: bounded / 1_000, tv_usec: bounded % 1_000 * 1_000)
  }
}
