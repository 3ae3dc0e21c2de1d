import Presentation
import ServiceRuntime
import Synchronization
import Time

/// Reads what allowed chats of Telegram ask, and answers. Whoever else writes gets no answer at all.
public final class Desk: Sendable {
  /// What somebody asks.
  public struct Question: Sendable, Hashable {
    public var command: DeskSettings.Command
    /// Asked a second time, with the number that the first answer named.
    public var isConfirmed: Bool
  }

  private struct Pending {
    var code: String
    var until: Timestamp
  }

  private let settings: DeskSettings
  private let api: TelegramAPI
  private let courier: Courier
  private let pending = Mutex<[String: Pending]>([:])
  private let strangers = Mutex<Set<Int64>>([])
  /// When somebody was last told that a question is too old.
  private let toldOld = Mutex(Timestamp.zero)

  /// Older questions are not answered but refused: who asked has gone on.
  private static let ageMaximum: Int64 = 120_000_000_000
  private static let confirmationTime: Int64 = 60_000_000_000

  /// `nil` when the settings name no Telegram channel.
  public init?(_ settings: NotifySettings, _ environment: SenderEnvironment, courier: Courier) {
    guard let desk = settings.desk, let channel = settings.channels.first(where: { $0.name == desk.channel }),
      case .telegram(let base, let token, _) = channel.transport
    else { return nil }
    self.settings = desk
    self.courier = courier
    api = TelegramAPI(base: base, token: token, http: environment.http)
  }

  /// Goes on until the task is cancelled.
  ///
  /// - Parameters:
  ///   - answer: what is said to a question. For ``DeskSettings/Command/stopAll`` it is asked first without confirmation: what would be done.
  ///   - remark: takes a line for the log.
  public func run(answer: @Sendable (Question) async -> String, remark: @Sendable (String) -> Void) async {
    var backoff = BackoffMachine(firstNanoseconds: 1_000_000_000, maximumNanoseconds: 60_000_000_000)
    var lastProblem = ""
    while !Task.isCancelled {
      do throws(DeliveryFailure) {
        let updates = try await api.updates(from: courier.deskOffset, waitingSeconds: 25)
        if !lastProblem.isEmpty { remark("telegram-commands: work again") }
        lastProblem = ""
        backoff.reset()
        for update in updates.prefix(100) where !Task.isCancelled { await take(update, answer, remark) }
      } catch {
        if Task.isCancelled { return }
        if error.message != lastProblem {
          let isTaken = error.message.contains("409")
          remark(
            "telegram-commands: \(error.message)\(isTaken ? " (another program reads this bot's messages: give it a bot of its own)" : "")")
        }
        lastProblem = error.message
        var random = SystemRandomNumberGenerator()
        let pause = max(error.retryAfter ?? 0, backoff.nextDelayNanoseconds(jitter: random.next()))
        try? await Task.sleep(for: .nanoseconds(pause))
      }
    }
  }

  private func take(_ update: JSONTree, _ answer: (Question) async -> String, _ remark: (String) -> Void) async {
    guard let id = update["update_id"]?.integer else { return }
    // Before it is done: nothing is done twice.
    if id >= courier.deskOffset { courier.deskOffset = id + 1 } else { return }
    guard let message = update["message"], let chat = message["chat"]?["id"]?.integer, let text = message["text"]?.text else { return }
    guard settings.chats.contains(chat) else {
      let isNew = strangers.withLock { $0.count < 100 && $0.insert(chat).inserted }
      if isNew { remark("telegram-commands: chat \(chat) is not allowed; it gets no answer") }
      return
    }
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let first = words.first, first.hasPrefix("/") else { return }
    let name = String(first.dropFirst().prefix { $0 != "@" })
    let now = WallClock.now()
    let asked = Timestamp(milliseconds: (message["date"]?.integer ?? 0) * 1_000)
    let user = message["from"]?["id"]?.integer ?? 0
    let reply: String
    if now.nanoseconds(since: asked) > Self.ageMaximum {
      // A day of them is one answer.
      let isTold = toldOld.withLock { last in
        defer { last = max(last, now) }
        return now.nanoseconds(since: last) < Self.confirmationTime
      }
      if isTold { return }
      reply = "\(first.prefix(40)) was not done: it is older than two minutes, from when this was not running or not connected. Ask again."
    } else if let command = DeskSettings.Command(rawValue: name), settings.commands.contains(command) {
      remark("telegram-commands: /\(name) by user \(user) in chat \(chat)")
      reply = await self.reply(to: command, words.dropFirst().first, who: "\(chat)/\(user)", now, answer)
    } else {
      let known = DeskSettings.Command.allCases.filter(settings.commands.contains).map { "/\($0.rawValue)" }
      reply = "There are \(known.joined(separator: ", "))."
    }
    do throws(DeliveryFailure) {
      let message = Message(id: "answer", level: .info, title: "", lines: reply.split(separator: "\n").map(String.init), count: 1)
      try await api.sendMessage(chat: "\(chat)", text: Self.cut(message.lines))
    } catch {
      remark("telegram-commands: the answer to /\(name.prefix(40)) was not delivered: \(error.message)")
    }
  }

  /// Whole lines within the most that a message may have.
  private static func cut(_ lines: [String]) -> String {
    var text = ""
    for (index, line) in lines.enumerated() {
      let next = Plain.text(line, maximum: 500) + "\n"
      if text.utf16.count + next.utf16.count > TelegramAPI.textMaximum - 40 { return text + "… and \(lines.count - index) more" }
      text += next
    }
    return text.isEmpty ? "-" : text
  }

  private func reply(
    to command: DeskSettings.Command, _ word: String?, who: String, _ now: Timestamp, _ answer: (Question) async -> String
  ) async -> String {
    guard command == .stopAll else { return await answer(Question(command: command, isConfirmed: false)) }
    if let word {
      let known = pending.withLock { $0.removeValue(forKey: who) }
      guard let known, known.code == word, now < known.until else {
        return "Nothing was done: \(word.prefix(12)) is not the number, or it is older than 60 seconds. Ask again with /stop_all."
      }
      return await answer(Question(command: command, isConfirmed: true))
    }
    let would = await answer(Question(command: command, isConfirmed: false))
    var random = SystemRandomNumberGenerator()
    let code = String(Int.random(in: 100_000...999_999, using: &random))
    pending.withLock { table in
      table = table.filter { now < $0.value.until }
      if table.count < 100 { table[who] = Pending(code: code, until: now.advanced(byNanoseconds: Self.confirmationTime)) }
    }
    return "\(would)\nTo do it, write within 60 seconds:\n/stop_all \(code)"
  }
}
