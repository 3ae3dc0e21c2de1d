import HTTPClient
import ServiceRuntime
import Synchronization
import Time

/// Brings a message to a channel, once.
protocol Sender: Sendable {
  /// Returns once the channel has it.
  ///
  /// - Throws: why it does not, or may not, have it.
  func send(_ message: Message) async throws(DeliveryFailure)
}

/// What senders need of the world.
public struct SenderEnvironment: Sendable {
  let http: WebClient

  /// - Parameter authorityFile: a PEM file of authorities to trust instead of the system's.
  /// - Throws: when the client's thread cannot be started.
  public init(authorityFile: String?) throws(NotifySettingsError) {
    http = try WebClient(authorityFile: authorityFile)
  }
}

enum Senders {
  static func make(_ channel: ChannelSettings, _ environment: SenderEnvironment) -> any Sender {
    switch channel.transport {
    case .telegram(let base, let token, let chat): TelegramSender(TelegramAPI(base: base, token: token, http: environment.http), chat: chat)
    case .mail(let mail): MailSender(mail, authorityFile: environment.http.authorityFile)
    case .webhook(let url, let key): WebhookSender(url: url, key: key, http: environment.http)
    case .ntfy(let url, let token): NtfySender(url: url, token: token, http: environment.http)
    case .exec(let words, let timeout): ExecSender(words: words, timeout: timeout)
    }
  }
}

/// Sends one message by a channel, once.
public enum Trial {
  /// - Throws: why it did not arrive.
  public static func send(_ message: Message, by channel: ChannelSettings, _ environment: SenderEnvironment) async throws(DeliveryFailure) {
    try await Senders.make(channel, environment).send(message)
  }
}

extension Secret {
  /// The secret as text for one request.
  var revealed: String { unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) } }
}

/// HTTP requests of tasks.
final class WebClient: Sendable {
  private let client: HTTPClient
  let authorityFile: String?

  init(authorityFile: String?) throws(NotifySettingsError) {
    self.authorityFile = authorityFile
    do throws(HTTPError) {
      client = try HTTPClient(
        limits: HTTPClient.Limits(requestsMaximum: 64, bodySizeBytesMaximum: 1 << 20, authorityFile: authorityFile),
        threadName: "notify-http")
    } catch {
      throw NotifySettingsError(error.message)
    }
  }

  deinit { client.shutDown() }

  /// - Parameter endsEarly: when the task is cancelled, nobody waits for the answer.
  func send(_ request: HTTPRequest, endsEarly: Bool = false) async throws(DeliveryFailure) -> HTTPResponse {
    // Messages are rare: a connection that is kept would mostly be found dead, and then nobody knows whether the message arrived.
    var request = request
    request.headers.append(HTTPHeader("Connection", "close"))
    let only = request
    let waiting = Mutex<CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>?>(nil)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        waiting.withLock { $0 = continuation }
        client.send(only) { result in waiting.withLock { $0.take() }?.resume(returning: result) }
        // It may have been cancelled before anybody waited.
        if endsEarly, Task.isCancelled { waiting.withLock { $0.take() }?.resume(returning: .failure(Self.canceled)) }
      }
    } onCancel: {
      if endsEarly { waiting.withLock { $0.take() }?.resume(returning: .failure(Self.canceled)) }
    }
    do throws(HTTPError) {
      return try result.get()
    } catch {
      throw DeliveryFailure(error.message, isCertain: !error.mayHaveBeenSent)
    }
  }

  private static let canceled = HTTPError(.shutDown, "canceled", mayHaveBeenSent: true)

  /// Sends a message by a request; any answer of 2xx means that it arrived.
  func deliver(_ request: HTTPRequest) async throws(DeliveryFailure) {
    let response = try await send(request)
    guard !(200..<300).contains(response.status) else { return }
    throw Self.failure(response, words: "")
  }

  /// Why an answer other than 2xx is a failure.
  static func failure(_ response: HTTPResponse, words: String) -> DeliveryFailure {
    let status = response.status
    let text = words.isEmpty ? "" : ": \(words)"
    return DeliveryFailure(
      "HTTP \(status)\(text)\(hint(status))",
      // Who refuses has not taken it; who fails may have.
      isCertain: (300..<500).contains(status) && status != 408,
      retryAfter: retryAfter(response), isRefusedText: status == 400 || status == 413 || status == 422)
  }

  private static func hint(_ status: Int) -> String {
    switch status {
    case 300..<400: " (it points elsewhere; write the final address)"
    case 401, 403: " (check the channel's token or secret)"
    case 404: " (check the channel's address or token)"
    default: ""
    }
  }

  /// `Retry-After` in seconds, or as a date of HTTP, in nanoseconds.
  private static func retryAfter(_ response: HTTPResponse) -> Int64? {
    guard let text = response.header("Retry-After") else { return nil }
    if let seconds = Int64(text), (0...86_400).contains(seconds) { return seconds * 1_000_000_000 }
    guard let date = HTTPDate.timestamp(text) else { return nil }
    return max(0, date.nanoseconds(since: WallClock.now()))
  }
}

/// Dates as HTTP has them: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
  static func timestamp(_ text: String) -> Timestamp? {
    let words = text.split(separator: " ")
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard words.count == 6, words[5] == "GMT", let day = Int64(words[1]), (1...31).contains(day),
      let month = months.firstIndex(of: String(words[2])), let year = Int64(words[3]), (1970...9999).contains(year)
    else { return nil }
    let clock = words[4].split(separator: ":").compactMap { Int64($0) }
    guard clock.count == 3 else { return nil }
    let days = CivilDate.daysSinceEpoch(year: year, month: Int64(month + 1), day: day)
    return Timestamp(milliseconds: ((days * 24 + clock[0]) * 60 + clock[1]) * 60_000 + clock[2] * 1_000)
  }

  /// `Sun, 29 Nov 2026 14:53:09 +0000`, as mail has it.
  static func mail(_ time: Timestamp) -> String {
    let seconds = time.milliseconds / 1_000
    let days = seconds / 86_400
    let (year, month, day) = CivilDate.fromDaysSinceEpoch(days)
    let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let clock = "\(two(seconds % 86_400 / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    return "\(names[Int(days % 7)]), \(two(Int64(day))) \(months[Int(month) - 1]) \(year) \(clock) +0000"
  }
}
