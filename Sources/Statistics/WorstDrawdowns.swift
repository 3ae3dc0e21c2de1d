public import Time
public import TradingModel

/// The deepest falls of the chained value, each from a peak to its recovery: no two of them overlap, and the first is the maximum drawdown.
///
/// Constant memory: the ``countMaximum`` deepest are kept. One comparison a value while it stands at its highest.
public struct WorstDrawdowns: Hashable, Sendable {
  public static let countMaximum = 10

  private var kept: [EquityFigures.Drawdown] = []
  private var running: EquityFigures.Drawdown?
  private var peak: Timestamp?
  private var peakProfit: Amount = .zero

  public init() {}

  /// A value of the series.
  /// - Parameters:
  ///   - fall: the chained value below its highest so far, as a fraction of that; 0 at the highest.
  ///   - netProfit: cumulative.
  public mutating func observe(fall: Double, netProfit: Amount, at time: Timestamp) {
    guard fall > 0 else {
      // Staying at the highest moves nothing.
      guard peak == nil || running != nil || netProfit != peakProfit else { return }
      if var over = running {
        over.recovery = time
        keep(over)
        running = nil
      }
      peak = time
      peakProfit = netProfit
      return
    }
    if fall > running?.fraction ?? 0 {
      running = EquityFigures.Drawdown(
        fraction: fall, lost: peakProfit - netProfit, peak: peak ?? time, bottom: time, recovery: nil)
    }
  }

  /// Deepest first, of equal ones the earlier; the one that lasts still has no recovery.
  public var list: [EquityFigures.Drawdown] {
    var copy = self
    if let running { copy.keep(running) }
    return copy.kept
  }

  private mutating func keep(_ drawdown: EquityFigures.Drawdown) {
    let place = kept.firstIndex { $0.fraction < drawdown.fraction } ?? kept.count
    guard place < Self.countMaximum else { return }
    kept.insert(drawdown, at: place)
    if kept.count > Self.countMaximum { kept.removeLast() }
  }
}
