extension HTMLReportScript {
  /// What is shown of time: all, or a part that the charts share.
  static let view = #"""

    var view = null, figures = [], waiting = false, shortest = 60;
    var all = { from: Infinity, to: -Infinity };
    function shown(chart) { return view || { from: chart.base.start, to: chart.base.end }; }
    function look(from, to) {
      if (!(to > from) || !(all.to > all.from)) return;
      var length = Math.min(Math.max(to - from, shortest), all.to - all.from), middle = (from + to) / 2;
      from = Math.max(all.from, Math.min(all.to - length, middle - length / 2));
      view = length >= (all.to - all.from) * 0.9999 ? null : { from: from, to: from + length };
      schedule();
    }
    function zoom(factor, around) {
      var now = view || all, middle = around === undefined ? (now.from + now.to) / 2 : around;
      look(middle - (middle - now.from) * factor, middle + (now.to - middle) * factor);
    }
    function pan(part) {
      if (!view) return;
      var by = (view.to - view.from) * part;
      by = Math.max(all.from - view.from, Math.min(all.to - view.to, by));
      view = { from: view.from + by, to: view.to + by };
      schedule();
    }
    function whole() { view = null; schedule(); }
    function schedule() {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(function () { waiting = false; drawAll(false); });
    }
    function drawAll(isForPaper) {
      figures.forEach(function (figure) {
        figure.charts.forEach(function (chart) { if (isForPaper || chart.svg.getClientRects().length) draw(chart); });
        if (figure.refresh) figure.refresh();
      });
    }
    function draw(chart) {
      var figure = chart.figure, isPlain = !view && !figure.isLog && !figure.isAlone;
      chart.svg.querySelectorAll('.live').forEach(function (old) { old.remove(); });
      if (isPlain) {
        chart.still.removeAttribute('display');
        chart.now = chart.base;
        return;
      }
      chart.still.setAttribute('display', 'none');
      var live = chart.node('g', { 'class': 'live' });
      chart.svg.insertBefore(live, chart.cross);
      figure.paint(chart, live, shown(chart));
    }
    """#

  /// Axes, grids and the charts of values over time, drawn anew for a part of the time.
  static let painters = #"""

