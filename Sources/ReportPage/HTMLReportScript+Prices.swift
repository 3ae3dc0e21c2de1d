extension HTMLReportScript {
  /// Prices with entries and exits, drawn anew for a part of the time: ``PriceSeries`` and ``TradeMarks`` of the script.
  static let prices = #"""

    var single = { wide: 320, narrow: 120 };
    function tradesIn(rows, span) {
      return rows.filter(function (row) { return row[at.cl] >= span.from && row[at.op] <= span.to; });
    }
    function toneOf(row) { return row[at.sign] > 0 ? 'gain' : row[at.sign] < 0 ? 'loss' : 'even'; }
    function down(x, y, r) { return 'M' + tenth(x) + ' ' + tenth(y) + 'l' + tenth(-r) + ' ' + tenth(-r * 1.75) + 'h' + tenth(2 * r) + 'z'; }
    function up(x, y, r) { return 'M' + tenth(x) + ' ' + tenth(y) + 'l' + tenth(r) + ' ' + tenth(r * 1.75) + 'h' + tenth(-2 * r) + 'z'; }
    function bar(x, y, r) { return 'M' + tenth(x - r) + ' ' + tenth(y) + 'h' + tenth(2 * r) + 'v1.6h' + tenth(-2 * r) + 'z'; }
    var hollow = { 'Trailing stop': true, 'Time stop': true, 'End of data': true };
    function exitMark(kind, x, y, r) {
      switch (kind) {
      case 'Stop-loss': case 'Trailing stop': return down(x, y - 2.4, r) + bar(x, y - 1.6, r);
      case 'Take-profit': return down(x, y, r) + bar(x, y - r * 1.75 - 2.4, r);
      case 'End of data': return 'M' + tenth(x - r * 0.8) + ' ' + tenth(y) + 'v' + tenth(-r * 1.6) + 'h' + tenth(r * 1.6) + 'v' + tenth(r * 1.6) + 'z';
      default: return down(x, y, r);
      }
    }
    function buckets(list, span, limit) {
      var first = Math.max(0, lastBefore(list.time, span.from)), last = Math.max(first, lastBefore(list.time, span.to));
      var size = Math.max(1, Math.ceil((last - first + 1) / limit)), result = [];
      first -= first % size;
      for (var index = first; index <= last; index += size) {
        var stop = Math.min(index + size, list.time.length), bucket = {
          start: list.time[index], end: stop < list.time.length ? list.time[stop] : 2 * list.time[stop - 1] - list.time[Math.max(0, stop - 2)],
          open: list.open[index], high: list.high[index], low: list.low[index], close: list.close[stop - 1]
        };
        for (var other = index + 1; other < stop; other += 1) {
          bucket.high = Math.max(bucket.high, list.high[other]);
          bucket.low = Math.min(bucket.low, list.low[other]);
        }
        result.push(bucket);
      }
      return result;
    }
    function drawCandles(chart, inner, panel, list) {
      var wicks = '', rising = '', falling = '', area = '', back = '', line = '';
      var middle = function (bucket) { return panel.x((bucket.start + bucket.end) / 2); };
      if (list.length > (chart.isWide ? 200 : 70)) {
        list.forEach(function (bucket) {
          var x = tenth(middle(bucket));
          area += (area ? 'L' : 'M') + x + ' ' + tenth(panel.y(bucket.high));
          line += (line ? 'L' : 'M') + x + ' ' + tenth(panel.y(bucket.close));
          back = 'L' + x + ' ' + tenth(panel.y(bucket.low)) + back;
        });
        inner.append(chart.node('path', { 'class': 'range', d: area + back + 'Z' }), chart.node('path', { 'class': 'close', d: line }));
        return;
      }
      list.forEach(function (bucket) {
        var x = middle(bucket), half = Math.max(0.8, Math.min(9, (panel.x(bucket.end) - panel.x(bucket.start)) * 0.35));
        var top = panel.y(Math.max(bucket.open, bucket.close)), height = Math.max(1, panel.y(Math.min(bucket.open, bucket.close)) - top);
        var body = 'M' + tenth(x - half) + ' ' + tenth(top) + 'h' + tenth(2 * half) + 'v' + tenth(height) + 'h' + tenth(-2 * half) + 'z';
        wicks += 'M' + tenth(x) + ' ' + tenth(panel.y(bucket.high)) + 'V' + tenth(panel.y(bucket.low));
        if (bucket.close >= bucket.open) rising += body; else falling += body;
      });
      [['wick', wicks], ['rising', rising], ['falling', falling]].forEach(function (part) {
        inner.append(chart.node('path', { 'class': part[0], d: part[1] }));
      });
    }
    // One mark for an entry and one for an exit, each with its tip at its price, and a line between them.
    function markEach(chart, inner, panel, rows) {
      var entries = '', exits = {}, held = {}, radius = rows.length > 60 ? 4 : 5;
      rows.forEach(function (row) {
        var tone = toneOf(row), kind = data.trades.texts[row[at.kind]], style = 'exit ' + tone + (hollow[kind] ? ' hollow' : '');
        var from = [panel.x(row[at.op]), panel.y(row[at.en])], to = [panel.x(row[at.cl]), panel.y(row[at.ex])];
        held[tone] = (held[tone] || '') + 'M' + tenth(from[0]) + ' ' + tenth(from[1]) + 'L' + tenth(to[0]) + ' ' + tenth(to[1]);
        entries += up(from[0], from[1], radius);
        exits[style] = (exits[style] || '') + exitMark(kind, to[0], to[1], radius);
      });
      Object.keys(held).forEach(function (tone) { inner.append(chart.node('path', { 'class': 'held ' + tone, d: held[tone] })); });
      inner.append(chart.node('path', { 'class': 'entry', d: entries }));
      Object.keys(exits).forEach(function (style) { inner.append(chart.node('path', { 'class': style, d: exits[style] })); });
    }
    // More trades than room: one mark for the entries and one for the exits of a slice of time.
    function markSums(chart, inner, panel, rows, list) {
      var radius = 3.4, width = 2 * radius + 1.2, entries = {}, exits = {};
      function slice(x) { return Math.floor((x - panel.left) / width); }
      rows.forEach(function (row) {
        var opened = panel.x(row[at.op]), closed = panel.x(row[at.cl]), here = lastBefore(list.time, row[at.op]), there = lastBefore(list.time, row[at.cl]);
        if (row[at.op] >= panel.from) {
          var y = panel.y(here < 0 ? row[at.en] : Math.min(list.low[here], row[at.en])) + 3, entry = slice(opened);
          entries[entry] = Math.max(entries[entry] || -Infinity, y);
        }
        if (row[at.cl] <= panel.to) {
          var top = panel.y(there < 0 ? row[at.ex] : Math.max(list.high[there], row[at.ex])) - 3, exit = slice(closed);
          if (!exits[exit]) exits[exit] = { top: top, sum: 0 };
          exits[exit].top = Math.min(exits[exit].top, top);
          exits[exit].sum += row[at.pr];
        }
      });
      var ups = '', downs = { gain: '', loss: '', even: '' };
      function middle(index) { return panel.left + (Number(index) + 0.5) * width; }
      Object.keys(entries).forEach(function (index) { ups += up(middle(index), entries[index], radius); });
      Object.keys(exits).forEach(function (index) {
        downs[exits[index].sum > 0 ? 'gain' : exits[index].sum < 0 ? 'loss' : 'even'] += down(middle(index), exits[index].top, radius);
      });
      inner.append(chart.node('path', { 'class': 'entry', d: ups }));
      Object.keys(downs).forEach(function (tone) { inner.append(chart.node('path', { 'class': 'exit ' + tone, d: downs[tone] })); });
    }
    function paintPrices(chart, live, span) {
      var figure = chart.figure, list = figure.list, drawn = buckets(list, span, chart.isWide ? 480 : 170), rows = tradesIn(figure.rows, span);
      var isSingle = rows.length <= single[chart.isWide ? 'wide' : 'narrow'], prices = [];
      drawn.forEach(function (bucket) { prices.push(bucket.low, bucket.high); });
      if (isSingle) {
        rows.forEach(function (row) {
          if (row[at.op] >= span.from) prices.push(row[at.en]);
          if (row[at.cl] <= span.to) prices.push(row[at.ex]);
        });
      }
      var axis = valueAxis(prices, chart.isWide ? 6 : 5, 0.1, figure.isLog), labels = texts(axis, tickText);
      var panel = makePanel(chart, room(chart, labels), chart.base.top, chart.base.bottom, axis, span);
      grid(chart, live, panel, labels);
      timeLine(chart, live, panel);
      var inner = panel.clip(live);
      drawCandles(chart, inner, panel, drawn);
      if (isSingle) markEach(chart, inner, panel, rows); else markSums(chart, inner, panel, rows, list);
      chart.now = panel;
    }
    // Without prices, as of live results, exits stand on the curve of the equity.
    function exitsOn(chart, live, panel, list) {
      var rows = data.trades.rows.filter(function (row) { return row[at.cl] >= panel.from && row[at.cl] <= panel.to; });
      if (rows.length > single[chart.isWide ? 'wide' : 'narrow'] || list.time.length < 2) return;
      markExits(chart, panel.clip(live), panel, rows, list);
    }
    function markExits(chart, inner, panel, rows, list) {
      var marks = {};
      rows.forEach(function (row) {
        var index = Math.max(0, Math.min(list.time.length - 2, lastBefore(list.time, row[at.cl]))), kind = data.trades.texts[row[at.kind]];
        var style = 'exit ' + toneOf(row) + (hollow[kind] ? ' hollow' : ''), y = panel.y(between(list.time, list.equity, index, row[at.cl]));
        marks[style] = (marks[style] || '') + exitMark(kind, panel.x(row[at.cl]), y - 3, 4.4);
      });
      Object.keys(marks).forEach(function (style) { inner.append(chart.node('path', { 'class': style, d: marks[style] })); });
    }
    """#
}
