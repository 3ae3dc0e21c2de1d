#define _GNU_SOURCE
#include "CBounds.h"
#include <math.h>
#include <stdlib.h>

// The plain loop: one bot, one symbol, doubles. It decides and fills by the same rules as the product's backtest, and has none of its
// duties: no journal, no reasons, no order states, no exact decimals.

/// Room for a rounding error when a price or a quantity is rounded to its grid.
static const double grain = 1e-6;

static double round_down(double value, double units) { return floor(value * units + grain) / units; }
static double round_up(double value, double units) { return ceil(value * units - grain) / units; }

typedef struct {
  const bound_backtest_rules *rules;
  bound_backtest_trade *trades;
  size_t capacity;
  bound_backtest_result result;
  double realized, quantity, cost, last, stop, target, peak;
  int is_open;
  bound_backtest_trade trade;
} state;

static void observe(state *run) {
  double equity = run->rules->capital + run->realized + run->quantity * run->last - run->cost;
  if (equity >= run->peak) {
    run->peak = equity;
  } else if (run->peak - equity > run->result.drawdown * run->peak) {
    run->result.drawdown = (run->peak - equity) / run->peak;
  }
}

static void buy(state *run, size_t candle, double close) {
  const bound_backtest_rules *rules = run->rules;
  double budget = fmin(rules->capital * rules->position_fraction, rules->capital + run->realized - run->cost);
  double price = round_up(close * (1 + rules->slippage + rules->spread / 2), rules->tick_units);
  // The order names the amount: what it buys follows from the price of its fill.
  double quantity = round_down(budget / price, rules->step_units);
  if (quantity <= 0 || budget < rules->notional_minimum) return;
  run->quantity += quantity * (1 - rules->taker_fee);
  run->cost += price * quantity;
  run->is_open = 1;
  run->trade = (bound_backtest_trade){.entry = candle, .entry_price = price, .quantity = quantity};
  double average = run->cost / run->quantity;
  run->stop = rules->stop_loss > 0 ? round_down(average * (1 - rules->stop_loss), rules->tick_units) : 0;
  run->target = rules->take_profit > 0 ? round_up(average * (1 + rules->take_profit), rules->tick_units) : INFINITY;
  observe(run);
}

/// Sells what is held at `price`, which costs `fee`.
static void sell(state *run, size_t candle, double price, double fee, int kind) {
  double quantity = round_down(run->quantity, run->rules->step_units);
  double portion = run->cost * quantity / run->quantity;
  double profit = price * quantity * (1 - fee) - portion;
  run->realized += profit;
  run->quantity -= quantity;
  run->cost -= portion;
  run->is_open = 0;
  run->trade.exit = candle;
  run->trade.exit_price = price;
  run->trade.profit = profit;
  run->trade.kind = kind;
  if (run->result.trades < run->capacity) run->trades[run->result.trades] = run->trade;
  run->result.trades++;
  observe(run);
}

/// Sells as taker: `worse` below `level`, on the tick below that.
static void take(state *run, size_t candle, double level, double worse, int kind) {
  sell(run, candle, round_down(level * (1 - worse), run->rules->tick_units), run->rules->taker_fee, kind);
}

/// A market order at a candle's close.
static void leave(state *run, size_t candle, double close) {
  take(run, candle, close, run->rules->slippage + run->rules->spread / 2, BOUND_EXIT);
}

/// Open (maybe behind a gap), low, high, close; ends the position where the path first makes one of the pair act. The stop does so where
/// the price reaches it, and is sold by a taker: at the stop, or at an open below it. The target is a limit order that waits: it fills
/// once the price has gone above it, not where it only touches it, and always at its own price, behind a gap too.
static void walk(state *run, size_t index, const bound_candle *candle) {
  const bound_backtest_rules *rules = run->rules;
  if (candle->open <= run->stop) return take(run, index, candle->open, rules->slippage, BOUND_STOP_LOSS);
  run->last = candle->open;
  if (candle->open > run->target) return sell(run, index, run->target, rules->maker_fee, BOUND_TAKE_PROFIT);
  if (candle->low <= run->stop) return take(run, index, run->stop, rules->slippage, BOUND_STOP_LOSS);
  if (candle->high > run->target) {
    run->last = candle->high;
    return sell(run, index, run->target, rules->maker_fee, BOUND_TAKE_PROFIT);
  }
}

