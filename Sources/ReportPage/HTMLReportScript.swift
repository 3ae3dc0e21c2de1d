/// The page's script: zoom, crosshair, scales and lines to hide on the charts; order, search and pages for the list of trades.
/// Everything else on the page is there without it. It writes text, never HTML.
///
/// ``functions`` know no document: numbers, axes and lines as the page's own drawings have them, which tests run beside those.
enum HTMLReportScript {
  static let text = start + functions + page + view + painters + prices + charts + trades + end
  static let functions = numbers + axes

  private static let start = #"""

    (function () {
    'use strict';
    """#

  private static let page = #"""

    var data = JSON.parse(document.getElementById('report-data').textContent);
    function make(name, text, style) {
      var element = document.createElement(name);
      if (text !== undefined) element.textContent = text;
      if (style) element.className = style;
      return element;
    }
    var lists = [data.equity, data.rolling].concat(data.prices, data.beside || []);
    lists.forEach(function (list) { list.time = sums(list.time); });
    var at = {};
    data.trades.names.forEach(function (name, index) { at[name] = index; });
    var narrow = matchMedia('(max-width: 640px)');
    """#

  private static let end = #"""

    })();

    """#
}
