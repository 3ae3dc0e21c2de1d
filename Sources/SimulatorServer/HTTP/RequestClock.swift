import Time
import ServiceRuntime
import TradingModel
import ExchangeSimulation

/// Judges the timestamps of signed requests.
struct RequestClock {
  let mode: SimulatorConfiguration.Clock
  /// Milliseconds that the served time differs from real time, as answered to earlier questions; the youngest last.
  private var servedDifferences: [Int64] = []
  private static let differencesMaximum = 256

  init(mode: SimulatorConfiguration.Clock) { self.mode = mode }

  /// What `/api/v3/time` answers, and remembers having answered.
  mutating func serve(market: Timestamp, wall: Timestamp) -> Timestamp {
    guard mode == .simulated else { return wall }
    let difference = market.milliseconds - wall.milliseconds
    if servedDifferences.last != difference {
      servedDifferences.append(difference)
      if servedDifferences.count > Self.differencesMaximum { servedDifferences.removeFirst() }
    }
    return market
  }

  /// Checks a timestamp as the exchange does: not a second ahead, and within the window.
  func check(timestamp: Int64, recvWindow: Double, market: Timestamp, wall: Timestamp) throws(ExchangeError) {
    func fits(_ clock: Int64) -> Bool { timestamp < clock + 1_000 && Double(clock - timestamp) <= recvWindow }
    if fits(wall.milliseconds) { return }
    if mode == .simulated {
      if fits(market.milliseconds) { return }
      for difference in servedDifferences where fits(wall.milliseconds + difference) { return }
    }
    let clock = mode == .simulated ? market.milliseconds : wall.milliseconds
    if timestamp >= clock + 1_000 { throw ExchangeError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.") }
    throw ExchangeError(-1021, "Timestamp for this request is outside of the recvWindow.")
  }
}