static bound_backtest_result finish(state *run, double close) {
  run->last = close;
  observe(run);
  run->result.equity = run->rules->capital + run->realized + run->quantity * close - run->cost;
  return run->result;
}

bound_backtest_result bound_backtest_rsi(
  const bound_candle *candles, size_t count, const bound_backtest_rules *rules, bound_backtest_trade *trades, size_t capacity) {
  state run = {.rules = rules, .trades = trades, .capacity = capacity, .peak = rules->capital};
  size_t period = rules->fast;
  double gain = 0, loss = 0, keep = (double)(period - 1) / (double)period, take = 1.0 / (double)period;
  for (size_t i = 0; i < count; i++) {
    if (run.is_open) walk(&run, i, &candles[i]);
    double close = candles[i].close;
    run.last = close;
    double change = i ? close - candles[i - 1].close : 0, rise = (change + fabs(change)) * 0.5, fall = rise - change;
    if (i > period) {
      gain = gain * keep + rise * take;
      loss = loss * keep + fall * take;
    } else {
      gain += rise;
      loss += fall;
      if (i == period) gain /= (double)period, loss /= (double)period;
    }
    if (i >= period) {
      double movement = gain + loss, index = 100 * (gain / movement);
      if (movement >= 1e-14) {
        if (run.is_open ? index > rules->overbought : 0) {
          leave(&run, i, close);
        } else if (!run.is_open && index < rules->oversold) {
          buy(&run, i, close);
        }
      }
    }
    if (run.is_open) observe(&run);
  }
  return finish(&run, count ? candles[count - 1].close : 0);
}

bound_backtest_result bound_backtest_sma(
  const bound_candle *candles, size_t count, const bound_backtest_rules *rules, bound_backtest_trade *trades, size_t capacity) {
  state run = {.rules = rules, .trades = trades, .capacity = capacity, .peak = rules->capital};
  size_t fast = rules->fast, slow = rules->slow;
  double fast_sum = 0, slow_sum = 0, fast_before = 0, slow_before = 0;
  for (size_t i = 0; i < count; i++) {
    if (run.is_open) walk(&run, i, &candles[i]);
    double close = candles[i].close;
    run.last = close;
    fast_sum += close - (i >= fast ? candles[i - fast].close : 0);
    slow_sum += close - (i >= slow ? candles[i - slow].close : 0);
    double fast_now = fast_sum / (double)fast, slow_now = slow_sum / (double)slow;
    if (i >= slow) {
      if (!run.is_open && fast_before <= slow_before && fast_now > slow_now) {
        buy(&run, i, close);
      } else if (run.is_open && fast_before >= slow_before && fast_now < slow_now) {
        leave(&run, i, close);
      }
    }
    fast_before = fast_now;
    slow_before = slow_now;
    if (run.is_open) observe(&run);
  }
  return finish(&run, count ? candles[count - 1].close : 0);
}

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *cell(const char *at, int digits, int64_t *value) {
  int64_t number = 0;
  int places = -1;
  for (;; at++) {
    unsigned digit = (unsigned)(*at - '0');
    if (digit < 10) {
      number = number * 10 + digit;
      if (places >= 0) places++;
    } else if (*at == '.') {
      places = 0;
    } else {
      break;
    }
  }
  static const int64_t scale[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
  *value = number * scale[digits - (places > 0 ? places : 0)];
  return at;
}

size_t bound_candle_rows(const char *path, bound_candle_row *rows, size_t capacity) {
  enum { size = 1 << 18 };
  static char buffer[size + 1];
  int file = open(path, O_RDONLY);
  if (file < 0) return 0;
  size_t count = 0, held = 0;
  int is_header = 1;
  for (;;) {
    ssize_t got = read(file, buffer + held, size - held);
    if (got <= 0) break;
    size_t end = held + (size_t)got;
    char *last = memrchr(buffer, '\n', end);
    if (!last) break;
    const char *at = buffer;
    if (is_header) {
      at = (const char *)memchr(buffer, '\n', end) + 1;
      is_header = 0;
    }
    while (at <= last && count < capacity) {
      bound_candle_row *row = &rows[count++];
      at = cell(at, 0, &row->time);
      for (int i = 0; i < 5; i++) at = cell(at + 1, 8, &row->v[i]);
      while (*at != '\n') at++;
      at++;
    }
    held = end - (size_t)(last + 1 - buffer);
    memmove(buffer, last + 1, held);
  }
  close(file);
  return count;
}
