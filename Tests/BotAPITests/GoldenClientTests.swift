import BotAPI
import Foundation
import TTRPC
import TestSupport
import Testing

/// Our client, and the exchanges of `proto/vectors` played by a server that only writes and compares bytes. One after the other: the ping
/// among them has one second.
@Suite(.serialized) struct GoldenClientTests {
  private static let exchanges = ((try? GoldenExchange.all()) ?? []).filter { $0.call != nil }

  @Test func theFilesAreThere() throws {
    #expect(try GoldenExchange.all().count >= 40)
    #expect(Self.exchanges.count >= 30)
  }

  /// The server's side; answers what was wrong with the client's bytes.
  private static func serve(_ exchange: GoldenExchange, on listener: ByteSocket) throws -> String? {
    let socket = try listener.accept()
    for (index, frame) in exchange.exchange.enumerated() {
      if frame.closes == true { return nil }
      guard frame.isClients else {
        // A client that refuses the bytes, or has had enough, may close while they are written.
        let mayClose = exchange.outcome?.failure != nil || exchange.exchange[..<index].contains(where: \.isHalfClose)
        do { try socket.write(frame.bytes) } catch  where mayClose { return nil }
        continue
      }
      let found = try socket.read(frame.bytes.count)
      if found != frame.bytes { return "frame \(index), \(frame.meaning): \(found) instead of \(frame.bytes)" }
    }
    // The client ends first: nothing but its close comes.
    let more = try socket.read(1)
    return more.isEmpty || exchange.outcome?.failure != nil ? nil : "the client sent more than the exchange has"
  }

  /// What the caller gets.
  private struct Result {
    var messages: [[UInt8]] = []
    var error: RPCError?
  }

  private func call(_ exchange: GoldenExchange, _ client: RPCClient) async throws -> Result {
    let call = try #require(exchange.call)
    let method =
      V1.allMethods.map(\.method).first { $0.service == call.service && $0.name == call.method }
      ?? RPCMethod(service: call.service, name: call.method, kind: .unary)
    let requests = exchange.exchange.filter { $0.isClients && ($0.payload != nil || $0.message?.type != "ttrpc") && !$0.isHalfClose }
    let payloads = try requests.map { try Self.payload($0) }
    let timeout = try #require(Int64(call.timeout_nano))
    let limit: Duration? = timeout == 0 ? nil : .nanoseconds(timeout)
    let metadata = call.metadata.map { ($0.key, $0.value) }
    var result = Result()
    do throws(RPCError) {
      switch call.kind {
      case "unary": result.messages.append(try await client.unary(method, payload: payloads[0], timeout: limit, metadata: metadata))
      case "server_stream":
        try await read(client.serverStream(method, payload: payloads[0], timeout: limit, metadata: metadata), exchange, &result)
      default:
        let stream = try client.bidirectional(method, timeout: limit, metadata: metadata)
        for payload in payloads { try stream.send(payload) }
        try await read(stream, exchange, &result)
      }
    } catch {
      result.error = error
    }
    return result
  }

  private func read(_ stream: RPCClientStream, _ exchange: GoldenExchange, _ result: inout Result) async throws(RPCError) {
    let end = exchange.exchange.firstIndex { $0.isHalfClose }
    let messagesBeforeEnd = end.map { exchange.exchange[..<$0].filter { !$0.isClients }.count }
    while let message = try await stream.next() {
      result.messages.append(message)
      guard result.messages.count == messagesBeforeEnd else { continue }
      // The client's side of a server stream is closed from the start: only a cancel says something.
      if exchange.call?.kind == "server_stream" { return stream.cancel() }
      stream.closeSend()
    }
  }

  /// What our codec makes of the message that the frame holds as JSON: that our encoder gives the golden bytes is checked with it.
  private static func payload(_ frame: GoldenExchange.Frame) throws -> [UInt8] {
    let message = try #require(frame.payload ?? frame.message)
    let type = try #require(V1.allMessages.first { $0.typeName == message.type })
    // DATA: the frame's own bytes. REQUEST: they stand at the length that the payload field says, before the timeout.
    let body = Array(frame.bytes.dropFirst(10))
    let bytes = frame.payload == nil ? body : GoldenBytes.field(3, of: body) ?? []
    let value = try type.decode(bytes)
    #expect(message.json.difference(from: try JSONValue(text: value.jsonText())) == nil)
    return try value.encode()
  }

  @Test(arguments: exchanges) func ourClientPlaysIt(_ exchange: GoldenExchange) async throws {
    let directory = try TemporaryDirectory("golden")
    let listener = try ByteSocket.listen(directory.file("s"))
    // On a thread of its own: it blocks, and the client needs those of the tasks.
    let server = Task {
      try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try Self.serve(exchange, on: listener) }) }
      }
    }
    let client = try await RPCClient.connect(to: .unix(path: directory.file("s")))
    let result = try await call(exchange, client)
    await client.close()
    #expect(try await server.value == nil)
    let outcome = try #require(exchange.outcome)
    try check(result, outcome)
  }

  private func check(_ result: Result, _ outcome: GoldenExchange.Outcome) throws {
    var isMalformed = false
    if outcome.failure == "malformed", result.error == nil {
      isMalformed = result.messages.allSatisfy { (try? V1.PingResponse.decode($0)) == nil }
    } else {
      #expect(result.messages.count == outcome.messages.count)
      for (bytes, message) in zip(result.messages, outcome.messages) {
        let type = try #require(V1.allMessages.first { $0.typeName == message.type })
        #expect(message.json.difference(from: try JSONValue(text: type.decode(bytes).jsonText())) == nil)
      }
    }
    switch (outcome.error, outcome.failure) {
    case (nil, nil): #expect(result.error == nil)
    case (let error?, _):
      let found = try #require(result.error)
      #expect(found.code.rawValue == error.code && found.message == error.message)
      #expect(found.info?.reason == error.reason && found.info?.field == error.field)
      #expect((found.info?.lastSequence ?? 0) == error.last_sequence.flatMap { Int64($0) } ?? 0)
      #expect((found.info?.violations ?? []).count == (error.violations ?? []).count)
      for (violation, golden) in zip(found.info?.violations ?? [], error.violations ?? []) {
        #expect(golden.difference(from: try JSONValue(text: violation.jsonText())) == nil)
      }
    case (nil, "message_too_large"?): #expect(result.error?.code == .resourceExhausted)
    case (nil, "connection_lost"?): #expect(result.error?.code == .unavailable)
    case (nil, "not_ttrpc"?): #expect(result.error?.code == .unavailable)
    default: #expect(isMalformed || result.error?.code == .internalError)
    }
  }
}
