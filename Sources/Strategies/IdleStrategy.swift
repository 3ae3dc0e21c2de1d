public import TradingModel

/// Wants nothing: stands in for a strategy that this build does not know, or that another process serves.
public struct IdleStrategy: Strategy {
  public var warmUp: Int { 0 }
  public var readings: [IndicatorReading] { [] }

  public init() {}

  public mutating func onCandle(_ candle: Candle, position: StrategyPosition) -> Signal { .hold }
}
