import Testing

@testable import TTRPC

@Suite struct ClientBufferTests {
  @Test(arguments: 1...20)
  func bufferIsAQueue(seed: Int) {
    var random = Seeded(state: UInt64(seed))
    let call = ClientCall(method: TestServer.method("List", .serverStreaming), sink: .buffer, deadline: nil)
    var twin: [[UInt8]] = []
    for step in 0..<8000 {
      if Int.random(in: 0...9, using: &random) < (step < 5000 ? 6 : 3) {
        let message = [UInt8](repeating: UInt8(step & 255), count: step % 7)
        call.append(message)
        twin.append(message)
      } else if Int.random(in: 0...3000, using: &random) == 0 {
        #expect(call.popAll() == twin)
        twin = []
      } else {
        #expect(call.popFirst() == twin.first)
        if !twin.isEmpty { twin.removeFirst() }
      }
      if call.messageCount != twin.count { #expect(call.messageCount == twin.count) }
    }
    #expect(call.bufferedBytes == twin.reduce(0) { $0 + $1.count })
    #expect(call.popAll() == twin)
  }
}