    function room(chart, labels) {
      var longest = labels.reduce(function (most, label) { return Math.max(most, label.length); }, 0);
      return Math.min(longest, 14) * chart.digitWidth + 12;
    }
    function texts(axis, text) { return axis.ticks.map(function (tick) { return text(tick.value, tick.step); }); }
    function percentText(value, step) { return percent(value, fractionDigits(step * 100)); }
    function grid(chart, live, panel, labels) {
      var lines = '', last = Infinity;
      panel.axis.ticks.forEach(function (tick, index) {
        var y = panel.y(tick.value);
        lines += 'M' + tenth(panel.left) + ' ' + tenth(y) + 'H' + tenth(panel.right);
        // On a logarithmic scale round numbers come close to one another.
        if (last - y < 13 && index) return;
        last = y;
        live.append(chart.node('text', { 'class': 'tick', x: tenth(panel.left - 8), y: tenth(y), dy: '.32em', 'text-anchor': 'end' }, labels[index]));
      });
      live.prepend(chart.node('path', { 'class': 'grid', d: lines }));
    }
    function timeLine(chart, live, panel) {
      var marks = 'M' + tenth(panel.left) + ' ' + tenth(panel.bottom) + 'H' + tenth(panel.right), taken = -Infinity;
      timeTicks(panel.from, panel.to, chart.isWide ? 9 : 4).forEach(function (tick) {
        var x = panel.x(tick.at), half = Math.max(tick.label.length, tick.parent.length) * chart.digitWidth / 2;
        var isLast = x + half > chart.width, place = isLast ? chart.width : Math.max(x, half);
        marks += 'M' + tenth(x) + ' ' + tenth(panel.bottom) + 'v5';
        if ((isLast ? place - 2 * half : place - half) < taken + 4) return;
        taken = isLast ? place : place + half;
        [[tick.label, 20, 'tick'], [tick.parent, 36, 'tick parent']].forEach(function (text) {
          if (!text[0]) return;
          live.append(chart.node('text', {
            'class': text[2], x: tenth(place), y: tenth(panel.bottom + text[1]), 'text-anchor': isLast ? 'end' : 'middle'
          }, text[0]));
        });
      });
      live.append(chart.node('path', { 'class': 'axis', d: marks }));
    }
    function makePanel(chart, left, top, bottom, axis, span) {
      var panel = { left: left, right: chart.base.right, top: top, bottom: bottom, axis: axis, from: span.from, to: span.to };
      panel.x = function (at) {
        return panel.to > panel.from ? panel.left + (at - panel.from) / (panel.to - panel.from) * (panel.right - panel.left) : (panel.left + panel.right) / 2;
      };
      panel.y = function (value) { return panel.bottom - share(axis, value) * (panel.bottom - panel.top); };
      // What is drawn in it ends at its edges.
      panel.clip = function (live) {
        var room = { x: left, y: top, width: panel.right - left, height: bottom - top };
        var inner = chart.node('svg', { x: room.x, y: room.y, width: room.width, height: room.height,
          viewBox: room.x + ' ' + room.y + ' ' + room.width + ' ' + room.height });
        live.append(inner);
        return inner;
      };
      return panel;
    }
    function path(chart, parent, style, points, panel) {
      parent.append(chart.node('path', { 'class': style, d: linePath(points, panel.x, panel.y) }));
    }
    function values(points) { return points.map(function (point) { return point[1]; }); }
    function caption(chart, live, left, y, text) { live.append(chart.node('text', { 'class': 'panel', x: tenth(left), y: tenth(y) }, text)); }
    function falls(list, span) { return cut(list.time, list.drawdown || list.fall, span.from, span.to).map(function (point) { return [point[0], -Math.min(Math.max(point[1], 0), 1000)]; }); }
    function fallAxis(chart, lists, room) {
      var deepest = lists.reduce(function (least, points) { return values(points).reduce(function (a, b) { return Math.min(a, b); }, least); }, 0);
      return fixedAxis(Math.min(deepest, -0.001) * room, 0, chart.isWide ? 4 : 3);
    }
    function paintEquity(chart, live, span) {
      var list = data.equity, figure = chart.figure, own = cut(list.time, list.equity, span.from, span.to);
      var market = figure.isAlone ? [] : cut(list.time, list.market, span.from, span.to), under = falls(list, span);
      var axis = valueAxis(values(own).concat(values(market)), chart.isWide ? 6 : 5, 0.06, figure.isLog);
      var lowAxis = fallAxis(chart, [under], 1.25), labels = texts(axis, tickText), lowLabels = texts(lowAxis, percentText);
      var left = room(chart, labels.concat(lowLabels)), base = chart.base;
      var upper = makePanel(chart, left, base.top, base.bottom, axis, span), lower = makePanel(chart, left, base.lowerTop, base.lowerBottom, lowAxis, span);
      grid(chart, live, upper, labels);
      grid(chart, live, lower, lowLabels);
      timeLine(chart, live, lower);
      caption(chart, live, left, 14, 'Equity, ' + data.asset + (figure.isLog ? ' (logarithmic)' : ''));
      caption(chart, live, left, base.lowerTop - 10, 'Drawdown');
      var inner = upper.clip(live), below = lower.clip(live);
      if (data.capital > axis.low && data.capital < axis.high) {
        inner.append(chart.node('path', { 'class': 'capital', d: 'M' + tenth(left) + ' ' + tenth(upper.y(data.capital)) + 'H' + tenth(upper.right) }));
      }
      if (market.length) path(chart, inner, 'market', market, upper);
      path(chart, inner, 'equity', own, upper);
      if (under.length > 1) {
        var line = linePath(under, lower.x, lower.y);
        below.append(chart.node('path', { 'class': 'fall-area', d: line + 'L' + tenth(lower.x(under[under.length - 1][0])) + ' ' + lower.top + 'L' + tenth(lower.x(under[0][0])) + ' ' + lower.top + 'Z' }));
        below.append(chart.node('path', { 'class': 'fall', d: line }));
      }
      if (!data.prices.length) exitsOn(chart, live, upper, list);
      chart.now = upper;
    }
    function paintRolling(chart, live, span) {
      var points = cut(data.rolling.time, data.rolling.sharpe, span.from, span.to);
      var axis = valueAxis(values(points).concat(0), chart.isWide ? 5 : 4, 0.08, false), labels = texts(axis, tickText);
      var panel = makePanel(chart, room(chart, labels), chart.base.top, chart.base.bottom, axis, span);
      grid(chart, live, panel, labels);
      timeLine(chart, live, panel);
      live.append(chart.node('path', { 'class': 'axis', d: 'M' + tenth(panel.left) + ' ' + tenth(panel.y(0)) + 'H' + tenth(panel.right) }));
      path(chart, panel.clip(live), 'equity', points, panel);
      chart.now = panel;
    }
    function paintBeside(chart, live, span) {
      var base = chart.base, curves = data.beside.map(function (list) { return cut(list.time, list.value, span.from, span.to); });
      var under = data.beside.map(function (list) { return falls(list, span); });
      var axis = valueAxis(values(curves[0]).concat(values(curves[1])), chart.isWide ? 6 : 5, 0.06, false), lowAxis = fallAxis(chart, under, 1.1);
      var labels = texts(axis, percentText), lowLabels = texts(lowAxis, percentText), left = room(chart, labels.concat(lowLabels));
      var upper = makePanel(chart, left, base.top, base.bottom, axis, span), lower = makePanel(chart, left, base.lowerTop, base.lowerBottom, lowAxis, span);
      grid(chart, live, upper, labels);
      grid(chart, live, lower, lowLabels);
      timeLine(chart, live, lower);
      caption(chart, live, left, 14, 'Profit, % of capital');
      caption(chart, live, left, base.lowerTop - 10, 'Drawdown');
      var inner = upper.clip(live), below = lower.clip(live);
      [1, 0].forEach(function (index) {
        path(chart, inner, index ? 'other' : 'equity', curves[index], upper);
        path(chart, below, index ? 'other thin' : 'equity thin', under[index], lower);
      });
      chart.now = upper;
    }
    """#
}
