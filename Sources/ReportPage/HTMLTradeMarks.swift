import Backtest
import TradingModel

/// Entries and exits over a price chart: entries below the range, exits above it, so that neither hides the price.
struct TradeMarks {
  private let plot: Plot
  private let series: PriceSeries
  private let radius: Double
  /// Places where a mark of a kind is drawn already: those that would hide each other are drawn once.
  private var taken: Set<Place> = []

  private struct Place: Hashable {
    let x: Int
    let y: Int
    let style: Int
  }

  static func drawing(_ trades: [RoundTrip], series: PriceSeries, plot: Plot, size: PlotSize) -> Markup {
    let isWide = size == .wide
    let isShaded = trades.count <= limits(size).shaded
    var marks = TradeMarks(plot: plot, series: series, radius: isShaded ? (isWide ? 5 : 4.4) : 3.4)
    if trades.count > limits(size).single { return marks.sums(trades) }
    return (isShaded ? marks.spans(trades) : .empty) + marks.entries(trades) + marks.exits(trades)
  }

  /// Up to how many trades each has its own marks, and shading too.
  private static func limits(_ size: PlotSize) -> (shaded: Int, single: Int) { size == .wide ? (120, 320) : (50, 120) }

  /// What a reader sees of this many trades.
  static func meaning(_ count: Int) -> String {
    if count == 0 { return "" }
    let place = " Entries stand below, exits above."
    let sum = "one mark stands for the exits of a short time, coloured by their sum, and one for its entries"
    let zoomed = " Zoomed in, each trade has a mark of its own at its entry's and at its exit's price."
    if count > limits(.wide).single { return "\(place) There are more trades than room: \(sum).\(zoomed)" }
    let narrow = count > limits(.narrow).single ? " On a narrow screen \(sum)." : ""
    return (count <= limits(.wide).shaded ? " Shaded while a position was open." : "") + place + narrow
  }

  private init(plot: Plot, series: PriceSeries, radius: Double) {
    self.plot = plot
    self.series = series
    self.radius = radius
  }

  /// Bands behind the time that a position was open.
  private func spans(_ trades: [RoundTrip]) -> Markup {
    let number = NumberText.coordinate
    var paths = ["gain": "", "loss": "", "even": ""]
    for trade in trades {
      let x = plot.x(trade.openedAt.drawnSeconds)
      let width = max(1, plot.x(trade.closedAt.drawnSeconds) - x)
      paths[HTMLReport.tone(trade.profit), default: ""] +=
        "M\(number(x)) \(number(plot.top))h\(number(width))V\(number(plot.bottom))h\(number(-width))z"
    }
    return "<path class=\"span gain\" d=\"\(paths["gain"] ?? "")\"/><path class=\"span loss\" d=\"\(paths["loss"] ?? "")\"/>"
  }

  private mutating func entries(_ trades: [RoundTrip]) -> Markup {
    var path = ""
    for trade in trades {
      let seconds = trade.openedAt.drawnSeconds
      let x = plot.x(seconds)
      let y = plot.y(series.bucket(at: seconds)?.low ?? trade.entryPrice.statisticValue) + 3
      if isFree(x, y, -1) { path += MarkShape.up(x, y, radius) }
    }
    return "<path class=\"entry\" d=\"\(path)\"/>"
  }

  private mutating func exits(_ trades: [RoundTrip]) -> Markup {
    var result = Markup.empty
    for (index, tone) in ["even", "loss", "gain"].enumerated() {
      var filled = ""
      var hollow = ""
      for trade in trades where HTMLReport.tone(trade.profit) == tone {
        let seconds = trade.closedAt.drawnSeconds
        let x = plot.x(seconds)
        let y = plot.y(series.bucket(at: seconds)?.high ?? trade.exitPrice.statisticValue) - 3
        let shape = MarkShape(trade.exitKind)
        guard isFree(x, y, index * 10 + shape.rawValue) else { continue }
        if shape.isHollow { hollow += shape.path(x, y, radius) } else { filled += shape.path(x, y, radius) }
      }
      if !filled.isEmpty { result += "<path class=\"exit \(tone)\" d=\"\(filled)\"/>" }
      if !hollow.isEmpty { result += "<path class=\"exit hollow \(tone)\" d=\"\(hollow)\"/>" }
    }
    return result
  }

