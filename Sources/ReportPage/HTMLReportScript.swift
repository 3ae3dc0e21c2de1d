/// The page's script: a crosshair with values on the charts; order, search and pages for the list of trades.
/// Everything else on the page is there without it. It writes text, never HTML.
enum HTMLReportScript {
  static let text = start + crosshair + trades + end

  private static let start = #"""

    (function () {
    'use strict';
    var data = JSON.parse(document.getElementById('report-data').textContent);
    function make(name, text, style) {
      var element = document.createElement(name);
      if (text !== undefined) element.textContent = text;
      if (style) element.className = style;
      return element;
    }
    function number(value, digits) {
      if (value === null || value === undefined) return '–';
      var text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
      return text.replace('-', '−');
    }
    function percent(value, digits) { return value === null ? '–' : number(value * 100, digits) + '\u202f%'; }
    function moment(seconds) { return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' '); }
    """#

  private static let crosshair = #"""

    function nearest(times, at) {
      var low = 0, high = times.length - 1;
      while (low < high) {
        var middle = (low + high) >> 1;
        if (times[middle] < at) low = middle + 1; else high = middle;
      }
      return low > 0 && at - times[low - 1] < times[low] - at ? low - 1 : low;
    }
    function equityText(tip, index) {
      var equity = data.equity, pairs = make('div', undefined, 'pairs');
      [['Strategy', number(equity.equity[index], data.digits)], [data.marketName, number(equity.market[index], data.digits)],
        ['Drawdown', percent(equity.drawdown[index] === null ? null : -equity.drawdown[index], 2)], ['Invested', percent(equity.exposure[index], 0)]
      ].forEach(function (pair) { pair.forEach(function (text) { pairs.append(make('span', text)); }); });
      tip.append(make('p', moment(equity.time[index])), pairs);
    }
    function priceText(tip, prices, index) {
      var pairs = make('div', undefined, 'pairs'), columns = data.trades.columns.map(function (column) { return column.style; });
      [['Open', 'open'], ['High', 'high'], ['Low', 'low'], ['Close', 'close']].forEach(function (pair) {
        pairs.append(make('span', pair[0]), make('span', number(prices[pair[1]][index], prices.digits)));
      });
      tip.append(make('p', moment(prices.time[index])), pairs);
      var from = index ? prices.time[index] : -Infinity, to = index + 1 < prices.time.length ? prices.time[index + 1] : Infinity, shown = 0, more = 0;
      data.trades.rows.forEach(function (row) {
        if (data.trades.texts[row[1]] !== prices.symbol) return;
        var count = columns.length, lines = [];
        if (row[count + 1] >= from && row[count + 1] < to) lines.push('In #' + row[0] + ' at ' + row[6] + ' · ' + data.trades.texts[row[12]]);
        if (row[count + 2] >= from && row[count + 2] < to) {
          lines.push('Out #' + row[0] + ' at ' + row[7] + ' · ' + data.trades.texts[row[count]] + ' · ' + row[10] + ' (' + row[11] + ')');
        }
        lines.forEach(function (line) { if (shown < 4) { shown += 1; tip.append(make('p', line, 'trade')); } else more += 1; });
      });
      if (more) tip.append(make('p', 'and ' + more + ' more', 'trade'));
    }
    document.querySelectorAll('[data-chart]').forEach(function (figure) {
      var name = figure.dataset.chart.split(':'), tip = figure.querySelector('.tip');
      var prices = name[0] === 'price' ? data.prices[Number(name[1])] : null, times = prices ? prices.time : data.equity.time;
      if (!tip || !times.length) return;
      figure.querySelectorAll('.chart').forEach(function (chart) {
        var cross = chart.querySelector('.cross'), line = cross.querySelector('path'), dot = cross.querySelector('circle'), current = 0;
        var left = Number(chart.dataset.left), right = Number(chart.dataset.right), top = Number(chart.dataset.top), box = chart.viewBox.baseVal;
        var bottom = box.height - 44, low = Number(chart.dataset.low), high = Number(chart.dataset.high), lower = Number(chart.dataset.bottom);
        function show(index) {
          current = Math.max(0, Math.min(times.length - 1, index));
          var span = data.end - data.start, share = span > 0 ? (times[current] - data.start) / span : 0.5;
          var x = left + Math.max(0, Math.min(1, share)) * (right - left), value = prices ? prices.close[current] : data.equity.equity[current];
          line.setAttribute('d', 'M' + x + ' ' + top + 'V' + bottom);
          dot.setAttribute('cx', x);
          dot.setAttribute('cy', lower - Math.max(0, Math.min(1, (value - low) / (high - low))) * (lower - top));
          dot.setAttribute('visibility', value === null ? 'hidden' : 'inherit');
          cross.classList.add('on');
          tip.replaceChildren();
          if (prices) priceText(tip, prices, current); else equityText(tip, current);
          tip.hidden = false;
          var place = x / box.width * figure.clientWidth;
          tip.style.left = Math.max(0, place > figure.clientWidth / 2 ? place - tip.offsetWidth - 14 : place + 14) + 'px';
        }
        function hide() { cross.classList.remove('on'); tip.hidden = true; }
        function point(event) {
          var bounds = chart.getBoundingClientRect(), x = (event.clientX - bounds.left) / bounds.width * box.width;
          var at = data.start + (x - left) / (right - left) * (data.end - data.start);
          var index = nearest(times, at);
          show(prices && index && times[index] > at ? index - 1 : index);
        }
        chart.setAttribute('tabindex', '0');
        chart.addEventListener('pointermove', point);
        chart.addEventListener('pointerdown', point);
        chart.addEventListener('pointerleave', hide);
        chart.addEventListener('focus', function () { if (chart.matches(':focus-visible')) show(current || times.length - 1); });
        chart.addEventListener('blur', hide);
        chart.addEventListener('keydown', function (event) {
          var step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity }[event.key];
          if (event.key === 'Escape') hide();
          if (step === undefined) return;
          event.preventDefault();
          show(current + step);
        });
      });
    });
    """#

  private static let trades = #"""

