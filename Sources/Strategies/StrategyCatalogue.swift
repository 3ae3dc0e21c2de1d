/// Every strategy of this build. A new one adds its line to ``all``.
public enum StrategyCatalogue {
  public static let all: [StrategyDescriptor] = [
    RelativeStrengthStrategy.descriptor,
    AverageCross.simple,
    AverageCross.exponential,
    MACDStrategy.descriptor,
    BollingerStrategy.descriptor,
    DonchianStrategy.descriptor,
    SuperTrendStrategy.descriptor,
  ]

  /// The strategy of that name, `nil` when there is none.
  public static func descriptor(named name: String) -> StrategyDescriptor? { all.first { $0.name == name } }

  /// A strategy ready for its first candle.
  public static func make(name: String, parameters: StrategyParameters) throws(StrategyError) -> any Strategy {
    guard let descriptor = descriptor(named: name) else {
      throw StrategyError(code: .unknownStrategy, message: unknown(name))
    }
    return try descriptor.make(parameters)
  }

  /// Everything that is wrong with a name and its parameters, at once; an unknown name is reported under `strategy`.
  public static func violations(name: String, parameters: StrategyParameters) -> [ParameterViolation] {
    guard let descriptor = descriptor(named: name) else { return [ParameterViolation(name: "strategy", message: unknown(name))] }
    return descriptor.violations(of: parameters)
  }

  private static func unknown(_ name: String) -> String {
    let shown = name.count > 40 ? "\(name.prefix(40))…" : name
    return "there is no strategy \"\(shown)\"; there are \(all.map(\.name).joined(separator: ", ")), and those in Python that "
      + "`botd-strategies run FILE` serves (backtest: --python FILE)"
  }
}
