import BinanceJSON
import HTTPClient
import NIOCore

/// Asks who answers at an address: only a `botsim` knows `GET /sim/identity`. Carries no key.
struct SimulatorQuestion {
  let http: HTTPClient
  let loop: any EventLoop

  /// - Parameter completion: on the loop; whether a simulator answers, or why that cannot be told yet: nobody answers, or a 5xx.
  func ask(_ address: ExchangeAddress, completion: @escaping (Result<Bool, SettingsError>) -> Void) {
    let bound = NIOLoopBound(completion, eventLoop: loop)
    let loop = loop
    http.send(HTTPRequest(method: .get, url: address.origin + "/sim/identity", timeoutMilliseconds: 5_000)) { outcome in
      loop.execute { bound.value(Self.judge(outcome)) }
    }
  }

  static func judge(_ outcome: Result<HTTPResponse, HTTPError>) -> Result<Bool, SettingsError> {
    switch outcome {
    case .failure(let error): return .failure(SettingsError(error.message))
    case .success(let response):
      if response.status >= 500 { return .failure(SettingsError("HTTP \(response.status)")) }
      guard response.status == 200 else { return .success(false) }
      do throws(FrameRefusal) {
        let value = try JSONValue(parsing: response.body, valuesMaximum: 1_000)
        return .success(value["name"]?.string == "botsim" && value["simulator"]?.bool == true)
      } catch {
        return .success(false)
      }
    }
  }
}
