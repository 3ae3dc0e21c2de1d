import BotAPI
import Foundation
import TTRPC
import TestSupport
import Testing

/// The control plane behind its real server, and the exchanges of `proto/vectors` played by a client that only writes and compares bytes.
@Suite struct GoldenServerTests {
  private static let exchanges = ((try? GoldenExchange.all()) ?? []).filter { $0.daemon != nil }

  @Test func theFilesAreThere() { #expect(Self.exchanges.count >= 15) }

  @Test(arguments: exchanges) func botdAnswersIt(_ exchange: GoldenExchange) async throws {
    let daemon = try #require(exchange.daemon)
    let harness = try await ControlHarness(opensCore: false)
    if daemon.journal == "session" { try harness.commit(Samples.session(count: 16)) }
    let path = harness.directory.file("run/botd.sock")
    let difference = try await Task.detached { try Self.play(exchange, path, daemon.ignoring) }.value
    #expect(difference == nil)
    await harness.stop()
  }

  /// The client's side; answers where the daemon's bytes differ.
  private static func play(_ exchange: GoldenExchange, _ path: String, _ ignoring: [String]) throws -> String? {
    let socket = try ByteSocket.connect(path)
    for frame in exchange.exchange {
      guard !frame.isClients else {
        try socket.write(frame.bytes)
        continue
      }
      let found = try socket.frame()
      if found == frame.bytes { continue }
      if let found = try difference(found, frame, ignoring) { return "\(frame.meaning): \(found)" }
    }
    return nil
  }

  private static func difference(_ found: [UInt8], _ frame: GoldenExchange.Frame, _ ignoring: [String]) throws -> String? {
    let header = "header \(found.prefix(10)), golden \(frame.bytes.prefix(10))"
    guard !ignoring.isEmpty, found[4..<10] == frame.bytes[4..<10], let message = frame.payload ?? frame.message,
      let type = V1.allMessages.first(where: { $0.typeName == message.type })
    else { return "\(header), \(String(decoding: found.dropFirst(10), as: UTF8.self))" }
    let body = Array(found.dropFirst(10))
    let bytes = frame.payload == nil ? body : GoldenBytes.field(2, of: body) ?? []
    return message.json.difference(from: try JSONValue(text: type.decode(bytes).jsonText()), ignoring: ignoring)
  }
}
