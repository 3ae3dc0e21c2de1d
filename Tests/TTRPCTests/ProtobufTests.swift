import CTTRPCProto
import ProtobufC
import Testing

@Suite struct ProtobufTests {
  private func descriptor() -> ProtobufC.Descriptor {
    var message = unsafe Botd__Ttrpc__V1__Request()
    unsafe botd__ttrpc__v1__request__init(&message)
    return unsafe ProtobufC.descriptor(of: message.base)
  }
  private func responseDescriptor() -> ProtobufC.Descriptor {
    var message = unsafe Botd__Ttrpc__V1__Response()
    unsafe botd__ttrpc__v1__response__init(&message)
    return unsafe ProtobufC.descriptor(of: message.base)
  }

  @Test func packIsTheInverseOfUnpack() throws {
    let bytes = Wire.request("Echo", payload: [1, 2, 3], timeout: -5, metadata: [(Array("k".utf8), Array("é".utf8))])
    let message = try unsafe ProtobufC.unpack(descriptor(), bytes)
    let again = unsafe message.withMessage(as: Botd__Ttrpc__V1__Request.self) { request in
      unsafe #expect(String(cString: request.pointee.method) == "Echo")
      unsafe #expect(request.pointee.timeout_nano == -5)
      return unsafe ProtobufC.pack(UnsafePointer(UnsafeMutableRawPointer(request).assumingMemoryBound(to: ProtobufCMessage.self)))
    }
    #expect(again == bytes)
  }

  @Test func textIsCheckedAsTheStandardLibraryChecksIt() {
    var random = Seeded(state: 7)
    var valid = 0
    for _ in 0..<20_000 {
      let scalars = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        UnicodeScalar(UInt32.random(in: 1...0x10FFFF, using: &random)) ?? "a"
      }
      var bytes = Array(String(String.UnicodeScalarView(scalars)).utf8)
      if Bool.random(using: &random), !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      let expected = String(validating: bytes, as: UTF8.self) != nil && !bytes.contains(0)
      if expected { valid += 1 }
      let accepted = unsafe (try? ProtobufC.unpack(descriptor(), Wire.field(1, bytes))) != nil
      #expect(accepted == expected, "\(bytes)")
    }
    #expect(valid > 5000 && valid < 20_000)
  }

  @Test func everyPairOfBytesAfterALeadByteIsCheckedTheSame() {
    for first in UInt8(0xC0)...0xFF {
      for second in stride(from: UInt8(0x70), through: 0xD0, by: 1) {
        for tail in [[], [0x80], [0x80, 0x80], [0xBF, 0xBF, 0x41]] as [[UInt8]] {
          let bytes = [first, second] + tail
          let accepted = unsafe (try? ProtobufC.unpack(descriptor(), Wire.field(2, bytes))) != nil
          #expect(accepted == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
        }
      }
    }
  }

  @Test func nestingIsBounded() throws {
    let detail = Wire.field(3, Wire.field(1, Array("t".utf8)))
    let bytes = Wire.field(1, [8, 5] + detail)
    _ = try unsafe ProtobufC.unpack(responseDescriptor(), bytes, depthLimit: 3)
    #expect(refusal { _ = try ProtobufC.unpack(responseDescriptor(), bytes, depthLimit: 2) } == .tooDeep)
  }

  @Test func memoryIsBounded() {
    let many = [UInt8]((0..<100_000).flatMap { _ in [0x2A, 0x00] as [UInt8] })
    #expect(refusal { _ = try ProtobufC.unpack(descriptor(), many, memoryLimit: 1 << 20) } == .memoryLimit)
    #expect(refusal { _ = try ProtobufC.unpack(descriptor(), many, memoryLimit: 64 << 20) } == nil)
    #expect(
      refusal { _ = try ProtobufC.unpack(descriptor(), Wire.field(3, [UInt8](repeating: 0, count: 5000)), memoryLimit: 4000) }
        == .memoryLimit)
  }

  @Test func arenaIsReusableAfterEveryOutcome() throws {
    let arena = ProtobufArena(byteLimit: 10_000, firstChunkBytes: 256)
    let good = Wire.request("Echo", payload: [UInt8](repeating: 1, count: 3000))
    for _ in 0..<50 {
      let message = try unsafe arena.unpack(descriptor(), good)
      let request = unsafe UnsafeMutableRawPointer(message).assumingMemoryBound(to: Botd__Ttrpc__V1__Request.self)
      let count = unsafe ProtobufC.byteCount(request.pointee.payload)
      #expect(count == 3000)
      arena.reset()
      #expect(refusal { _ = try arena.unpack(descriptor(), [UInt8](repeating: 0xFF, count: 9)) } == .malformed)
      #expect(refusal { _ = try arena.unpack(descriptor(), Wire.field(3, [UInt8](repeating: 1, count: 20_000))) } == .memoryLimit)
      arena.reset()
      #expect(arena.allocatedBytes == 0)
    }
  }

  @Test func randomBytesNeverTrap() {
    var random = Seeded(state: 99)
    let seed = Wire.request("Echo", payload: [1, 2, 3], timeout: 5, metadata: [(Array("k".utf8), Array("v".utf8))])
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if let message = try? unsafe ProtobufC.unpack(descriptor(), bytes) { #expect(message.allocatedBytes > 0) }
    }
  }

  private func refusal(_ body: () throws -> Void) -> ProtobufError.Code? {
    do {
      try body()
      return nil
    } catch { return (error as? ProtobufError)?.code }
  }
}
