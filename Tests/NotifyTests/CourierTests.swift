import Foundation
import ServiceRuntime
import Signing
import Synchronization
import TestSupport
import Testing
import Time

@testable import Notify

/// Messages over real sockets, with what servers do on bad days.
@Suite struct CourierTests {
  /// What was said to the person who runs it.
  final class Remarks: Sendable {
    private let lines = Mutex<[String]>([])
    var text: String { lines.withLock { $0.joined(separator: "\n") } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  /// A courier that runs while `body` does.
  static func running(
    _ settings: NotifySettings, memory: String, _ remarks: Remarks = Remarks(),
    _ body: (Courier) async throws -> Void
  ) async throws {
    let environment = try SenderEnvironment(authorityFile: settings.authorityFile)
    let courier = try Courier(settings, memory: memory, environment: environment, remark: { remarks.add($0) })
    let task = Task { await courier.run() }
    defer { task.cancel() }
    try await body(courier)
    task.cancel()
    await task.value
  }

  static func begin(_ courier: Courier) {
    courier.opened(journalID: "journal1", after: 0, now: WallClock.now())
    courier.caughtUp(now: WallClock.now())
  }

  static func take(_ courier: Courier, _ range: ClosedRange<Int64>) {
    for sequence in range { courier.take(Sample.fill(sequence, at: WallClock.now()), isRecorded: true, now: WallClock.now()) }
  }

  static func rules(_ channel: String) -> String { "\(channel)\n[rule all]\nkind = trade, alert\nto = c\ngroup = 100ms\n" }

  @Test func aWebhookIsSignedAndTheBookmarkDurable() async throws {
    let directory = try TemporaryDirectory("courier")
    let server = try WebServer()
    let key = try Sample.secret(directory, "key", "0123456789abcdef")
    let settings = try Sample.settings(Self.rules("[channel c]\ntype = webhook\nurl = \(server.url)/hook?key=HIDDEN\nsecret-file = \(key)"))
    let memory = directory.file("memory")
    try await Self.running(settings, memory: memory) { courier in
      Self.begin(courier)
      Self.take(courier, 1...3)
      let request = try #require(await server.waits(for: 1).first)
      let stamp = try #require(request.headers["x-botd-timestamp"])
      let code = HMACSHA256.hex("\(stamp).\(request.body)", secret: Secret("0123456789abcdef"))
      #expect(request.headers["x-botd-signature"] == "v1=\(code)")
      #expect(request.body.contains("\"id\":\"\(try #require(request.headers["x-botd-id"]))\""))
      #expect(await soon { NotifyMemory.read(memory)?.lanes["c"]?.done == 3 })
    }
    let mode = try #require(try FileManager.default.attributesOfItem(atPath: memory)[.posixPermissions] as? Int)
    #expect(mode == 0o600)
    // The next run tells what is new only.
    try await Self.running(settings, memory: memory) { courier in
      #expect(courier.start.after == 3 && courier.start.journalID == "journal1")
      Self.begin(courier)
      Self.take(courier, 1...4)
      let second = try #require(await server.waits(for: 2).last)
      #expect(second.body.contains("\"count\":1") && second.body.contains("fill 4"))
    }
  }

  @Test(arguments: ["500", "429", "reset", "silence"])
  func whatAServerDoesOnABadDayLosesNothing(_ day: String) async throws {
    let directory = try TemporaryDirectory("courier")
    let server = try WebServer()
    server.answers { _ in
      switch day {
      case "500": .status(500, [], "")
      case "429": .status(429, ["Retry-After: 1"], "")
      case "reset": .reset
      default: .silence
      }
    }
    let settings = try Sample.settings(Self.rules("[channel c]\ntype = ntfy\nurl = \(server.url)/topic-HIDDEN"))
    let remarks = Remarks()
    try await Self.running(settings, memory: directory.file("memory"), remarks) { courier in
      Self.begin(courier)
      Self.take(courier, 1...1)
      _ = await server.waits(for: 2)
      Self.take(courier, 2...60)
      let before = server.all.count
      #expect(before < 6, "it tries again in no hurry")
      server.answers { _ in .status(200, [], "") }
      // The first once more, and one message of the rest; of a refusal it is certain that nothing arrived, so one of all.
      let told = await server.waits(for: before + (day == "429" ? 1 : 2)).dropFirst(before)
      #expect(await soon { courier.start.after == 60 })
      let ids = Set(server.all.compactMap { $0.headers["x-botd-id"] })
      #expect(await soon { remarks.text.contains("c: works again") })
      if day == "429" {
        #expect(told.first?.body.contains("60 trade buy") == true)
      } else {
        #expect(ids.count == 2 && told.last?.body.contains("59 trade buy") == true, "\(told)")
        #expect(told.first?.headers["title"]?.hasPrefix("(perhaps again)") == true)
      }
    }
    #expect(remarks.text.contains("c: not delivered") && remarks.text.contains("c: works again") && !remarks.text.contains("HIDDEN"))
    #expect(remarks.text.split(separator: "\n").count < 6)
  }

  @Test func aServerThatIsAwayIsToldAllInOneMessage() async throws {
    let directory = try TemporaryDirectory("courier")
    let first = try WebServer()
    let port = first.port
    first.stop()
    let settings = try Sample.settings(Self.rules("[channel c]\ntype = webhook\nurl = http://127.0.0.1:\(port)/"))
    let remarks = Remarks()
    try await Self.running(settings, memory: directory.file("memory"), remarks) { courier in
      Self.begin(courier)
      Self.take(courier, 1...5)
      #expect(await soon { remarks.text.contains("not delivered") })
      Self.take(courier, 6...100)
      let second = try WebServer(port: port)
      let told = await second.waits(for: 1)
      #expect(await soon { courier.start.after == 100 })
      #expect(told.count == 1 && told[0].body.contains("\"count\":100") && told[0].body.contains("\"is_summary\":true"), "\(told)")
      second.stop()
    }
  }

  @Test func oneChannelThatFailsHoldsUpNoOther() async throws {
    let directory = try TemporaryDirectory("courier")
    let server = try WebServer()
    server.answers { $0.path == "/bad" ? .status(500, [], "") : .status(200, [], "") }
    let settings = try Sample.settings(
      "[channel bad]\ntype = webhook\nurl = \(server.url)/bad\n[channel good]\ntype = webhook\nurl = \(server.url)/good\n"
        + "[rule all]\nkind = trade\nto = bad, good\ngroup = 100ms\n")
    let memory = directory.file("memory")
    try await Self.running(settings, memory: memory) { courier in
      Self.begin(courier)
      Self.take(courier, 1...2)
      #expect(await server.waits(for: 1) { $0.path == "/good" }.count == 1)
      #expect(await soon { NotifyMemory.read(memory)?.lanes["good"]?.done == 2 })
      // The stream begins again where the slower one is.
      #expect(NotifyMemory.read(memory)?.lanes["bad"]?.done == 0)
    }
  }

  @Test func telegramTakesAnyCharacterAndTheWaitThatItNames() async throws {
    let directory = try TemporaryDirectory("courier")
    let server = try WebServer()
    let token = try Sample.secret(directory, "token", "123:HIDDEN")
    let count = DeskTests.Count()
    server.answers { _ in
      count.increment()
      let body =
        "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests for bot123:HIDDEN\",\"parameters\":{\"retry_after\":2}}"
      return count.value == 1 ? .status(429, [], body) : .status(200, [], "{\"ok\":true,\"result\":{}}")
    }
    let settings = try Sample.settings(Self.rules("[channel c]\ntype = telegram\nurl = \(server.url)\ntoken-file = \(token)\nchat = -7"))
    let remarks = Remarks()
    try await Self.running(settings, memory: directory.file("memory"), remarks) { courier in
      Self.begin(courier)
      var happening = Sample.alert(1, .critical, at: WallClock.now())
      happening.what = "_*[]()~`>#+-=|{}.!<b>&\\ \u{1F4A5}"
      courier.take(happening, isRecorded: true, now: WallClock.now())
      let began = MonotonicClock.nanoseconds()
      let request = try #require(await server.waits(for: 2).last)
      #expect(MonotonicClock.nanoseconds() - began > 1_900_000_000)
      #expect(request.path == "/bot123:HIDDEN/sendMessage" && !request.body.contains("parse_mode"))
      #expect(request.body.contains("_*[]()~`>#+-=|{}.!<b>&\\\\ \u{1F4A5}"))
    }
    #expect(remarks.text.contains("HTTP 429: Too Many Requests for bot***") && !remarks.text.contains("HIDDEN"))
  }

  @Test func aProgramGetsJSONAndIsKilledWhenItHangs() async throws {
    let directory = try TemporaryDirectory("courier")
    // As botctl does.
    ProcessSignals.ignoreWriteSignals()
    let out = directory.file("out")
    let settings = try Sample.settings(Self.rules("[channel c]\ntype = exec\ncommand = /usr/bin/tee -a \(out)"))
    try await Self.running(settings, memory: directory.file("memory")) { courier in
      Self.begin(courier)
      Self.take(courier, 1...2)
      #expect(await soon { (try? String(contentsOfFile: out, encoding: .utf8))?.contains("\"count\":2") == true })
    }
    let message = Message(id: "x", level: .info, title: "t", lines: [], count: 1)
    func failure(_ words: String...) async -> String {
      do throws(DeliveryFailure) {
        try await ExecSender(words: words, timeout: 300_000_000).send(message)
        return ""
      } catch { return error.message }
    }
    #expect(await failure("/bin/true") == "")
    #expect(await failure("/bin/false") == "/bin/false ended with exit code 1")
    #expect(await failure("/bin/sleep", "60").contains("took longer than 300 ms"))
    #expect(await failure("/nonexistent").contains("cannot be started"))
    #expect(await failure("/bin/sh", "-c", "kill -9 $$").contains("signal 9"))
  }

  @Test func theMemoryBelongsToOneAtATime() throws {
    let directory = try TemporaryDirectory("courier")
    let settings = try Sample.settings(Self.rules("[channel c]\ntype = exec\ncommand = /bin/cat"))
    let environment = try SenderEnvironment(authorityFile: nil)
    let path = directory.file("memory")
    let first = try Courier(settings, memory: path, environment: environment, remark: { _ in })
    #expect(throws: NotifySettingsError.self) { try Courier(settings, memory: path, environment: environment, remark: { _ in }) }
    _ = first
    try "{".write(toFile: directory.file("broken"), atomically: true, encoding: .utf8)
    do {
      _ = try Courier(settings, memory: directory.file("broken"), environment: environment, remark: { _ in })
      Issue.record("a damaged memory was taken")
    } catch { #expect("\(error)".contains("--from SEQUENCE")) }
  }

  @Test func anotherJournalIsFollowedFromItsBeginning() throws {
    let directory = try TemporaryDirectory("courier")
    let settings = try Sample.settings(Self.rules("[channel c]\ntype = exec\ncommand = /bin/cat"))
    let courier = try Courier(
      settings, memory: directory.file("memory"), environment: try SenderEnvironment(authorityFile: nil), remark: { _ in })
    courier.opened(journalID: "a", after: 900, now: Sample.noon)
    #expect(courier.start.after == 900)
    courier.journalReplaced()
    courier.opened(journalID: "b", after: 0, now: Sample.noon)
    #expect(courier.start.after == 0 && courier.start.journalID == "b")
  }

  @Test func aDeadManIsAskedWhileAllIsWell() async throws {
    let server = try WebServer()
    let environment = try SenderEnvironment(authorityFile: nil)
    let man = DeadMan(DeadManSettings(url: Secret("\(server.url)/ping/uuid?x=1"), interval: 50_000_000), environment)
    #expect(await man.ask(true) == nil)
    #expect(await man.ask(false) == nil)
    #expect(server.all.map(\.path) == ["/ping/uuid?x=1", "/ping/uuid/fail?x=1"])
    server.answers { _ in .status(404, [], "") }
    #expect(await man.ask(true)?.contains("HTTP 404") == true)
  }
}

extension NotifyMemory {
  static func read(_ path: String) -> NotifyMemory? {
    FileManager.default.contents(atPath: path).flatMap { NotifyMemory(Array($0)) }
  }
}