    (function () {
      var table = document.getElementById('trade-table');
      if (!table) return;
      var columns = data.trades.columns, texts = data.trades.texts, kindAt = columns.length, body = table.tBodies[0];
      var find = document.getElementById('trade-find'), result = document.getElementById('trade-result'), kind = document.getElementById('trade-kind');
      var order = document.getElementById('trade-sort'), pager = document.getElementById('trade-pager'), count = document.getElementById('trade-count');
      var phone = matchMedia('(max-width: 640px)'), page = 0, sorted = 0, descending = false;
      var rest = count.textContent.slice(count.textContent.indexOf('. ') + 2);
      function text(row, index) { return columns[index].shared ? texts[row[index]] : String(row[index]); }
      function key(row, index) {
        switch (columns[index].style) {
        case 'no': return row[0];
        case 'op': return row[kindAt + 1];
        case 'cl': return row[kindAt + 2];
        case 'he': return row[kindAt + 2] - row[kindAt + 1];
        case 'wo': return texts[row[kindAt]] + text(row, index);
        }
        if (!columns[index].number) return text(row, index);
        var value = parseFloat(text(row, index).replace('−', '-').replace(/,/g, ''));
        return isFinite(value) ? value : -Infinity;
      }
      function chosen() {
        var words = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
        var rows = data.trades.rows.filter(function (row) {
          if (result.value === '+' && row[kindAt + 3] <= 0 || result.value === '-' && row[kindAt + 3] >= 0) return false;
          if (kind.value !== '' && row[kindAt] !== Number(kind.value)) return false;
          if (!words.length) return true;
          var all = columns.map(function (column, index) { return column.hidden ? '' : text(row, index); }).concat(texts[row[kindAt]]).join(' ').toLowerCase();
          return words.every(function (word) { return all.indexOf(word) >= 0; });
        });
        var sign = descending ? -1 : 1;
        return rows.map(function (row) { return [key(row, sorted), row]; }).sort(function (a, b) {
          return a[0] < b[0] ? -sign : a[0] > b[0] ? sign : a[1][0] - b[1][0];
        }).map(function (pair) { return pair[1]; });
      }
      function line(row) {
        var tr = make('tr'), tone = row[kindAt + 3] > 0 ? ' gain' : row[kindAt + 3] < 0 ? ' loss' : ' even';
        columns.forEach(function (column, index) {
          if (column.hidden) return;
          var cell = make('td', undefined, column.style + (column.number ? ' n' : '') + (column.style === 'pr' || column.style === 're' ? tone : ''));
          if (column.style === 'wo') cell.append(make('b', texts[row[kindAt]]));
          cell.append(text(row, index));
          tr.append(cell);
        });
        return tr;
      }
      function draw() {
        var rows = chosen(), size = phone.matches ? 20 : 100, pages = Math.max(1, Math.ceil(rows.length / size)), all = data.trades.rows.length;
        page = Math.max(0, Math.min(page, pages - 1));
        body.replaceChildren.apply(body, rows.slice(page * size, (page + 1) * size).map(line));
        count.textContent = (rows.length === all ? number(all, 0) + (all === 1 ? ' trade. ' : ' trades. ') : number(rows.length, 0) + ' of ' + number(all, 0) + ' trades. ') + rest;
        pager.hidden = pages < 2;
        pager.children[0].disabled = page === 0;
        pager.children[1].textContent = 'Page ' + (page + 1) + ' of ' + pages;
        pager.children[2].disabled = page === pages - 1;
        heads.forEach(function (head) {
          if (head[1] === sorted) head[0].setAttribute('aria-sort', descending ? 'descending' : 'ascending'); else head[0].removeAttribute('aria-sort');
        });
        order.value = sorted + (descending ? '-' : '+');
      }
      function reset() { page = 0; draw(); }
      function turn(by) { page += by; draw(); count.scrollIntoView({ block: 'start' }); }
      var heads = [];
      columns.forEach(function (column, index) {
        if (column.hidden) return;
        var head = table.tHead.rows[0].cells[heads.length], button = make('button', column.title);
        button.type = 'button';
        button.addEventListener('click', function () {
          descending = sorted === index ? !descending : column.number && index > 0;
          sorted = index;
          reset();
        });
        head.replaceChildren(button);
        heads.push([head, index]);
        [['+', ' ↑'], ['-', ' ↓']].forEach(function (way) {
          var option = make('option', (index ? column.title : 'Number') + way[1]);
          option.value = index + way[0];
          order.append(option);
        });
      });
      var seen = {};
      data.trades.rows.forEach(function (row) {
        if (seen[row[kindAt]]) return;
        seen[row[kindAt]] = true;
        var option = make('option', texts[row[kindAt]].toLowerCase());
        option.value = row[kindAt];
        kind.append(option);
      });
      order.addEventListener('change', function () {
        sorted = parseInt(order.value, 10);
        descending = order.value.slice(-1) === '-';
        reset();
      });
      find.addEventListener('input', reset);
      result.addEventListener('change', reset);
      kind.addEventListener('change', reset);
      phone.addEventListener('change', reset);
      pager.children[0].addEventListener('click', function () { turn(-1); });
      pager.children[2].addEventListener('click', function () { turn(1); });
      document.getElementById('trade-controls').hidden = false;
      draw();
    })();
    """#

  private static let end = #"""

    })();

    """#
}
