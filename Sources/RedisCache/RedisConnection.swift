import ServiceRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One blocking connection. Commands are pipelined: append many, then read as many replies.
/// Arguments go by length, so no content can change a command's meaning.
struct RedisConnection: ~Copyable {
  /// Replies may not be larger than this; ours are a few bytes.
  static let answerBytesMaximum = 1 << 20
  static let answerElementsMaximum = 4_096

  private let context: OwnedContext
  /// Replies that are due.
  private(set) var outstanding = 0

  init(_ configuration: RedisConfiguration) throws(RedisError) {
    let connected = OwnedContext(
      host: configuration.host, port: configuration.port, timeoutMilliseconds: configuration.connectMilliseconds)
    guard let context = connected else { throw RedisError(.connection, "cannot connect to Redis: out of memory") }
    guard !context.isBroken else {
      throw RedisError(.connection, "cannot connect to Redis at \(configuration.host):\(configuration.port): \(context.errorText)")
    }
    context.setTimeout(milliseconds: configuration.commandMilliseconds)
    self.context = context
  }

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
    unsafe password.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    lengths.append(password.count)
    defer { unsafe bytes.withUnsafeMutableBytes { if let base = $0.baseAddress { unsafe explicit_bzero(base, $0.count) } } }
    try append(bytes, lengths)
  }

  private mutating func append(_ bytes: [UInt8], _ lengths: [Int]) throws(RedisError) {
    guard context.append(bytes, lengths) else { throw RedisError(.connection, "cannot write to Redis: \(context.errorText)") }
    outstanding += 1
  }

  /// Sends what is buffered and reads every outstanding reply; the texts of those that are errors.
  mutating func exchange() throws(RedisError) -> [String] {
    var errors: [String] = []
    try writeAll()
    while outstanding > 0 {
      let reply = try readReply()
      outstanding -= 1
      reply.appendErrors(to: &errors)
    }
    return errors
  }

  /// Sends one command; the integer of its reply.
  mutating func integer(_ arguments: [String]) throws(RedisError) -> Int64 {
    _ = try exchange()
    try append(arguments)
    try writeAll()
    let reply = try readReply()
    outstanding -= 1
    var errors: [String] = []
    reply.appendErrors(to: &errors)
    if let error = errors.first { throw RedisError(.refused, error) }
    guard let integer = reply.integer else { throw RedisError(.answer, "Redis answered \(arguments[0]) with no number") }
    return integer
  }

  private func writeAll() throws(RedisError) {
    guard context.writeAll() else { throw RedisError(.connection, "cannot write to Redis: \(context.errorText)") }
  }

  private func readReply() throws(RedisError) -> OwnedReply {
    while true {
      if let reply = try context.nextReply() { return reply }
      guard context.bufferedBytes <= Self.answerBytesMaximum else {
        throw RedisError(.answer, "Redis answered more than \(Self.answerBytesMaximum) bytes")
      }
      guard context.readSome() else { throw RedisError(.connection, "Redis does not answer: \(context.errorText)") }
    }
  }
}
