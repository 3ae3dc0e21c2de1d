import HTTPClient
import ServiceRuntime

/// Asks a URL for as long as all is well, so that somebody else notices when nothing does: `URL` while botd answers, `URL/fail` while it does
/// not. When this process is gone, nothing is asked.
public final class DeadMan: Sendable {
  private let settings: DeadManSettings
  private let http: WebClient

  public init(_ settings: DeadManSettings, _ environment: SenderEnvironment) {
    self.settings = settings
    http = environment.http
  }

  /// Goes on until the task is cancelled.
  ///
  /// - Parameters:
  ///   - isWell: whether botd answers.
  ///   - remark: takes a line for the log.
  public func run(isWell: @Sendable () -> Bool, remark: @Sendable (String) -> Void) async {
    var lastProblem = ""
    while !Task.isCancelled {
      let problem = await ask(isWell()) ?? ""
      if Task.isCancelled { return }
      if problem != lastProblem { remark(problem.isEmpty ? "dead-man: works" : "dead-man: \(problem)") }
      lastProblem = problem
      try? await Task.sleep(for: .nanoseconds(settings.interval))
    }
  }

  /// Asks once; what went wrong.
  public func ask(_ isWell: Bool) async -> String? {
    var url = settings.url.revealed
    if !isWell {
      // In front of a query.
      let end = url.firstIndex(of: "?") ?? url.endIndex
      let path = url[..<end]
      url = (path.hasSuffix("/") ? String(path.dropLast()) : String(path)) + "/fail" + url[end...]
    }
    do throws(DeliveryFailure) {
      try await http.deliver(HTTPRequest(method: .get, url: url))
      return nil
    } catch {
      return error.message
    }
  }
}
