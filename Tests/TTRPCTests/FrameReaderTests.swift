import NIOCore
import Testing

@testable import TTRPC

/// A small repeatable generator (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct FrameReaderTests {
  /// What a reader saw, as text.
  private func read(_ pieces: [[UInt8]], limit: Int) -> ([String], Bool) {
    let reader = FrameReader(messageBytesMaximum: limit) { $0 == .request || $0 == .data }
    var seen: [String] = []
    for piece in pieces {
      reader.read(ByteBuffer(bytes: piece)) { event in
        switch event {
        case .frame(let header, let bytes):
          seen.append(unsafe "\(header.streamID) \(header.type.rawValue) \(header.flags.rawValue) \(Array(bytes))")
        case .oversized(let header): seen.append("over \(header.streamID) \(header.length)")
        }
        return true
      }
    }
    return (seen, reader.isInsideFrame)
  }

  @Test(arguments: 1...60)
  func anySlicingGivesTheSameFrames(seed: Int) {
    var random = Seeded(state: UInt64(seed))
    var bytes: [UInt8] = []
    var expected: [String] = []
    for index in 0..<Int.random(in: 1...30, using: &random) {
      let body = (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let type = UInt8.random(in: 1...4, using: &random)
      let frame = RawFrame(UInt32(index), type, UInt8.random(in: 0...7, using: &random), body)
      bytes += frame.bytes
      if body.count > 40 {
        expected.append("over \(index) \(body.count)")
      } else if type == 1 || type == 3 {
        expected.append("\(index) \(type) \(frame.flags) \(body)")
      }
    }
    var pieces: [[UInt8]] = []
    var at = 0
    while at < bytes.count {
      let count = min(bytes.count - at, Int.random(in: 1...50, using: &random))
      pieces.append(Array(bytes[at..<(at + count)]))
      at += count
    }
    #expect(read(pieces, limit: 40) == (expected, false))
    #expect(read([bytes], limit: 40) == (expected, false))
    #expect(read([Array(bytes.dropLast())], limit: 40).0.count <= expected.count)
  }

  @Test func rubbishNeverTraps() {
    var random = Seeded(state: 42)
    for _ in 0..<300 {
      let bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) & (Bool.random(using: &random) ? 0xFF : 0x03) }
      _ = read([bytes, bytes], limit: 1000)
    }
  }
}
