internal import NIOCore

/// Bytes of one stream in an ``Outbox``. Guarded by the lock of the outbox's owner.
class OutboxAccount: @unchecked Sendable {
  /// Bytes not yet taken by the kernel.
  var queuedBytes = 0
  /// Of these, bytes in the segment being filled.
  var openSegmentBytes = 0
}

/// Encoded frames of one connection waiting for the socket, in order, with who they belong to.
///
/// Frames are appended by any thread under the owner's lock into one growing buffer; the event loop takes a segment at a time, so all
/// frames produced in one turn leave in one write.
struct Outbox {
  struct Segment {
    var buffer: ByteBuffer
    var shares: [(account: OutboxAccount, bytes: Int)]
  }

  /// A segment is closed when it holds this many bytes.
  static let segmentBytes = 64 << 10
  /// A written buffer up to this capacity is used again.
  private static let retainedBytes = 128 << 10

  private var open = ByteBuffer()
  private var openAccounts: [OutboxAccount] = []
  private var sealed = CircularBuffer<Segment>()
  private var spare: ByteBuffer?
  /// Bytes appended and not yet reported written.
  private(set) var queuedBytes = 0
  /// True while the loop has a segment in the socket's hands.
  private(set) var isWriting = false

  /// True when there is something to write and nobody is writing.
  var canWrite: Bool { !isWriting && (open.readableBytes > 0 || !sealed.isEmpty) }

  /// Appends a frame whose data is `body`.
  mutating func append(_ header: FrameHeader, _ body: UnsafeRawBufferPointer, account: OutboxAccount? = nil) {
    unsafe append(header, bodyBytes: body.count, account: account) { destination in
      if let source = body.baseAddress { unsafe destination.copyMemory(from: source, byteCount: body.count) }
    }
  }

  /// Appends a frame of `bodyBytes` data bytes that `fill` writes.
  mutating func append(_ header: FrameHeader, bodyBytes: Int, account: OutboxAccount?, _ fill: (UnsafeMutableRawPointer) -> Void) {
    let size = FrameHeader.byteCount + bodyBytes
    unsafe open.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { room in
      guard let base = room.baseAddress else { return 0 }
      unsafe header.write(to: base)
      unsafe fill(base + FrameHeader.byteCount)
      return size
    }
    queuedBytes += size
    if let account {
      if account.openSegmentBytes == 0 { openAccounts.append(account) }
      account.openSegmentBytes += size
      account.queuedBytes += size
    }
    if open.readableBytes >= Self.segmentBytes { seal() }
  }

  private mutating func seal() {
    var segment = Segment(buffer: ByteBuffer(), shares: [])
    swap(&segment.buffer, &open)
    for account in openAccounts {
      segment.shares.append((account, account.openSegmentBytes))
      account.openSegmentBytes = 0
    }
    openAccounts.removeAll(keepingCapacity: true)
    sealed.append(segment)
    if let buffer = spare {
      open = buffer
      spare = nil
    }
  }

  /// Takes the next segment to write; the outbox counts as writing until ``written(_:)``.
  mutating func take() -> Segment? {
    guard !isWriting else { return nil }
    if sealed.isEmpty {
      guard open.readableBytes > 0 else { return nil }
      seal()
    }
    isWriting = true
    return sealed.removeFirst()
  }

  /// Reports that the kernel took all of `segment`.
  mutating func written(_ segment: inout Segment, bytes: Int) {
    isWriting = false
    queuedBytes -= bytes
    for share in segment.shares { share.account.queuedBytes -= share.bytes }
    if segment.buffer.capacity <= Self.retainedBytes, spare == nil {
      var buffer = ByteBuffer()
      swap(&buffer, &segment.buffer)
      buffer.clear()
      if open.capacity == 0 { open = buffer } else { spare = buffer }
    }
  }

  /// Drops everything.
  mutating func removeAll() {
    self = Outbox()
  }
}
