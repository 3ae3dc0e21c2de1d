import TradingModel

/// A drawing's two sizes: the page shows the one that keeps its text legible.
enum PlotSize: String, CaseIterable {
  case wide
  case narrow

  var width: Double { self == .wide ? 1_080 : 400 }
  var timeTicks: Int { self == .wide ? 9 : 4 }
  /// The advance of a digit in an axis label.
  var digitWidth: Double { self == .wide ? 7.3 : 6.8 }
}

/// A panel of a chart: instants and values to places in its rectangle.
struct Plot {
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  let time: TimeAxis
  let value: ValueAxis

  func x(_ seconds: Double) -> Double {
    let span = time.end - time.start
    guard span > 0 else { return (left + right) / 2 }
    return left + min(max((seconds - time.start) / span, 0), 1) * (right - left)
  }

  func y(_ number: Double) -> Double {
    let share = (ValueAxis.clamped(number) - value.low) / (value.high - value.low)
    return bottom - min(max(share, 0), 1) * (bottom - top)
  }

  /// The room that an axis needs for its labels.
  static func labelRoom(_ labels: [String], size: PlotSize) -> Double {
    let longest = labels.map(\.count).max() ?? 0
    return Double(min(longest, 14)) * size.digitWidth + 12
  }

  // MARK: - Parts of a drawing

  /// Horizontal lines at the value ticks, with labels to their left.
  func valueGrid(labels: [String]) -> Markup {
    var lines = ""
    var texts = Markup.empty
    for (tick, label) in zip(value.ticks, labels) {
      let y = NumberText.coordinate(y(tick))
      lines += "M\(NumberText.coordinate(left)) \(y)H\(NumberText.coordinate(right))"
      texts += "<text class=\"tick\" x=\"\(NumberText.coordinate(left - 8))\" y=\"\(y)\" dy=\".32em\" text-anchor=\"end\">\(label)</text>"
    }
    return "<path class=\"grid\" d=\"\(lines)\"/>\(texts)"
  }

  /// Short marks at the time ticks below this panel, with labels.
  func timeLabels(size: PlotSize) -> Markup {
    var marks = ""
    var texts = Markup.empty
    for tick in time.ticks(target: size.timeTicks) {
      let x = x(tick.seconds)
      marks += "M\(NumberText.coordinate(x)) \(NumberText.coordinate(bottom))v5"
      let half = Double(max(tick.label.count, tick.parent.count)) * size.digitWidth / 2
      let anchor = x + half > size.width ? "end" : "middle"
      let at = NumberText.coordinate(anchor == "end" ? size.width : max(x, half))
      texts += "<text class=\"tick\" x=\"\(at)\" y=\"\(NumberText.coordinate(bottom + 20))\" text-anchor=\"\(anchor)\">\(tick.label)</text>"
      if !tick.parent.isEmpty {
        texts +=
          "<text class=\"tick parent\" x=\"\(at)\" y=\"\(NumberText.coordinate(bottom + 36))\" text-anchor=\"\(anchor)\">\(tick.parent)</text>"
      }
    }
    return
      "<path class=\"axis\" d=\"M\(NumberText.coordinate(left)) \(NumberText.coordinate(bottom))H\(NumberText.coordinate(right))\(marks)\"/>\(texts)"
  }

  /// A line through points in order of time; of those that share a column only first, lowest, highest and last are drawn.
  func line(_ points: [(seconds: Double, value: Double)]) -> String {
    var path = ""
    var column: [(x: Double, y: Double)] = []
    func flush() {
      guard !column.isEmpty else { return }
      var kept = [0, column.count - 1]
      for isBetter in [{ (a: Double, b: Double) in a < b }, { (a: Double, b: Double) in a > b }] {
        var best = 0
        for index in column.indices where isBetter(column[index].y, column[best].y) { best = index }
        kept.append(best)
      }
      kept.sort()
      var before = -1
      for index in kept where index != before {
        before = index
        path += "\(path.isEmpty ? "M" : "L")\(NumberText.coordinate(column[index].x)) \(NumberText.coordinate(column[index].y))"
      }
    }
    for point in points where point.value.isFinite {
      let place = (x: x(point.seconds), y: y(point.value))
      if let last = column.last, last.x.rounded(.down) != place.x.rounded(.down) {
        flush()
        column.removeAll(keepingCapacity: true)
      }
      column.append(place)
    }
    flush()
    return path
  }
}

/// A chart as the page holds it: one drawing per size, a heading, a legend.
struct ChartFigure {
  /// Part of the elements' ids: "equity", "price-0".
  let name: String
  let title: String
  /// What the drawing shows, for those who do not see it.
  let summary: String
  /// What stands above the drawing: the meaning of its lines and marks.
  let legend: Markup
  let caption: Markup
  /// Which of the page's data the script reads for the crosshair; empty where there is none.
  let data: String

  /// A drawing: its height, the panel that the crosshair reads, the panel below that, and what is drawn.
  typealias Drawing = (height: Double, plot: Plot, lower: Plot?, body: Markup)

  func markup(_ drawing: (PlotSize) -> Drawing) -> Markup {
    let drawings = PlotSize.allCases.map { size in
      let (height, plot, lower, body) = drawing(size)
      let id = "\(name)-\(size.rawValue)"
      let number = NumberText.coordinate
      return """
        <svg class="chart \(size.rawValue)" viewBox="0 0 \(number(size.width)) \(number(height))" role="img" aria-labelledby="\(id)-t \(id)-d" \
        data-left="\(number(plot.left))" data-right="\(number(plot.right))" data-top="\(number(plot.top))" data-bottom="\(number(plot.bottom))" \
        data-low="\(String(plot.value.low))" data-high="\(String(plot.value.high))" data-start="\(String(plot.time.start))" \
        data-end="\(String(plot.time.end))"\(lowerPanel(lower))>\
        <title id="\(id)-t">\(title)</title><desc id="\(id)-d">\(summary)</desc>\
        <g class="still">\(body)</g><g class="cross"><path d=""/><circle r="4"/></g></svg>

        """ as Markup
    }
    return """
      <figure class="figure" data-chart="\(data)">
      <div class="legend">\(legend)</div>
      <div class="plot">\(drawings)<div class="tip" hidden></div></div>
      <figcaption>\(caption)</figcaption>
      </figure>

      """
  }

  private func lowerPanel(_ plot: Plot?) -> Markup {
    guard let plot else { return .empty }
    return " data-lower-top=\"\(NumberText.coordinate(plot.top))\" data-lower-bottom=\"\(NumberText.coordinate(plot.bottom))\""
  }
}
