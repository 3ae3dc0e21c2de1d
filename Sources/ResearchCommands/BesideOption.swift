import Backtest
import ControlCommands
import Presentation
import Time
import TradingModel

/// `--beside FILE`: another result, as `botctl backtest --output json` or `botctl report --output json` wrote it.
enum BesideOption {
  private static let name = "--beside"

  /// Throws for a file that cannot be read, and for one that is no result.
  static func read(_ path: String) throws(CommandFailure) -> ResultBeside {
    let bytes: [UInt8]
    do throws(CommandFailure) { bytes = try TextFile.read(path) } catch { throw failure(error.message) }
    guard let tree = JSONTree(bytes) else {
      throw failure("\(path) is no JSON (byte \(JSONTree.fault(in: bytes) ?? 0)); \(remedy)")
    }
    guard let result = ResultBeside(tree) else { throw failure("\(path) is no whole result; \(remedy)") }
    return result
  }

  /// Sets it beside a report; amounts of two assets have no difference.
  static func add(_ result: ResultBeside?, to report: inout BacktestReport) throws(CommandFailure) {
    guard let result else { return }
    guard result.quoteAsset == report.quoteAsset else {
      throw failure("that result is in \(result.quoteAsset.prefix(20)), this one in \(report.quoteAsset): compare results in one asset")
    }
    report.beside = result
  }

  private static let remedy = "write one with botctl backtest … --output json > first.json, or botctl report --output json"

  private static func failure(_ message: String) -> CommandFailure {
    CommandFailure(.invalidArgument, "\(name): \(message)")
  }
}

extension ResultBeside {
  /// `nil` where something that every result has is missing, or no number where it should be one.
  init?(_ tree: JSONTree) {
    guard let title = tree["title"]?.text, let quoteAsset = tree["quote_asset"]?.text, let start = tree["start_time_ns"]?.int64,
      let end = tree["end_time_ns"]?.int64, let capital = tree["capital"]?.text.flatMap({ FixedDecimal(text: $0) }),
      let figures = tree["figures"]?.members, let samples = tree["equity"]?.elements
    else { return nil }
    // Files of version 0.3.0 are of backtests.
    let source = tree["source"]?.text ?? "backtest"
    let isOfAccount = source != "backtest"
    var curve: [Point] = []
    curve.reserveCapacity(samples.count)
    for sample in samples {
      guard let time = sample["time_ns"]?.int64, let equity = sample["equity"]?.text.flatMap(Double.init),
        let market = sample["market"]?.text.flatMap(Double.init), let drawdown = sample["drawdown_fraction"]?.text.flatMap(Double.init)
      else { return nil }
      let base = isOfAccount ? market : capital.statisticValue
      curve.append(
        Point(time: Timestamp(nanoseconds: time), fraction: base > 0 ? equity / base - 1 : 0, drawdown: drawdown))
    }
    func pairs(_ name: String) -> [BacktestReport.Setting] {
      (tree[name]?.members ?? []).compactMap { member in member.value.text.map { BacktestReport.Setting(member.name, $0) } }
    }
    let numbers = figures.compactMap { member in member.value.parameterText.map { (member.name, $0) } }
    self.init(
      title: title, source: source, start: Timestamp(nanoseconds: start), end: Timestamp(nanoseconds: max(start, end)),
      quoteAsset: quoteAsset, parameters: pairs("parameters"), settings: pairs("settings"),
      figures: Dictionary(numbers, uniquingKeysWith: { first, _ in first }), curve: curve.sorted { $0.time < $1.time })
  }
}
