import CHiredis
import ServiceRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Owner of one blocking hiredis context. Commands are pipelined: append many, then read as many answers.
/// Arguments go by length, so no content can change a command's meaning.
struct RedisConnection: ~Copyable {
  /// Answers may not be larger than this; ours are a few bytes.
  static let answerBytesMaximum = 1 << 20
  static let answerElementsMaximum = 4_096

  private let context: UnsafeMutablePointer<redisContext>
  /// Answers that are due.
  private(set) var outstanding = 0

  init(_ configuration: RedisConfiguration) throws(RedisError) {
    guard
      let context = redisConnectWithTimeout(
        configuration.host, Int32(clamping: configuration.port), Self.time(configuration.connectMilliseconds))
    else { throw RedisError(.connection, "cannot connect to Redis: out of memory") }
    guard context.pointee.err == 0 else {
      let text = Self.errorText(context)
      redisFree(context)
      throw RedisError(.connection, "cannot connect to Redis at \(configuration.host):\(configuration.port): \(text)")
    }
    redisSetTimeout(context, Self.time(configuration.commandMilliseconds))
    self.context = context
  }

  deinit { redisFree(context) }

  /// Appends a command to the pipeline's buffer.
  mutating func append(_ arguments: [String]) throws(RedisError) {
    var bytes: [UInt8] = []
    var lengths: [Int] = []
    bytes.reserveCapacity(arguments.count * 24)
    lengths.reserveCapacity(arguments.count)
    for argument in arguments {
      bytes.append(contentsOf: argument.utf8)
      lengths.append(argument.utf8.count)
    }
    try append(bytes, lengths)
  }

  /// `AUTH`: the secret's bytes are only lent.
  mutating func authenticate(username: String?, password: Secret) throws(RedisError) {
    var bytes = Array("AUTH".utf8)
    var lengths = [4]
    if let username {
      bytes.append(contentsOf: username.utf8)
      lengths.append(username.utf8.count)
    }
    password.withUnsafeBytes { bytes.append(contentsOf: $0) }
    lengths.append(password.count)
    defer { bytes.withUnsafeMutableBytes { if let base = $0.baseAddress { explicit_bzero(base, $0.count) } } }
    try append(bytes, lengths)
  }

  private mutating func append(_ bytes: [UInt8], _ lengths: [Int]) throws(RedisError) {
    let code = bytes.withUnsafeBufferPointer { buffer -> Int32 in
      var pointers: [UnsafePointer<CChar>?] = []
      pointers.reserveCapacity(lengths.count)
      var offset = 0
      for length in lengths {
        pointers.append(buffer.baseAddress.map { UnsafeRawPointer($0 + offset).assumingMemoryBound(to: CChar.self) })
        offset += length
      }
      return pointers.withUnsafeMutableBufferPointer { pointers in
        lengths.withUnsafeBufferPointer { redisAppendCommandArgv(context, Int32(pointers.count), pointers.baseAddress, $0.baseAddress) }
      }
    }
    guard code == REDIS_OK else { throw RedisError(.connection, "cannot write to Redis: \(Self.errorText(context))") }
    outstanding += 1
  }

  /// Sends what is buffered and reads every outstanding answer; answers the texts of those that are errors.
  mutating func exchange() throws(RedisError) -> [String] {
    var errors: [String] = []
    var done: Int32 = 0
    while done == 0 {
      guard redisBufferWrite(context, &done) == REDIS_OK else {
        throw RedisError(.connection, "cannot write to Redis: \(Self.errorText(context))")
      }
    }
    while outstanding > 0 {
      let reply = try readReply()
      defer { freeReplyObject(reply) }
      outstanding -= 1
      Self.collectErrors(reply, into: &errors, depth: 0)
    }
    return errors
  }

  /// Sends one command and answers its integer.
  mutating func integer(_ arguments: [String]) throws(RedisError) -> Int64 {
    _ = try exchange()
    try append(arguments)
    var done: Int32 = 0
    while done == 0 {
      guard redisBufferWrite(context, &done) == REDIS_OK else {
        throw RedisError(.connection, "cannot write to Redis: \(Self.errorText(context))")
      }
    }
    let reply = try readReply()
    defer { freeReplyObject(reply) }
    outstanding -= 1
    var errors: [String] = []
    Self.collectErrors(reply, into: &errors, depth: 0)
    if let error = errors.first { throw RedisError(.refused, error) }
    guard reply.pointee.type == REDIS_REPLY_INTEGER else { throw RedisError(.answer, "Redis answered \(arguments[0]) with no number") }
    return reply.pointee.integer
  }

  private mutating func readReply() throws(RedisError) -> UnsafeMutablePointer<redisReply> {
    while true {
      var reply: UnsafeMutableRawPointer?
      guard redisGetReplyFromReader(context, &reply) == REDIS_OK else {
        throw RedisError(.answer, "Redis answered nonsense: \(Self.errorText(context))")
      }
      if let reply { return reply.assumingMemoryBound(to: redisReply.self) }
      guard context.pointee.reader.pointee.len <= Self.answerBytesMaximum else {
        throw RedisError(.answer, "Redis answered more than \(Self.answerBytesMaximum) bytes")
      }
      guard redisBufferRead(context) == REDIS_OK else {
        throw RedisError(.connection, "Redis does not answer: \(Self.errorText(context))")
      }
    }
  }

  private static func collectErrors(_ reply: UnsafeMutablePointer<redisReply>, into errors: inout [String], depth: Int) {
    switch reply.pointee.type {
    case REDIS_REPLY_ERROR:
      let length = min(Int(reply.pointee.len), 200)
      guard let text = reply.pointee.str, errors.count < 16 else { return }
      errors.append(String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self))
    case REDIS_REPLY_ARRAY where depth < 4:
      for index in 0..<min(Int(reply.pointee.elements), answerElementsMaximum) {
        if let element = reply.pointee.element?[index] { collectErrors(element, into: &errors, depth: depth + 1) }
      }
    default: return
    }
  }

  private static func time(_ milliseconds: Int) -> timeval {
    let bounded = max(1, min(milliseconds, 3_600_000))
    return timeval(tv_sec: bounded / 1_000, tv_usec: bounded % 1_000 * 1_000)
  }

  private static func errorText(_ context: UnsafeMutablePointer<redisContext>) -> String {
    withUnsafeBytes(of: &context.pointee.errstr) { bytes in
      let text = bytes.prefix { $0 != 0 }
      return text.isEmpty ? "unknown error" : String(decoding: text, as: UTF8.self)
    }
  }
}
