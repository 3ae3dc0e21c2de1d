extension HTMLReportScript {
  /// What hands do with charts: the crosshair, the zoom, the switches above each.
  static let charts = tips + hands

  private static let tips = #"""

    function pairsOf(list) {
      var pairs = make('div', undefined, 'pairs');
      list.forEach(function (pair) { pair.forEach(function (text) { pairs.append(make('span', text)); }); });
      return pairs;
    }
    function equityTip(chart, tip, index) {
      var list = data.equity, pairs = [['Strategy', number(list.equity[index], data.digits)]];
      if (!chart.figure.isAlone) pairs.push([data.marketName, number(list.market[index], data.digits)]);
      pairs.push(['Drawdown', percent(list.drawdown[index] === null ? null : -list.drawdown[index], 2)], ['Invested', percent(list.exposure[index], 0)]);
      tip.append(make('p', moment(list.time[index])), pairsOf(pairs));
    }
    function rollingTip(chart, tip, index) {
      tip.append(make('p', moment(data.rolling.time[index])), pairsOf([['Sharpe ratio', number(data.rolling.sharpe[index], 2)]]));
    }
    function besideTip(chart, tip, index) {
      var time = data.beside[0].time[index], other = data.beside[1], there = other.time.length ? nearest(other.time, time) : -1;
      var isThere = there >= 0 && time >= other.time[0] && time <= other.time[other.time.length - 1];
      tip.append(make('p', moment(time)), pairsOf([
        ['This', percent(data.beside[0].value[index], 2, true)], ['Beside', isThere ? percent(other.value[there], 2, true) : '–'],
        ['Fall, this', percent(-data.beside[0].fall[index], 2)], ['Fall, beside', isThere ? percent(-other.fall[there], 2) : '–']
      ]));
    }
    function priceTip(chart, tip, index) {
      var list = chart.figure.list, now = chart.now, reach = (now.to - now.from) / (now.right - now.left) * 4;
      tip.append(make('p', moment(list.time[index])), pairsOf([['Open', 'open'], ['High', 'high'], ['Low', 'low'], ['Close', 'close']].map(function (pair) {
        return [pair[0], number(list[pair[1]][index], list.digits)];
      })));
      var next = index + 1 < list.time.length ? list.time[index + 1] : Infinity, from = Math.min(list.time[index], next - reach), to = Math.max(next, list.time[index] + reach);
      var shown = 0, more = 0, text = function (style, row) { return cell(style, row, at, data.trades.texts, data.digits); };
      chart.figure.rows.forEach(function (row) {
        var lines = [];
        if (row[at.op] >= from && row[at.op] < to) lines.push('In #' + row[at.no] + ' at ' + text('en', row) + ' · ' + text('wi', row));
        if (row[at.cl] >= from && row[at.cl] < to) {
          lines.push('Out #' + row[at.no] + ' at ' + text('ex', row) + ' · ' + data.trades.texts[row[at.kind]] + ' · ' + text('pr', row) + ' (' + text('re', row) + ')');
        }
        lines.forEach(function (line) { if (shown < 4) { shown += 1; tip.append(make('p', line, 'trade')); } else more += 1; });
      });
      if (more) tip.append(make('p', 'and ' + more + ' more', 'trade'));
    }
    var kinds = {
      equity: { paint: paintEquity, tip: equityTip, list: function () { return data.equity; }, value: 'equity' },
      rolling: { paint: paintRolling, tip: rollingTip, list: function () { return data.rolling; }, value: 'sharpe' },
      beside: { paint: paintBeside, tip: besideTip, list: function () { return data.beside[0]; }, value: 'value' },
      price: { paint: paintPrices, tip: priceTip, list: function (index) { return data.prices[index]; }, value: 'close' }
    };
    """#

  private static let hands = #"""

    function setUp(element) {
      var name = element.dataset.chart.split(':'), kind = kinds[name[0]], figure = { element: element, paint: kind.paint, isLog: false, isAlone: false, charts: [] };
      figure.list = kind.list(Number(name[1]));
      figure.values = figure.list[kind.value];
      figure.isPrice = name[0] === 'price';
      figure.showTip = kind.tip;
      figure.tip = element.querySelector('.tip');
      if (figure.isPrice) figure.rows = data.trades.rows.filter(function (row) { return data.trades.texts[row[at.sy]] === figure.list.symbol; });
      else figure.rows = data.trades.rows;
      element.querySelectorAll('.chart').forEach(function (svg) { figure.charts.push(chartOf(figure, svg)); });
      figures.push(figure);
      if (figure.list.time.length < 2) return;
      controls(figure, name[0]);
      figure.charts.forEach(hands);
    }
    function chartOf(figure, svg) {
      var value = function (name) { return Number(svg.dataset[name]); }, box = svg.viewBox.baseVal;
      var chart = { figure: figure, svg: svg, isWide: svg.classList.contains('wide'), width: box.width, height: box.height, pointers: {} };
      chart.digitWidth = chart.isWide ? 7.3 : 6.8;
      chart.still = svg.querySelector('.still');
      chart.cross = svg.querySelector('.cross');
      chart.node = function (name, attributes, text) {
        var node = document.createElementNS(svg.namespaceURI, name);
        Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
        if (text !== undefined) node.textContent = text;
        return node;
      };
      var base = { left: value('left'), right: value('right'), top: value('top'), bottom: value('bottom'), start: value('start'), end: value('end'),
        lowerTop: value('lowerTop'), lowerBottom: value('lowerBottom'), axis: { low: value('low'), high: value('high'), isLog: false } };
      base.from = base.start;
      base.to = base.end;
      base.x = function (at) { return base.to > base.from ? base.left + (at - base.from) / (base.to - base.from) * (base.right - base.left) : (base.left + base.right) / 2; };
      base.y = function (number) { return base.bottom - share(base.axis, number) * (base.bottom - base.top); };
      chart.base = chart.now = base;
      all.from = Math.min(all.from, base.start);
      all.to = Math.max(all.to, base.end);
      return chart;
    }
    function controls(figure, name) {
      var box = make('div', undefined, 'zoom'), buttons = [['−', 'Zoom out', function () { zoom(2); }], ['+', 'Zoom in', function () { zoom(0.5); }],
        ['←', 'Earlier', function () { pan(-0.5); }], ['→', 'Later', function () { pan(0.5); }], ['All', 'Whole period', whole]].map(function (each) {
        var button = make('button', each[0]);
        button.type = 'button';
        button.title = each[1];
        button.setAttribute('aria-label', each[1]);
        button.addEventListener('click', each[2]);
        return button;
      });
      function flag(text, isOn, change) {
        var label = make('label'), input = make('input');
        input.type = 'checkbox';
        input.checked = isOn;
        input.addEventListener('change', function () { change(input.checked); schedule(); });
        label.append(input, text);
        box.append(label);
        return input;
      }
      var group = make('span', undefined, 'buttons');
      group.append.apply(group, buttons);
      box.append(group);
      if (name === 'equity') {
        flag(data.marketName, true, function (isOn) { figure.isAlone = !isOn; figure.element.classList.toggle('alone', !isOn); });
      }
      if (name === 'equity' || name === 'price') {
        var least = name === 'equity' ? figure.values.concat(data.equity.market) : figure.list.low;
        var log = flag('Log scale', false, function (isOn) { figure.isLog = isOn; });
        if (least.some(function (value) { return value !== null && value <= 0; })) {
          log.disabled = true;
          log.parentNode.title = 'Values at or below zero have no logarithm.';
        }
      }
      var text = make('span', undefined, 'extent');
      text.setAttribute('aria-live', 'polite');
      box.append(text);
      figure.refresh = function () {
        buttons[0].disabled = buttons[4].disabled = !view;
        buttons[1].disabled = !!view && view.to - view.from <= shortest * 1.001;
        buttons[2].disabled = !view || view.from <= all.from;
        buttons[3].disabled = !view || view.to >= all.to;
        box.classList.toggle('whole', !view);
        if (!view) { text.textContent = matchMedia('(pointer: coarse)').matches ? 'Pinch to zoom' : 'Drag to zoom, Ctrl and wheel too'; return; }
        var count = tradesIn(figure.rows, view).length, isSingle = count <= single[narrow.matches ? 'narrow' : 'wide'];
        text.textContent = minute(view.from) + ' – ' + minute(view.to) + ' · ' + number(count, 0) + (count === 1 ? ' trade' : ' trades') + (figure.isPrice && count && !isSingle ? ' in groups' : '');
      };
      figure.refresh();
      figure.element.insertBefore(box, figure.element.querySelector('.plot'));
    }
    function hands(chart) {
      var figure = chart.figure, svg = chart.svg, cross = chart.cross, line = cross.querySelector('path'), dot = cross.querySelector('circle');
      var current = -1, press = null, pinch = null, band = null;
      function place(event) { var bounds = svg.getBoundingClientRect(); return (event.clientX - bounds.left) / bounds.width * chart.width; }
      function instant(x) { var now = chart.now; return now.from + (x - now.left) / (now.right - now.left) * (now.to - now.from); }
      function inside(x) { return Math.max(chart.now.left, Math.min(chart.now.right, x)); }
      function show(index) {
        var times = figure.list.time, now = chart.now, first = Math.max(0, lastBefore(times, now.from)), last = Math.max(first, lastBefore(times, now.to));
        current = Math.max(first, Math.min(last, index));
        if (times[current] < now.from && current < last) current += 1;
        var x = inside(now.x(times[current])), value = figure.values[current];
        line.setAttribute('d', 'M' + tenth(x) + ' ' + now.top + 'V' + (chart.base.lowerBottom || now.bottom));
        dot.setAttribute('cx', x);
        dot.setAttribute('cy', value === null ? 0 : now.y(value));
        dot.setAttribute('visibility', value === null ? 'hidden' : 'inherit');
        cross.classList.add('on');
        figure.tip.replaceChildren();
        figure.showTip(chart, figure.tip, current);
        figure.tip.hidden = false;
        var at = x / chart.width * svg.clientWidth;
        figure.tip.style.left = Math.max(0, Math.min(svg.clientWidth - figure.tip.offsetWidth, at > svg.clientWidth / 2 ? at - figure.tip.offsetWidth - 14 : at + 14)) + 'px';
      }
      function hide() { cross.classList.remove('on'); figure.tip.hidden = true; }
      function point(x) {
        var at = instant(inside(x)), index = nearest(figure.list.time, at);
        show(figure.isPrice && index && figure.list.time[index] > at ? index - 1 : index);
      }
      function drop() { press = null; if (band) band.remove(); band = null; }
      function held() { return Object.keys(chart.pointers).map(function (id) { return chart.pointers[id]; }); }
      svg.setAttribute('tabindex', '0');
      svg.addEventListener('pointerdown', function (event) {
        // A press shows no frame; keys do.
        svg.classList.add('pressed');
        if (event.pointerType === 'touch') {
          chart.pointers[event.pointerId] = place(event);
          var fingers = held();
          if (fingers.length === 2) { hide(); pinch = fingers.map(instant); } else point(place(event));
          return;
        }
        if (event.button !== 0) return;
        press = { x: inside(place(event)), isPan: event.shiftKey && !!view, last: event.clientX };
      });
      svg.addEventListener('pointermove', function (event) {
        var x = place(event);
        if (chart.pointers[event.pointerId] !== undefined) {
          chart.pointers[event.pointerId] = x;
          var fingers = held();
          if (!pinch || fingers.length !== 2) return point(x);
          var scale = (pinch[1] - pinch[0]) / (fingers[1] - fingers[0]), now = chart.now;
          if (!isFinite(scale) || scale <= 0) return;
          return look(pinch[0] - (fingers[0] - now.left) * scale, pinch[0] + (now.right - fingers[0]) * scale);
        }
        if (!press) return point(x);
        if (press.isPan) {
          pan((press.last - event.clientX) / svg.getBoundingClientRect().width);
          press.last = event.clientX;
          return;
        }
        if (!band && Math.abs(x - press.x) > 4) {
          hide();
          svg.setPointerCapture(event.pointerId);
          band = chart.node('rect', { 'class': 'band', y: chart.now.top, height: (chart.base.lowerBottom || chart.now.bottom) - chart.now.top });
          svg.append(band);
        }
        if (!band) return;
        band.setAttribute('x', tenth(Math.min(press.x, inside(x))));
        band.setAttribute('width', tenth(Math.abs(inside(x) - press.x)));
      });
      svg.addEventListener('pointerup', function (event) {
        delete chart.pointers[event.pointerId];
        pinch = null;
        if (press && band) {
          var to = inside(place(event));
          if (Math.abs(to - press.x) > 6) look(instant(Math.min(to, press.x)), instant(Math.max(to, press.x)));
        }
        drop();
      });
      svg.addEventListener('pointercancel', function (event) { delete chart.pointers[event.pointerId]; pinch = null; drop(); hide(); });
      svg.addEventListener('pointerleave', function (event) { if (event.pointerType !== 'touch') hide(); if (!band) press = null; });
      svg.addEventListener('dblclick', whole);
      svg.addEventListener('wheel', function (event) {
        var isPan = Math.abs(event.deltaX) > Math.abs(event.deltaY);
        if (isPan ? !view : !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        var size = event.deltaMode === 1 ? 16 : 1;
        if (isPan) pan(event.deltaX * size / svg.clientWidth);
        else zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY * size * (event.ctrlKey && Math.abs(event.deltaY) < 40 ? 0.01 : 0.002)))), instant(inside(place(event))));
      }, { passive: false });
      svg.addEventListener('focus', function () { if (svg.matches(':focus-visible')) show(current < 0 ? Infinity : current); });
      svg.addEventListener('blur', function () { svg.classList.remove('pressed'); hide(); });
      svg.addEventListener('keydown', function (event) {
        svg.classList.remove('pressed');
        var times = figure.list.time, now = chart.now, one = Math.max(1, Math.round((lastBefore(times, now.to) - lastBefore(times, now.from)) / 240));
        var step = { ArrowLeft: -one, ArrowRight: one, PageUp: -20 * one, PageDown: 20 * one, Home: -Infinity, End: Infinity }[event.key];
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        if (event.key === 'Escape') { if (view) whole(); hide(); drop(); return; }
        var act = { '+': function () { zoom(0.5, middle()); }, '=': function () { zoom(0.5, middle()); }, '-': function () { zoom(2, middle()); }, '0': whole }[event.key];
        if (event.shiftKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) act = function () { pan(event.key === 'ArrowLeft' ? -0.25 : 0.25); };
        if (!act && step === undefined) return;
        event.preventDefault();
        if (!act) return show(current < 0 ? 0 : current + step);
        hide();
        act();
      });
      function middle() { return current >= 0 && figure.list.time[current] >= chart.now.from && figure.list.time[current] <= chart.now.to ? figure.list.time[current] : undefined; }
    }
    document.querySelectorAll('[data-chart]').forEach(setUp);
    drawAll(false);
    narrow.addEventListener('change', schedule);
    document.querySelectorAll('details').forEach(function (details) { details.addEventListener('toggle', schedule); });
    addEventListener('beforeprint', function () { drawAll(true); });
    function goTo(selector, from, to) {
      var room = Math.max((to - from) * 0.6, 60), target = document.querySelector(selector);
      look(from - room, to + room);
      if (!target) return;
      var folded = target.closest('details');
      if (folded) folded.open = true;
      target.scrollIntoView({ block: 'center' });
    }
    document.querySelectorAll('#falls tr[data-from]').forEach(function (row) {
      var head = row.cells[0], button = make('button', head.textContent, 'go');
      button.type = 'button';
      button.title = 'Show in the chart';
      button.addEventListener('click', function () { goTo('[data-chart=equity]', Number(row.dataset.from), Number(row.dataset.to)); });
      head.replaceChildren(button);
    });
    """#
}
