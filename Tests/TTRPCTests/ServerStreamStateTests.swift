import Testing

@testable import TTRPC

@Suite struct ServerStreamStateTests {
  @Test func serverStreamsRequestIsWholeAndItsEndCancels() {
    var state = ServerStreamState(kind: .serverStreaming)
    #expect(state.open(flags: [], payloadBytes: 0) == .messageThenHalfClose)
    #expect(state.receive(flags: [], length: 3) == .ignore)
    #expect(state.receive(flags: [.remoteClosed, .noData], length: 0) == .cancel)
    #expect([state.end(), state.end()] == [true, false])
    #expect(state.receive(flags: [.remoteClosed, .noData], length: 0) == .ignore)
  }

  @Test(arguments: [RPCMethodKind.clientStreaming, .bidirectional])
  func clientsMessagesUntilItsEnd(kind: RPCMethodKind) {
    var state = ServerStreamState(kind: kind)
    #expect(state.open(flags: .remoteOpen, payloadBytes: 0) == .ignore)
    #expect(state.receive(flags: [], length: 0) == .message)
    #expect(state.receive(flags: .noData, length: 0) == .ignore)
    #expect(state.receive(flags: .remoteClosed, length: 2) == .messageThenHalfClose)
    #expect(state.receive(flags: [], length: 2) == .ignore)
    #expect(state.receive(flags: [.remoteClosed, .noData], length: 0) == .ignore)
    #expect([state.receiveEnd()] == [false])
  }

  @Test func openingFrameMayCarryTheFirstMessageAndTheEnd() {
    var both = ServerStreamState(kind: .bidirectional)
    #expect(both.open(flags: .remoteClosed, payloadBytes: 4) == .messageThenHalfClose)
    var first = ServerStreamState(kind: .bidirectional)
    #expect(first.open(flags: [], payloadBytes: 4) == .message)
    #expect([first.receiveEnd(), first.receiveEnd()] == [true, false])
    var end = ServerStreamState(kind: .bidirectional)
    #expect(end.open(flags: [.remoteClosed, .noData], payloadBytes: 0) == .halfClose)
  }
}
