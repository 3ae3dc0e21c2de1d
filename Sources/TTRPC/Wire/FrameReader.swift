internal import NIOCore

/// Cuts a byte stream into frames, without copying when a frame lies whole in what was read.
///
/// The announced length is never trusted: nothing is reserved for it, only bytes that have arrived are kept, and the data of a frame over
/// the limit (or of a type nobody wants) is thrown away as it arrives.
final class FrameReader {
  @safe enum Event {
    /// A whole frame; the bytes are valid during the call only.
    case frame(FrameHeader, UnsafeRawBufferPointer)
    /// The header of a frame over the limit; its data is being discarded.
    case oversized(FrameHeader)
  }

  private let messageBytesMaximum: Int
  private let wanted: (FrameType) -> Bool
  private var partial: ByteBuffer
  private var discarding: UInt64 = 0

  init(messageBytesMaximum: Int, wanted: @escaping (FrameType) -> Bool) {
    self.messageBytesMaximum = messageBytesMaximum
    self.wanted = wanted
    self.partial = ByteBuffer()
  }

  /// Bytes of memory kept for the incomplete frame: what its buffer has room for, not only what has arrived.
  var heldBytes: Int { partial.capacity }

  /// True while the last frame is incomplete.
  var isInsideFrame: Bool { discarding > 0 || partial.readableBytes > 0 }

  /// Frees what is kept. For a connection that ends.
  func discard() {
    partial = ByteBuffer()
    discarding = 0
  }

  /// Feeds what was read. `sink` returns false to stop (the connection is going away); the rest is then dropped.
  func read(_ input: ByteBuffer, _ sink: (Event) -> Bool) {
    if partial.readableBytes == 0 {
      let consumed = unsafe input.withUnsafeReadableBytes { unsafe parse($0, sink) }
      guard let consumed, consumed < input.readableBytes else { return }
      keep(input.getSlice(at: input.readerIndex + consumed, length: input.readableBytes - consumed), input)
      return
    }
    var input = input
    partial.writeBuffer(&input)
    var whole = ByteBuffer()
    swap(&whole, &partial)
    let consumed = unsafe whole.withUnsafeReadableBytes { unsafe parse($0, sink) }
    guard let consumed else { return }
    swap(&whole, &partial)
    partial.moveReaderIndex(forwardBy: consumed)
    if partial.readableBytes == 0 {
      if partial.capacity > 1 << 16 { partial = ByteBuffer() } else { partial.clear() }
    } else if consumed > 0 {
      partial.discardReadBytes()
    }
  }

  private func keep(_ rest: ByteBuffer?, _ input: ByteBuffer) {
    guard let rest else { return }
    partial.clear()
    unsafe rest.withUnsafeReadableBytes { _ = unsafe partial.writeBytes($0) }
  }

  /// Parses whole frames; returns the bytes consumed, or nil when told to stop.
  private func parse(_ bytes: UnsafeRawBufferPointer, _ sink: (Event) -> Bool) -> Int? {
    var at = 0
    while true {
      if discarding > 0 {
        let count = Int(min(discarding, UInt64(bytes.count - at)))
        discarding -= UInt64(count)
        at += count
        if discarding > 0 { return at }
      }
      guard bytes.count - at >= FrameHeader.byteCount else { return at }
      let header = unsafe FrameHeader(bytes, at: at)
      let length = Int(header.length)
      if length > messageBytesMaximum {
        at += FrameHeader.byteCount
        discarding = UInt64(header.length)
        guard sink(.oversized(header)) else { return nil }
        continue
      }
      if !wanted(header.type) {
        at += FrameHeader.byteCount
        discarding = UInt64(header.length)
        continue
      }
      guard bytes.count - at - FrameHeader.byteCount >= length else { return at }
      let start = at + FrameHeader.byteCount
      at = start + length
      guard unsafe sink(.frame(header, UnsafeRawBufferPointer(rebasing: bytes[start..<at]))) else { return nil }
    }
  }
}
