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
  /// Milliseconds that the clock of the exchange is ahead of the true one, by command.
  private(set) var offset: Int64 = 0

  init(mode: SimulatorConfiguration.Clock) { self.mode = mode }

  /// Sets the exchange's clock off. What it showed before says nothing of it any more.
  mutating func shift(to offset: Int64) {
    self.offset = offset
    servedDifferences.removeAll()
  }

  /// What `/api/v3/time` answers, and remembers having answered.
  mutating func serve(market: Timestamp, wall: Timestamp) -> Timestamp {
    let market = market.advanced(byMilliseconds: offset)
    guard mode == .simulated else { return wall.advanced(byMilliseconds: offset) }
    let difference = market.milliseconds - wall.milliseconds
    if servedDifferences.last != difference {
      servedDifferences.append(difference)
      if servedDifferences.count > Self.differencesMaximum { servedDifferences.removeFirst() }
    }
    return market
  }

  /// Checks a timestamp as the exchange does: not a second ahead, and within the window.
  func check(timestamp: Int64, recvWindow: Double, market: Timestamp, wall: Timestamp) throws(ExchangeError) {
    let market = market.advanced(byMilliseconds: offset)
    // Whoever has not asked for the time since the clock was set off knows only the machine's.
    let shown = wall.advanced(byMilliseconds: offset)
    func fits(_ clock: Int64) -> Bool { timestamp < clock + 1_000 && Double(clock - timestamp) <= recvWindow }
    if fits(shown.milliseconds) { return }
    if mode == .simulated {
      if fits(market.milliseconds) { return }
      for difference in servedDifferences where fits(wall.milliseconds + difference) { return }
    }
    let clock = mode == .simulated ? market.milliseconds : shown.milliseconds
    if timestamp >= clock + 1_000 { throw ExchangeError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.") }
    throw ExchangeError(-1021, "Timestamp for this request is outside of the recvWindow.")
  }
}
