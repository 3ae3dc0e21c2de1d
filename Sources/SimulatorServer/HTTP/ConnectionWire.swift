#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import NIOCore
import NIOSSL

/// The bytes of one connection, between the socket (or TLS) and HTTP or WebSocket: keeps requests as they came, for the truth, and does to
/// the bytes what faults ask for. Lives on its channel's event loop.
final class ConnectionWire: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  /// Bytes of one HTTP request that are kept; of a longer one the beginning.
  static let requestBytesMaximum = HTTPRequestHandler.bodyBytesMaximum + (1 << 17)

  /// What keeps bytes from going through.
  enum Hole: Hashable { case silent, toServer, toClient, both }

  /// From 1, in the order in which connections were opened.
  let number: Int64
  /// `rest` until it becomes `stream` or `webSocketAPI`.
  var kind = "rest"
  /// Requests so far.
  private(set) var requests: Int64 = 0
  /// The WebSocket's session, once there is one.
  weak var session: (any WebSocketSession)?
  private var context: ChannelHandlerContext?
  /// Bytes of requests that were not taken yet; only while this is HTTP.
  private var captured: [UInt8] = []
  private var capturesRequests = true
  private var capturedIsCut = false
  private var holes: [(fault: Int64, hole: Hole)] = []
  /// Inbound bytes were thrown away, so what follows makes no sense.
  private var hasLostInput = false
  private var outputLeft: Int?
  private var resetsAtEnd = false
  var onEnd: () -> Void = {}

  init(number: Int64) { self.number = number }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { gone() }

  func channelInactive(context: ChannelHandlerContext) {
    gone()
    context.fireChannelInactive()
  }

  private func gone() {
    guard context != nil else { return }
    context = nil
    captured = []
    onEnd()
  }

  // MARK: Requests

  func countRequest() -> Int64 {
    requests += 1
    return requests
  }

  /// The bytes of the request that was read last, as they came.
  func takeRequest() -> (bytes: [UInt8], isCut: Bool) {
    defer { capturedIsCut = false }
    guard !capturedIsCut, let length = HTTPMessageLength.first(of: captured), length < captured.count else {
      let bytes = captured
      let isCut = capturedIsCut
      captured = []
      return (bytes, isCut)
    }
    let bytes = Array(captured[..<length])
    captured.removeFirst(length)
    return (bytes, false)
  }

  /// From here on this is no HTTP.
  func stopCapturing() {
    capturesRequests = false
    captured = []
  }

  // MARK: Holes

  var isSilent: Bool { holes.contains { $0.hole == .silent } }
  /// The other side's pongs may be lost, so nobody may judge by them.
  var isHoled: Bool { !holes.isEmpty && holes.contains { $0.hole != .silent } }
  private var losesInput: Bool { !holes.isEmpty && holes.contains { $0.hole == .both || $0.hole == .toServer } }
  private var losesOutput: Bool { !holes.isEmpty && holes.contains { $0.hole == .both || $0.hole == .toClient } }

  func dig(_ hole: Hole, fault: Int64) { holes.append((fault, hole)) }

  /// Takes a fault's hole away. What was lost stays lost; a connection that lost what it should have read is broken.
  func heal(fault: Int64?) {
    guard !holes.isEmpty else { return }
    holes.removeAll { fault == nil || $0.fault == fault }
    if hasLostInput, !losesInput { end(resets: true) }
  }

  // MARK: Ends

  /// After so many more bytes to the other side the connection ends.
  func endAfter(bytes: Int, resets: Bool) {
    resetsAtEnd = resets
    guard bytes > 0 else {
      end(resets: resets)
      return
    }
    outputLeft = bytes
  }

  /// Ends the connection now if ``endAfter(bytes:resets:)`` asked for it and the answer was shorter.
  func answerIsWritten() {
    guard outputLeft != nil else { return }
    end(resets: resetsAtEnd)
  }

  /// Ends the connection without a word: by FIN, or by RST.
  func end(resets: Bool) {
    guard let context else { return }
    outputLeft = 0
    if resets { _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)) }
    // TLS would say goodbye first.
    if let tls = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
      tls.close(promise: nil)
    } else {
      context.close(promise: nil)
    }
  }

  // MARK: Bytes

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if losesInput {
      hasLostInput = true
      return
    }
    if capturesRequests {
      let buffer = unwrapInboundIn(data)
      let room = Self.requestBytesMaximum - captured.count
      if buffer.readableBytes > room { capturedIsCut = true }
      captured.append(contentsOf: buffer.readableBytesView.prefix(room))
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard outputLeft != nil || !holes.isEmpty else {
      context.write(data, promise: promise)
      return
    }
    guard !losesOutput, outputLeft != 0 else {
      promise?.succeed()
      return
    }
    guard let left = outputLeft, case .byteBuffer(var buffer) = unwrapOutboundIn(data), buffer.readableBytes >= left else {
      if let left = outputLeft, case .byteBuffer(let buffer) = unwrapOutboundIn(data) { outputLeft = left - buffer.readableBytes }
      context.write(data, promise: promise)
      return
    }
    outputLeft = 0
    let resets = resetsAtEnd
    guard let part = buffer.readSlice(length: left) else { return }
    // A reset throws away what still waits in the socket: it comes once the bytes have left this process.
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.end(resets: resets) }
    context.writeAndFlush(wrapOutboundOut(.byteBuffer(part)), promise: written)
    promise?.succeed()
  }
}

/// Where the first HTTP request in some bytes ends.
enum HTTPMessageLength {
  /// Bytes of the first request; `nil` when it is not complete.
  static func first(of bytes: [UInt8]) -> Int? {
    guard let head = find(Array("\r\n\r\n".utf8), in: bytes, from: 0) else { return nil }
    var bodyLength = 0
    for line in String(decoding: bytes[..<head], as: UTF8.self).split(separator: "\r\n").dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let value = parts[1].trimmingPrefix(while: { $0 == " " || $0 == "\t" })
      switch parts[0].lowercased() {
      case "transfer-encoding" where value.lowercased().contains("chunked"): return chunked(bytes, from: head + 4)
      case "content-length": bodyLength = Int(value.prefix { $0.isASCII && $0.isNumber }) ?? 0
      default: continue
      }
    }
    let end = (head + 4).addingReportingOverflow(bodyLength)
    return end.overflow || end.partialValue > bytes.count ? nil : end.partialValue
  }

  private static func chunked(_ bytes: [UInt8], from start: Int) -> Int? {
    var at = start
    while let lineEnd = find([13, 10], in: bytes, from: at) {
      let digits = String(decoding: bytes[at..<lineEnd], as: UTF8.self).prefix { $0.isHexDigit }
      guard let size = Int(digits, radix: 16) else { return nil }
      if size == 0 {
        // Trailers end with an empty line.
        if bytes[lineEnd...].starts(with: [13, 10, 13, 10]) { return lineEnd + 4 }
        return find(Array("\r\n\r\n".utf8), in: bytes, from: lineEnd).map { $0 + 4 }
      }
      let next = (lineEnd + 4).addingReportingOverflow(size)
      guard !next.overflow, next.partialValue <= bytes.count else { return nil }
      at = next.partialValue
    }
    return nil
  }

  private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= pattern.count, start <= bytes.count - pattern.count else { return nil }
    return (start...(bytes.count - pattern.count)).first { bytes[$0] == pattern[0] && bytes[$0...].starts(with: pattern) }
  }
}
