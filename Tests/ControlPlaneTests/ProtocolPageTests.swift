import BotAPI
import Foundation
import TTRPC
import TestSupport
import Testing

@testable import ControlPlane

/// proto/PROTOCOL.md says what the daemon does: its bytes, its limits, its rights.
@Suite struct ProtocolPageTests {
  private let page: String

  init() throws {
    let path = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/proto/PROTOCOL.md"
    page = try String(contentsOfFile: path, encoding: .utf8)
  }

  /// The bytes of the examples, in order: the columns of two hex digits, up to sixteen in a line.
  private var examples: [[UInt8]] {
    page.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }.map { _, block in
      block.split(separator: "\n").flatMap { line in
        line.components(separatedBy: " ").prefix(16).prefix { $0.count == 2 }.compactMap { UInt8($0, radix: 16) }
      }
    }.filter { !$0.isEmpty }
  }

  /// As the page shows bytes.
  private static func dump(_ bytes: [UInt8]) -> String {
    stride(from: 0, to: bytes.count, by: 16).map { start in
      let line = bytes[start..<min(start + 16, bytes.count)]
      let hex = line.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(separator: " ")
      let text = String(decoding: line.map { $0 >= 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
      return hex.padding(toLength: 51, withPad: " ", startingAt: 0) + text
    }.joined(separator: "\n")
  }

  /// Sends bytes to the daemon's socket as they are and returns the frame that comes back.
  private func answer(_ server: RPCServer, to bytes: [UInt8]) throws -> [UInt8] {
    guard case .unix(let path)? = server.addresses.first(where: { if case .unix = $0 { true } else { false } }) else {
      throw TestFailure("no socket file")
    }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      for (index, byte) in path.utf8.prefix(room.count - 1).enumerated() { unsafe room[index] = byte }
    }
    let connected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard connected == 0 else { throw TestFailure("connect: errno \(errno)") }
    try handle.write(contentsOf: Data(bytes))
    var frame: [UInt8] = []
    while frame.count < 10 || frame.count < 10 + frame[..<4].reduce(0, { $0 << 8 | Int($1) }) {
      let missing = frame.count < 10 ? 10 - frame.count : 10 + frame[..<4].reduce(0) { $0 << 8 | Int($1) } - frame.count
      guard let more = try handle.read(upToCount: missing), !more.isEmpty else { throw TestFailure("the daemon hung up") }
      frame += more
    }
    return frame
  }

  @Test func examplesAreWhatTheDaemonSays() async throws {
    let examples = examples
    try #require(examples.count == 5, "Ping and its answer, GetBot and its answer, a subscription")
    let harness = try await ControlHarness(opensCore: false)
    try harness.commit(Samples.session(count: 200))
    let pong = try answer(harness.server, to: examples[0])
    // The last nine bytes are the time.
    #expect(pong.dropLast(9) == examples[1].dropLast(9), "right is:\n\(Self.dump(pong))")
    let missing = try answer(harness.server, to: examples[2])
    #expect(missing == examples[3], "right is:\n\(Self.dump(missing))")
    let opened = try answer(harness.server, to: examples[4])
    #expect(Array(opened[4..<9]) == [0, 0, 0, 5, 3])
    #expect(try V1.SubscribeTradesResponse.decode(Array(opened[10...])).opened?.lastSequence == 200)
    await harness.stop()
  }

  @Test func requestsOfTheExamplesAreWhatOurClientSends() throws {
    let examples = examples
    try #require(examples.count == 5)
    let get = try V1.GetBotRequest(botID: "x").encode()
    #expect(get == [0x0A, 1, 0x78])
    func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
    #expect(text(examples[2][...]).contains("\(V1.BotService.getBot.service)") && text(examples[2][...]).contains("GetBot"))
    #expect(Array(examples[2].suffix(get.count)) == get)
  }

  @Test func theTableOfRightsIsTheDaemons() throws {
    for role in Role.allCases {
      let methods = MethodAccess.table.filter { $0.value.role == role }.keys.compactMap { $0.split(separator: "/").last }.sorted()
      let row = "| \(role) | " + methods.map { "`\($0)`" }.joined(separator: ", ") + " |"
      #expect(page.contains(row), "not on the page: \(row)")
    }
  }

  @Test func limitsAreTheDaemons() {
    let server = RPCServerConfiguration()
    let limits = ControlPlaneLimits()
    for words in [
      "\(server.connectionsMaximum) connections", "\(server.connectionsKeptForUnix) of them",
      "\(server.connectionsPerPeerMaximum ?? 0) of one",
      "\(server.metadataBytesMaximum >> 10) KiB", "\(server.callsPerConnectionMaximum) unanswered calls",
      "\(server.streamsPerConnectionMaximum) streams", "\(limits.loginAttemptsMaximum) wrong tokens",
      "\(server.connectionQueueBytesMaximum >> 20) MiB of answers", "\(limits.callsPerConnection) unanswered calls",
    ] { #expect(page.contains(words), "not on the page: \(words)") }
  }
}