  /// A mark for the entries and one for the exits of each slice of time.
  private func sums(_ trades: [RoundTrip]) -> Markup {
    let width = 2 * radius + 1.2
    let count = max(1, Int((plot.right - plot.left) / width) + 1)
    var entries = [Double?](repeating: nil, count: count)
    var exits = [(top: Double, sum: Amount)?](repeating: nil, count: count)
    func slice(_ seconds: Double) -> Int { min(count - 1, max(0, Int((plot.x(seconds) - plot.left) / width))) }
    for trade in trades {
      let opened = trade.openedAt.drawnSeconds
      let closed = trade.closedAt.drawnSeconds
      let low = plot.y(series.bucket(at: opened)?.low ?? trade.entryPrice.statisticValue) + 3
      let high = plot.y(series.bucket(at: closed)?.high ?? trade.exitPrice.statisticValue) - 3
      entries[slice(opened)] = max(entries[slice(opened)] ?? low, low)
      let other = exits[slice(closed)]
      exits[slice(closed)] = (min(other?.top ?? high, high), (other?.sum ?? .zero) + trade.profit)
    }
    var up = ""
    var down = ["gain": "", "loss": "", "even": ""]
    for index in 0..<count {
      let x = plot.left + (Double(index) + 0.5) * width
      if let low = entries[index] { up += MarkShape.up(x, low, radius) }
      if let exit = exits[index] { down[HTMLReport.tone(exit.sum), default: ""] += MarkShape.signal.path(x, exit.top, radius) }
    }
    let tones = ["even", "gain", "loss"].map { "<path class=\"exit \($0)\" d=\"\(down[$0] ?? "")\"/>" as Markup }
    return "<path class=\"entry\" d=\"\(up)\"/>\(tones)"
  }

  private mutating func isFree(_ x: Double, _ y: Double, _ style: Int) -> Bool {
    taken.insert(Place(x: Int(x / 1.5), y: Int(y / 1.5), style: style)).inserted
  }
}

/// The shape of an exit, by its kind; its tip is at the given place.
enum MarkShape: Int {
  case signal
  case stopLoss
  case takeProfit
  case trailingStop
  case timeStop
  case endOfData

  init(_ kind: String) {
    switch ExitKind(rawValue: kind) {
    case .signal, nil: self = .signal
    case .stopLoss: self = .stopLoss
    case .takeProfit: self = .takeProfit
    case .trailingStop: self = .trailingStop
    case .timeStop: self = .timeStop
    case .endOfData: self = .endOfData
    }
  }

  var isHollow: Bool { self == .trailingStop || self == .timeStop || self == .endOfData }

  func path(_ x: Double, _ y: Double, _ r: Double) -> String {
    switch self {
    case .signal, .timeStop: Self.down(x, y, r)
    // A bar below the tip: the floor that was hit.
    case .stopLoss, .trailingStop: Self.down(x, y - 2.4, r) + Self.bar(x, y - 1.6, r)
    // A bar above: the ceiling that was reached.
    case .takeProfit: Self.down(x, y, r) + Self.bar(x, y - r * 1.75 - 2.4, r)
    case .endOfData: Self.square(x, y, r)
    }
  }

  static func up(_ x: Double, _ y: Double, _ r: Double) -> String {
    "M\(at(x, y))l\(at(r, r * 1.75))h\(NumberText.coordinate(-2 * r))z"
  }

  private static func down(_ x: Double, _ y: Double, _ r: Double) -> String {
    "M\(at(x, y))l\(at(-r, -r * 1.75))h\(NumberText.coordinate(2 * r))z"
  }

  private static func bar(_ x: Double, _ y: Double, _ r: Double) -> String {
    "M\(at(x - r, y))h\(NumberText.coordinate(2 * r))v1.6h\(NumberText.coordinate(-2 * r))z"
  }

  private static func square(_ x: Double, _ y: Double, _ r: Double) -> String {
    let side = NumberText.coordinate(r * 1.6)
    return "M\(at(x - r * 0.8, y))v-\(side)h\(side)v\(side)z"
  }

  private static func at(_ x: Double, _ y: Double) -> String { "\(NumberText.coordinate(x)) \(NumberText.coordinate(y))" }
}
