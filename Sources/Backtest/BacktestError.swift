/// Why a backtest cannot run.
public struct BacktestError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: UInt8, Hashable, Sendable {
    /// A setting is wrong; ``BacktestError/field`` names it.
    case invalidSetting = 1
    /// The candles do not suffice: none, too few, or of another interval than asked for.
    case insufficientData
    /// The caller stopped it.
    case canceled
  }

  public var code: Code
  /// The request's field, e.g. `spec.stop_loss`; empty when none is to blame.
  public var field: String
  public var message: String
  public var description: String { message }

  public init(_ code: Code, field: String = "", _ message: String) {
    self.code = code
    self.field = field
    self.message = message
  }
}
