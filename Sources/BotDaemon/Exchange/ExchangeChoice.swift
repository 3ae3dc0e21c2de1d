import TradingCore
import VenueBinance

/// Whether a mode and the addresses of its exchange agree, judged before anything is sent anywhere.
struct ExchangeChoice: Sendable {
  let mode: TradingMode
  let rest: ExchangeAddress
  let stream: ExchangeAddress
  let webSocketAPI: ExchangeAddress

  /// - Parameter report: told everything that is wrong, with the setting that it is about.
  /// - Returns: `nil` when anything is wrong.
  init?(mode: TradingMode, _ endpoints: BinanceEndpoints, report: (String, String) -> Void) {
    func read(_ setting: String, _ text: String) -> ExchangeAddress? {
      do throws(SettingsError) { return try ExchangeAddress(setting: setting, text) } catch {
        report(setting, error.message)
        return nil
      }
    }
    let rest = read("BINANCE_REST_URL", endpoints.rest)
    let stream = read("BINANCE_STREAM_URL", endpoints.stream)
    let webSocketAPI = read("BINANCE_WS_API_URL", endpoints.webSocketAPI)
    guard let rest, let stream, let webSocketAPI else { return nil }
    self.mode = mode
    self.rest = rest
    self.stream = stream
    self.webSocketAPI = webSocketAPI
    let problems = self.problems
    for problem in problems { report(problem.setting, problem.message) }
    guard problems.isEmpty else { return nil }
  }

  /// The addresses that the mode uses; paper trades by REST and streams alone.
  private var used: [ExchangeAddress] {
    switch mode {
    case .simulated: []
    case .paper: [rest, stream]
    case .testnet, .live: [rest, stream, webSocketAPI]
    }
  }

  /// Where must be asked whether a simulator answers, each place once: what is not known in testnet mode, and in live mode what is on this
  /// machine. Everything else is decided.
  var questions: [ExchangeAddress] {
    var asked: Set<String> = []
    return used.filter { address in
      guard address.kind == nil, mode == .testnet || mode == .live && address.isLoopback else { return false }
      return asked.insert(address.origin).inserted
    }
  }

  /// The exchange as far as the table says; `nil`: it is to be asked, or counts as real.
  var decided: ExchangeKind? { rest.kind }

  /// What an answer means for this mode.
  /// - Parameter isSimulator: whether `address` says that it is one.
  /// - Returns: why the daemon must not go on; `nil`: it may.
  func refusal(of address: ExchangeAddress, isSimulator: Bool) -> SettingsError? {
    switch mode {
    case .testnet where !isSimulator:
      SettingsError(
        "\(address.setting) names \(address.place), which is neither known as the testnet nor a botsim: it counts as the real exchange. "
          + "Unset it for the testnet, or say --mode live with --confirm-live if you mean real money")
    case .live where isSimulator:
      SettingsError("mode live is real money, but at \(address.place) (\(address.setting)) answers a simulator: use --mode testnet for it")
    default: nil
    }
  }

  private typealias Problem = (setting: String, message: String)

  private var problems: [Problem] {
    var found: [Problem] = []
    for address in used {
      if let problem = encryption(of: address) { found.append((address.setting, problem)) }
      if let problem = kind(of: address) { found.append((address.setting, problem)) }
    }
    if found.isEmpty, let problem = mixture { found.append(problem) }
    return found
  }

  private func encryption(of address: ExchangeAddress) -> String? {
    guard !address.isEncrypted else { return nil }
    let better = address.scheme == "ws" ? "wss" : "https"
    if mode == .live { return "mode live needs \(better)://, and \(address.setting) is \(address.scheme)://\(address.place)" }
    guard !address.isLoopback else { return nil }
    return "\(address.setting) is \(address.scheme)://\(address.place): without encryption only this machine is accepted "
      + "(127.0.0.1, [::1], localhost); use \(better)://"
  }

  private func kind(of address: ExchangeAddress) -> String? {
    switch mode {
    case .testnet:
      guard address.kind == .real else { return nil }
      return "mode testnet is play money, but \(address.setting) names \(address.place), the real exchange: unset it, or say --mode live "
        + "with --confirm-live"
    case .live:
      if let kind = address.kind, kind != .real {
        return "mode live is real money, but \(address.setting) names \(address.place), \(kind): unset it, or use --mode testnet"
      }
      guard address.servesDataOnly, address != stream else { return nil }
      return "\(address.setting) names \(address.place), which serves market data only and takes no orders: unset it"
    case .paper, .simulated: return nil
    }
  }

  /// Doors of different exchanges: prices of one and orders on another.
  private var mixture: Problem? {
    for address in used.dropFirst() where address.kind != rest.kind {
      // A proxy before the real exchange, or before its data, is as good as it; only known exchanges are told apart there.
      if mode != .testnet, address.kind == nil || rest.kind == nil { continue }
      let names = [rest, address].map { "\($0.setting) names \($0.place) (\($0.kind?.description ?? "not a known exchange"))" }
      return (
        address.setting, "\(names[0]), \(names[1]): all must be doors of one exchange; set both, or neither"
      )
    }
    return nil
  }
}
