import CHiredis

/// Owns one hiredis reply with all it contains.
@safe struct OwnedReply: ~Copyable {
  private let raw: UnsafeMutablePointer<redisReply>

  /// Takes over `reply`; `nil` when there is none.
  init?(adopting reply: UnsafeMutableRawPointer?) {
    guard let reply = unsafe reply else { return nil }
    unsafe raw = reply.assumingMemoryBound(to: redisReply.self)
  }

  deinit { unsafe freeReplyObject(raw) }

  /// The number, `nil` when the reply is none.
  var integer: Int64? { unsafe raw.pointee.type == REDIS_REPLY_INTEGER ? raw.pointee.integer : nil }

  /// Appends the texts of the errors in the reply, at most 16 and 200 bytes each.
  func appendErrors(to errors: inout [String]) { unsafe Self.appendErrors(of: raw, to: &errors, depth: 0) }

  private static func appendErrors(of reply: UnsafeMutablePointer<redisReply>, to errors: inout [String], depth: Int) {
    switch unsafe reply.pointee.type {
    case REDIS_REPLY_ERROR:
      let length = unsafe min(Int(reply.pointee.len), 200)
      guard let text = unsafe reply.pointee.str, errors.count < 16 else { return }
      unsafe errors.append(String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self))
    case REDIS_REPLY_ARRAY where depth < 4:
      for index in unsafe 0..<min(Int(reply.pointee.elements), RedisConnection.answerElementsMaximum) {
        if let element = unsafe reply.pointee.element?[index] { unsafe appendErrors(of: element, to: &errors, depth: depth + 1) }
      }
    default: return
    }
  }
}
