import Foundation
import ServiceRuntime
import Synchronization
import TestSupport
import Testing

@testable import Notify

/// Questions from Telegram, at a real local server.
@Suite struct DeskTests {
  /// The messages that wait for `getUpdates`.
  final class Chat: Sendable {
    private let state = Mutex<(next: Int, updates: [(Int, String)])>((1, []))

    func say(_ text: String, chat: Int = 42, user: Int = 7, ageSeconds: Int = 0) {
      state.withLock { state in
        let date = Int(Date().timeIntervalSince1970) - ageSeconds
        let message = "{\"chat\":{\"id\":\(chat)},\"from\":{\"id\":\(user)},\"date\":\(date),\"text\":\"\(text)\"}"
        state.updates.append((state.next, "{\"update_id\":\(state.next),\"message\":\(message)}"))
        state.next += 1
      }
    }

    /// Updates from an offset on; what is before it is forgotten.
    func updates(_ body: String) -> String {
      let offset = body.firstMatch(of: /"offset":(\d+)/).flatMap { Int($0.output.1) } ?? 0
      return state.withLock { state in
        state.updates.removeAll { $0.0 < offset }
        return state.updates.map(\.1).joined(separator: ",")
      }
    }
  }

  final class Count: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    func increment() { number.withLock { $0 += 1 } }
  }

  @Test func onlyAllowedChatsAreAnsweredAndStoppingNeedsAConfirmation() async throws {
    let directory = try TemporaryDirectory("desk")
    let server = try WebServer()
    let chat = Chat()
    server.answers { request in
      guard request.path.hasSuffix("/getUpdates") else { return .status(200, [], "{\"ok\":true,\"result\":{}}") }
      let updates = chat.updates(request.body)
      // A short wait instead of Telegram's long one.
      if updates.isEmpty { _ = poll(nil, 0, 50) }
      return .status(200, [], "{\"ok\":true,\"result\":[\(updates)]}")
    }
    let token = try Sample.secret(directory, "token", "1:A")
    let settings = try Sample.settings(
      "[channel phone]\ntype = telegram\nurl = \(server.url)\ntoken-file = \(token)\nchat = 42\n[rule all]\nkind = trade\nto = phone\n"
        + "[telegram-commands]\nchannel = phone\nchats = 42, 43\ncommands = status, stop_all\naccess-file = \(token)\n")
    let environment = try SenderEnvironment(authorityFile: nil)
    let remarks = CourierTests.Remarks()
    let courier = try Courier(settings, memory: directory.file("memory"), environment: environment, remark: { _ in })
    let desk = try #require(Desk(settings, environment, courier: courier))
    let stopped = Count()
    let task = Task {
      await desk.run(
        answer: { question in
          if question.command == .stopAll, question.isConfirmed { stopped.increment() }
          return question.command == .stopAll ? (question.isConfirmed ? "stopped" : "would stop 2 bots") : "all is well"
        }, remark: { remarks.add($0) })
    }
    defer { task.cancel() }
    try await Self.ask(chat, server, remarks, courier, stopped: { stopped.value })
  }

  private static func ask(
    _ chat: Chat, _ server: WebServer, _ remarks: CourierTests.Remarks, _ courier: Courier, stopped: () -> Int
  ) async throws {
    func answers(_ count: Int) async -> [String] { await server.waits(for: count) { $0.path.hasSuffix("/sendMessage") }.map(\.body) }

    chat.say("/status", chat: 666)
    chat.say("/status@my_bot")
    #expect(await answers(1).last?.contains("all is well") == true)
    #expect(server.all.allSatisfy { !$0.body.contains("666") }, "strangers get no answer")
    #expect(remarks.text.contains("chat 666 is not allowed"))
    chat.say("/profit")
    #expect(await answers(2).last?.contains("There are /status, /stop_all.") == true, "what is not allowed is not there")
    chat.say("/status", ageSeconds: 600)
    #expect(await answers(3).last?.contains("was not done") == true)

    chat.say("/stop_all")
    let asked = try #require(await answers(4).last)
    let code = try #require(asked.firstMatch(of: /\/stop_all (\d{6})/)).output.1
    #expect(asked.contains("would stop 2 bots") && stopped() == 0)
    chat.say("/stop_all \(code)", chat: 43)
    #expect(await answers(5).last?.contains("Nothing was done") == true, "another chat's number is none")
    chat.say("/stop_all \(code)")
    #expect(await answers(6).last?.contains("stopped") == true && stopped() == 1)
    chat.say("/stop_all \(code)")
    #expect(await answers(7).last?.contains("Nothing was done") == true && stopped() == 1, "it counts once")
    #expect(courier.deskOffset == 9)
  }
}
