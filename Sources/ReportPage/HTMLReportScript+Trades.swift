extension HTMLReportScript {
  /// The list of trades: order, search, pages, and all of it on paper.
  static let trades = #"""

    (function () {
      var table = document.getElementById('trade-table');
      if (!table) return;
      var columns = data.trades.columns, texts = data.trades.texts, body = table.tBodies[0];
      var find = document.getElementById('trade-find'), result = document.getElementById('trade-result'), kind = document.getElementById('trade-kind');
      var order = document.getElementById('trade-sort'), pager = document.getElementById('trade-pager'), count = document.getElementById('trade-count');
      var page = 0, sorted = 0, descending = false, rest = count.textContent.slice(count.textContent.indexOf('. ') + 2);
      function text(row, index) { return cell(columns[index].style, row, at, texts, data.digits); }
      function key(row, index) {
        var style = columns[index].style;
        switch (style) {
        case 'sy': case 'bo': case 'wi': return texts[row[at[style]]];
        case 'wo': return texts[row[at.kind]] + texts[row[at.wo]];
        case 'he': return row[at.cl] - row[at.op];
        case 'qu': return parseFloat(row[at.qu]);
        default: return row[at[style]] === null ? -Infinity : row[at[style]];
        }
      }
      function chosen() {
        var words = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
        var rows = data.trades.rows.filter(function (row) {
          if (result.value === '+' && row[at.sign] <= 0 || result.value === '-' && row[at.sign] >= 0) return false;
          if (kind.value !== '' && row[at.kind] !== Number(kind.value)) return false;
          if (!words.length) return true;
          var all = columns.map(function (column, index) { return column.hidden ? '' : text(row, index); }).concat(texts[row[at.kind]]).join(' ').toLowerCase();
          return words.every(function (word) { return all.indexOf(word) >= 0; });
        });
        var sign = descending ? -1 : 1;
        return rows.map(function (row) { return [key(row, sorted), row]; }).sort(function (a, b) {
          return a[0] < b[0] ? -sign : a[0] > b[0] ? sign : a[1][at.no] - b[1][at.no];
        }).map(function (pair) { return pair[1]; });
      }
      function priceFigure(row) {
        var index = data.prices.findIndex(function (list) { return list.symbol === texts[row[at.sy]]; });
        return index < 0 ? '[data-chart=equity]' : '[data-chart="price:' + index + '"]';
      }
      function line(row, isForPaper) {
        var tr = make('tr'), tone = ' ' + toneOf(row);
        columns.forEach(function (column, index) {
          if (column.hidden) return;
          var cell = make('td', undefined, column.style + (column.number ? ' n' : '') + (column.style === 'pr' || column.style === 're' ? tone : ''));
          if (column.style === 'no' && !isForPaper) {
            var button = make('button', text(row, index), 'go');
            button.type = 'button';
            button.title = 'Show in the chart';
            button.addEventListener('click', function () { goTo(priceFigure(row), row[at.op], row[at.cl]); });
            cell.append(button);
          } else {
            if (column.style === 'wo') cell.append(make('b', texts[row[at.kind]]));
            cell.append(text(row, index));
          }
          tr.append(cell);
        });
        return tr;
      }
      function fill(rows, isForPaper) {
        var lines = document.createDocumentFragment();
        rows.forEach(function (row) { lines.append(line(row, isForPaper)); });
        body.replaceChildren(lines);
      }
      function draw() {
        var rows = chosen(), size = narrow.matches ? 20 : 100, pages = Math.max(1, Math.ceil(rows.length / size)), all = data.trades.rows.length;
        page = Math.max(0, Math.min(page, pages - 1));
        fill(rows.slice(page * size, (page + 1) * size));
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
        heads.push([head, index, button]);
        [['+', ' ↑'], ['-', ' ↓']].forEach(function (way) {
          var option = make('option', (index ? column.title : 'Number') + way[1]);
          option.value = index + way[0];
          order.append(option);
        });
      });
      var seen = {};
      data.trades.rows.forEach(function (row) {
        if (seen[row[at.kind]]) return;
        seen[row[at.kind]] = true;
        var option = make('option', texts[row[at.kind]].toLowerCase());
        option.value = row[at.kind];
        kind.append(option);
      });
      order.addEventListener('change', function () {
        sorted = parseInt(order.value, 10);
        descending = order.value.slice(-1) === '-';
        reset();
      });
      var typing = 0;
      find.addEventListener('input', function () {
        clearTimeout(typing);
        typing = setTimeout(reset, data.trades.rows.length > 5000 ? 250 : 0);
      });
      result.addEventListener('change', reset);
      kind.addEventListener('change', reset);
      narrow.addEventListener('change', reset);
      pager.children[0].addEventListener('click', function () { turn(-1); });
      pager.children[2].addEventListener('click', function () { turn(1); });
      // Paper has no pages to turn: all that is chosen is there. A head with buttons is not repeated on each sheet.
      addEventListener('beforeprint', function () {
        fill(chosen(), true);
        heads.forEach(function (head) { head[0].replaceChildren(columns[head[1]].title); });
      });
      addEventListener('afterprint', function () {
        heads.forEach(function (head) { head[0].replaceChildren(head[2]); });
        draw();
      });
      document.getElementById('trade-controls').hidden = false;
      draw();
    })();
    """#
}
