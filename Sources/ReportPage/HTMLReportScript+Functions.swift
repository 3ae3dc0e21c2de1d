extension HTMLReportScript {
  /// Numbers and times as texts: ``NumberText`` and ``PageTime`` of the script.
  static let numbers = #"""

    var formats = {};
    function number(value, digits, signed) {
      if (value === null || value === undefined) return '–';
      if (!formats[digits]) formats[digits] = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
      var text = formats[digits].format(value), isNothing = !/[1-9]/.test(text);
      if (isNothing) text = text.replace('-', '');
      return (signed && value > 0 && !isNothing ? '+' : '') + text.replace('-', '−');
    }
    function percent(value, digits, signed) {
      return value === null || value === undefined ? '–' : number(value * 100, digits, signed) + '\u202f%';
    }
    function priceDigits(value) {
      var size = Math.abs(value);
      return size >= 1000 ? 2 : size >= 10 ? 3 : size >= 1 ? 4 : size >= 0.01 ? 6 : 8;
    }
    function moment(seconds) {
      var whole = Math.floor(seconds);
      return new Date(whole * 1000).toISOString().slice(0, whole % 60 ? 19 : 16).replace('T', ' ');
    }
    function minute(seconds) { return moment(Math.round(seconds / 60) * 60); }
    function duration(seconds) {
      var total = Math.max(0, Math.round(seconds));
      var parts = [[Math.floor(total / 86400), 'd'], [Math.floor(total / 3600) % 24, 'h'], [Math.floor(total / 60) % 60, 'm'], [total % 60, 's']];
      while (parts.length && !parts[0][0]) parts.shift();
      return parts.slice(0, 2).filter(function (part) { return part[0]; }).map(function (part) { return part[0] + part[1]; }).join(' ') || '0s';
    }
    function cell(style, row, at, texts, digits) {
      switch (style) {
      case 'sy': case 'bo': case 'wi': case 'wo': return texts[row[at[style]]];
      case 'op': return moment(row[at.op]);
      case 'cl': return moment(row[at.cl]) + (row[at.closed] ? '' : ' (open)');
      case 'he': return duration(row[at.cl] - row[at.op]);
      case 'en': case 'ex': return number(row[at[style]], priceDigits(row[at[style]]));
      case 'fe': return number(row[at.fe], digits);
      case 'pr': return number(row[at.pr], digits, true);
      case 're': return percent(row[at.re], 2, true);
      case 'ma': case 'mf': return percent(row[at[style]], 2);
      default: return String(row[at[style]]);
      }
    }
    function sums(steps) {
      var sum = 0;
      return steps.map(function (step) { sum += step; return sum; });
    }
    """#

  /// Axes and lines: ``ValueAxis``, ``TimeAxis`` and ``Plot/line(_:)`` of the script.
  static let axes = #"""

    function roundStep(raw) {
      if (!(raw > 1e-24) || !isFinite(raw)) return 1e-24;
      var unit = Math.pow(10, Math.floor(Math.log10(raw))), factors = [1, 2, 5, 10, 20];
      for (var index = 0; index < factors.length; index += 1) if (factors[index] * unit >= raw * (1 - 1e-9)) return factors[index] * unit;
      return unit * 20;
    }
    function fractionDigits(step) {
      var digits = 0, scaled = step;
      while (digits < 8 && isFinite(scaled) && (Math.abs(scaled - Math.round(scaled)) > 1e-6 * Math.max(Math.abs(scaled), 1e-3) || Math.abs(scaled) < 0.5)) {
        scaled *= 10;
        digits += 1;
      }
      return digits;
    }
    function tickText(value, step) {
      if (Math.max(Math.abs(value), step) >= 1e15) return value === 0 ? '0' : value.toExponential(2).replace('e+', 'e').replace('-', '−');
      var units = [[1e12, 'T'], [1e9, 'B'], [1e6, 'M']];
      for (var index = 0; index < units.length; index += 1) {
        if (Math.max(Math.abs(value), step) < units[index][0] * 0.999999) continue;
        return value === 0 ? '0' : number(value / units[index][0], fractionDigits(step / units[index][0])) + units[index][1];
      }
      return number(value, fractionDigits(step));
    }
    function linearTicks(low, high, target) {
      var step = roundStep((high - low) / Math.max(1, target)), first = Math.ceil(low / step), ticks = [];
      for (var index = first; Math.abs(first) < 1e15 && index * step <= high + step * 1e-9 && ticks.length < 40; index += 1) {
        ticks.push({ value: index === 0 ? 0 : index * step, step: step });
      }
      return ticks;
    }
    function logTicks(low, high, target) {
      if (high / low < 6) return linearTicks(low, high, target).filter(function (tick) { return tick.value > 0; });
      var ticks = [], factors = high / low < 1e3 ? [1, 2, 5] : [1], skip = Math.max(1, Math.ceil(Math.log10(high / low) / 10));
      for (var power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
        if (factors.length === 1 && power % skip) continue;
        factors.forEach(function (factor) {
          var unit = Math.pow(10, power), value = factor * unit;
          if (value >= low && value <= high) ticks.push({ value: value, step: unit });
        });
      }
      return ticks;
    }
    function valueAxis(values, target, padding, isLog) {
      var low = Infinity, high = -Infinity;
      values.forEach(function (value) {
        if (value === null || !isFinite(value) || isLog && value <= 0) return;
        low = Math.min(low, value);
        high = Math.max(high, value);
      });
      if (low > high) { low = isLog ? 1 : 0; high = isLog ? 10 : 1; }
      if (isLog) {
        var room = Math.max(Math.log(high / low) * padding, 0.002);
        low = Math.exp(Math.log(low) - room);
        high = Math.exp(Math.log(high) + room);
        return { low: low, high: high, isLog: true, ticks: logTicks(low, high, target) };
      }
      var size = Math.max(Math.abs(low), Math.abs(high));
      var more = high - low <= size * 1e-9 ? (size === 0 ? 1 : size * 0.01) : (high - low) * padding;
      return fixedAxis(low - more, high + more, target);
    }
    function fixedAxis(low, high, target) { return { low: low, high: high, isLog: false, ticks: linearTicks(low, high, target) }; }
    function share(axis, value) {
      var part = axis.isLog ? (value > 0 ? Math.log(value / axis.low) / Math.log(axis.high / axis.low) : 0) : (value - axis.low) / (axis.high - axis.low);
      return Math.max(0, Math.min(1, part));
    }
    var months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
    function timeTicks(start, end, target) {
      var seconds = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400, 172800, 604800, 1209600];
      var many = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200], wanted = end > start ? (end - start) / Math.max(1, target) : 60;
      var step = seconds.filter(function (length) { return length >= wanted; })[0], count = 0, instants = [], instant;
      if (step) {
        var offset = step >= 604800 ? 345600 : 0;
        for (instant = Math.ceil((start - offset) / step) * step + offset; instant <= end && instants.length < 40; instant += step) instants.push(instant);
      } else {
        count = many.filter(function (months) { return months * 2629746 >= wanted; })[0] || 1200;
        var first = new Date(start * 1000), month = Math.floor((first.getUTCFullYear() * 12 + first.getUTCMonth()) / count) * count;
        for (; instants.length < 40; month += count) {
          instant = Date.UTC(Math.floor(month / 12), month % 12, 1) / 1000;
          if (!(instant <= end)) break;
          if (instant >= start) instants.push(instant);
        }
      }
      if (!instants.length) instants = [Math.ceil(start) > end ? Math.floor(start) : Math.ceil(start)];
      var last = '';
      return instants.map(function (value) {
        var date = new Date(value * 1000), day = date.getUTCDate() + ' ' + months[date.getUTCMonth()], year = String(date.getUTCFullYear());
        var clock = date.toISOString().slice(11, 19), label, parent;
        if (step && step < 60) { label = clock; parent = day + ' ' + year; }
        else if (step && step < 86400) { label = clock.slice(0, 5); parent = day + ' ' + year; }
        else if (step) { label = day; parent = year; }
        else if (count < 12) { label = months[date.getUTCMonth()]; parent = year; }
        else { label = year; parent = ''; }
        var shown = parent === last ? '' : parent;
        last = parent;
        return { at: Math.max(start, Math.min(end, value)), label: label, parent: shown };
      });
    }
    function nearest(times, at) {
      var low = 0, high = times.length - 1;
      while (low < high) {
        var middle = (low + high) >> 1;
        if (times[middle] < at) low = middle + 1; else high = middle;
      }
      return low > 0 && at - times[low - 1] < times[low] - at ? low - 1 : low;
    }
    function lastBefore(times, at) {
      var low = 0, high = times.length;
      while (low < high) {
        var middle = (low + high) >> 1;
        if (times[middle] <= at) low = middle + 1; else high = middle;
      }
      return low - 1;
    }
    function between(times, values, index, at) {
      var span = times[index + 1] - times[index], part = span > 0 ? (at - times[index]) / span : 0;
      return values[index] + (values[index + 1] - values[index]) * part;
    }
    function cut(times, values, from, to) {
      var points = [], first = Math.max(0, lastBefore(times, from)), index;
      for (index = first; index < times.length && (index === first || times[index - 1] < to); index += 1) {
        if (values[index] === null) continue;
        if (times[index] < from) {
          if (index + 1 < times.length && values[index + 1] !== null) points.push([from, between(times, values, index, from)]);
        } else if (times[index] > to) {
          if (index > 0 && values[index - 1] !== null) points.push([to, between(times, values, index - 1, to)]);
        } else {
          points.push([times[index], values[index]]);
        }
      }
      return points;
    }
    function tenth(value) { return Math.round(value * 10) / 10; }
    function linePath(points, x, y) {
      var path = '', column = [], before = -Infinity;
      function flush() {
        if (!column.length) return;
        var kept = [0, column.length - 1], least = 0, most = 0;
        column.forEach(function (point, index) {
          if (point[1] < column[least][1]) least = index;
          if (point[1] > column[most][1]) most = index;
        });
        kept.push(least, most);
        kept.sort(function (a, b) { return a - b; }).forEach(function (index, place) {
          if (place && kept[place - 1] === index) return;
          path += (path ? 'L' : 'M') + tenth(column[index][0]) + ' ' + tenth(column[index][1]);
        });
        column = [];
      }
      points.forEach(function (point) {
        var place = [x(point[0]), y(point[1])];
        if (Math.floor(place[0]) !== before) flush();
        before = Math.floor(place[0]);
        column.push(place);
      });
      flush();
      return path;
    }
    """#
}
