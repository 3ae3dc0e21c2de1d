import NIOCore
import NIOWebSocket

/// Reads frames in place from what the socket delivered, joins fragments, answers pings and closes.
final class WebSocketHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = WebSocketFrame

  private let connection: WebSocketConnection
  private let messageSizeMaximum: Int
  private let parser: WebSocketFrameParser
  /// The beginning of a frame whose rest has not arrived.
  private var partial: ByteBuffer?
  private var fragments: [UInt8] = []
  private var isInMessage = false
  private var isClosing = false

  init(connection: WebSocketConnection, messageSizeMaximum: Int) {
    self.connection = connection
    self.messageSizeMaximum = messageSizeMaximum
    parser = WebSocketFrameParser(frameSizeMaximum: messageSizeMaximum)
  }

  func handlerAdded(context: ChannelHandlerContext) { connection.opened(context.channel) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isClosing else { return }
    var buffer = unwrapInboundIn(data)
    if var earlier = partial {
      partial = nil
      earlier.writeBuffer(&buffer)
      buffer = earlier
    }
    let used = unsafe buffer.withUnsafeReadableBytes { bytes -> Int in
      guard let base = unsafe bytes.bindMemory(to: UInt8.self).baseAddress else { return 0 }
      return unsafe consume(base, bytes.count, context)
    }
    guard !isClosing, used < buffer.readableBytes else { return }
    buffer.moveReaderIndex(forwardBy: used)
    buffer.discardReadBytes()
    partial = buffer
  }

  private func consume(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ context: ChannelHandlerContext) -> Int {
    var offset = 0
    while offset < count, !isClosing {
      switch unsafe parser.next(bytes + offset, count: count - offset) {
      case .needsMore: return offset
      case .violation(let code, let reason):
        violate(code, reason, context)
        return offset
      case .frame(let frame):
        let payload = unsafe UnsafeBufferPointer(start: bytes + (offset + frame.headerSize), count: frame.payloadSize)
        offset += frame.size
        if frame.isFinal, frame.opcode == .text || frame.opcode == .binary, !isInMessage {
          unsafe connection.received(payload)
        } else {
          unsafe other(frame, payload, context)
        }
      }
    }
    return offset
  }

  private func other(_ frame: WebSocketFrameParser.Frame, _ payload: UnsafeBufferPointer<UInt8>, _ context: ChannelHandlerContext) {
    switch frame.opcode {
    case .ping:
      let data = unsafe context.channel.allocator.buffer(bytes: payload)
      context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: data)), promise: nil)
    case .pong: break
    case .close: unsafe closedByPeer(payload, context)
    case .text, .binary:
      guard !isInMessage else { return violate(1_002, "a new message inside a fragmented one", context) }
      isInMessage = true
      fragments.removeAll(keepingCapacity: true)
      unsafe fragments.append(contentsOf: payload)
    case .continuation:
      guard isInMessage else { return violate(1_002, "a continuation without a beginning", context) }
      guard fragments.count + payload.count <= messageSizeMaximum else { return violate(1_009, "message too large", context) }
      unsafe fragments.append(contentsOf: payload)
      guard frame.isFinal else { return }
      isInMessage = false
      unsafe fragments.withUnsafeBufferPointer { unsafe connection.received($0) }
    }
  }

  private func closedByPeer(_ payload: UnsafeBufferPointer<UInt8>, _ context: ChannelHandlerContext) {
    isClosing = true
    var data = context.channel.allocator.buffer(capacity: 2)
    var text = "closed by the server"
    if payload.count >= 2 {
      let code = unsafe UInt16(payload[0]) << 8 | UInt16(payload[1])
      data.writeInteger(code)
      text += " with code \(code)"
      if payload.count > 2 { text += unsafe ": \(String(decoding: payload.dropFirst(2), as: UTF8.self))" }
    }
    let channel = context.channel
    let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: data)
    let connection = connection
    let reason = text
    context.writeAndFlush(wrapOutboundOut(frame)).whenComplete { _ in
      connection.fail(reason)
      channel.close(promise: nil)
    }
  }

  private func violate(_ code: UInt16, _ reason: String, _ context: ChannelHandlerContext) {
    isClosing = true
    connection.close(code: code, reason: "WebSocket violation by the server: \(reason)")
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    connection.drained()
    context.fireChannelReadComplete()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    connection.fail(String(String(describing: error).prefix(200)))
    context.close(promise: nil)
  }
}
