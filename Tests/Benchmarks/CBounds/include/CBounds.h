// The floors that benchmarks are compared with: the same work in plain C, without the product's duties.
#ifndef CBOUNDS_H
#define CBOUNDS_H

#include <stddef.h>
#include <stdint.h>

/// Monotonic nanoseconds.
uint64_t bound_now(void);

// Indicators, in doubles over a whole array; the last value is returned so that the work cannot be dropped.
double bound_sma(const double *closes, size_t count, size_t period, double *out);
double bound_ema(const double *closes, size_t count, size_t period, double *out);
double bound_rsi(const double *closes, size_t count, size_t period, double *out);
double bound_deviation(const double *closes, size_t count, size_t period, double *out);

/// One bot of the plain loop: Wilder averages and the bounds it compares with.
typedef struct {
  double gain, loss, previous, oversold, overbought;
  int held;
} bound_bot;

/// Feeds one close to every bot; answers how many signalled.
size_t bound_fleet(bound_bot *bots, size_t count, double close, size_t period);

/// A decoded market frame: kind 1 trade, 2 bookTicker, 3 kline; decimals in units of 10^-8, times in milliseconds.
typedef struct {
  int kind, flag;
  char symbol[24];
  int64_t id, time, open_time, count;
  int64_t v[8];
} bound_event;

/// Reads a combined-stream frame whose fields come in the exchange's order; 0 when it is something else.
int bound_frame(const char *bytes, size_t length, bound_event *event);

/// Reads closed klines and decides: frame, RSI, comparison, order text. Answers the bytes of order text written.
size_t bound_decide(const char *bytes, size_t length, bound_bot *bot, size_t period, char *order, size_t capacity);

/// A candle of the plain backtests.
typedef struct {
  double open, high, low, close;
} bound_candle;

/// What the plain backtests trade by. Grids are given as units in one: a tick of 0.01 is 100.
typedef struct {
  size_t fast, slow;
  double oversold, overbought;
  double capital, position_fraction, stop_loss, take_profit;
  double taker_fee, maker_fee, slippage, spread, tick_units, step_units, notional_minimum;
} bound_backtest_rules;

enum { BOUND_EXIT = 1, BOUND_STOP_LOSS = 2, BOUND_TAKE_PROFIT = 3 };

/// A round trip: the candles at or in which it began and ended.
typedef struct {
  size_t entry, exit;
  double entry_price, exit_price, quantity, profit;
  int kind;
} bound_backtest_trade;

typedef struct {
  size_t trades;
  double equity, drawdown;
} bound_backtest_result;

/// Buys while Wilder's RSI of `fast` candles is below `oversold`, sells while it is above `overbought`, at the close. Inside candles that
/// go open, low, high, close a stop and a target wait as a pair, the target as a limit order; a target without a stop is not known here.
/// Trades beyond `capacity` are counted only.
bound_backtest_result bound_backtest_rsi(
  const bound_candle *candles, size_t count, const bound_backtest_rules *rules, bound_backtest_trade *trades, size_t capacity);

/// The same for a moving average of `fast` candles that crosses one of `slow`.
bound_backtest_result bound_backtest_sma(
  const bound_candle *candles, size_t count, const bound_backtest_rules *rules, bound_backtest_trade *trades, size_t capacity);

/// A row of a candle file: milliseconds, then open, high, low, close and volume in units of 10^-8.
typedef struct {
  int64_t time, v[5];
} bound_candle_row;

/// Reads a plain candle file (a header, then open_time,open,high,low,close,volume) without checks; answers the rows, 0 on failure.
size_t bound_candle_rows(const char *path, bound_candle_row *rows, size_t capacity);

/// Decimal text to units of 10^-8, without checks.
int64_t bound_decimal(const char *bytes, size_t length);

/// `rounds` round trips over a socketpair between two threads; `nanoseconds[i]` is each one's time. 0 on success.
int bound_pingpong(size_t request, size_t response, size_t rounds, uint64_t *nanoseconds);

/// The same with `inflight` requests written before the first answer is read; answers nanoseconds for all, 0 on failure.
uint64_t bound_pipelined(size_t request, size_t response, size_t rounds, size_t inflight);

/// One thread writes `count` messages of `size` bytes in chunks of `chunk` bytes, another reads; answers nanoseconds, 0 on failure.
uint64_t bound_stream(size_t size, size_t count, size_t chunk);

/// `commits` SQLite transactions of `group` rows of `size` bytes, WAL and synchronous=FULL; answers nanoseconds, 0 on failure.
uint64_t bound_sqlite(const char *path, size_t commits, size_t group, size_t size);

/// `count` appends of `size` bytes, each followed by fdatasync; answers nanoseconds, 0 on failure.
uint64_t bound_fdatasync(const char *path, size_t count, size_t size);

/// Reads every row of a journal, summing its payload bytes; answers nanoseconds, 0 on failure.
uint64_t bound_journal_scan(const char *path, uint64_t *bytes);

/// Starts a program (argv ends with NULL) with NOTIFY_SOCKET set, and waits for its READY=1 or `seconds`; answers nanoseconds
/// from before the start, 0 on failure. `pid` is for bound_stop, -1 when nothing was started.
uint64_t bound_start(const char *const *argv, const char *notify_path, int seconds, int *pid);

/// Starts a program that ends by itself and waits for it; answers nanoseconds, 0 on failure.
uint64_t bound_run(const char *const *argv);

/// Forwards between a daemon and an exchange on 127.0.0.1 and measures the times from a closed candle (`"x":true`) handed to the daemon to
/// the first byte of the next order (`POST /api/v3/order`) of its symbol.
typedef struct bound_tap bound_tap;

/// Starts a tap on a free port for the exchange on `target`; NULL on failure. It stays until the program ends.
bound_tap *bound_tap_start(int target, int *port);

/// Takes what was measured since the last call, in nanoseconds; answers how many.
size_t bound_tap_take(bound_tap *tap, uint64_t *samples, size_t capacity);

/// The same work in plain C: `bursts` times, `pause` nanoseconds apart, a candle of each symbol is read from a socket, a decision made, a record
/// appended to `path` and synced, and an order written to another socket. `samples` has room for symbols * bursts times. 0 on success.
int bound_order_path(
  const char *path, size_t symbols, size_t bursts, uint64_t pause, size_t event, size_t record, size_t order, uint64_t *samples);

/// Connects to a Unix socket and writes; nobody reads what comes back. Answers the descriptor, -1 on failure.
int bound_unix_send(const char *path, const void *bytes, size_t count);

/// A WebSocket of 127.0.0.1, upgraded; answers its descriptor, -1 on failure.
int bound_ws_connect(int port, const char *target);

/// Reads from WebSockets for so long; counts texts and bytes. Answers the nanoseconds it took, 0 when one was closed.
uint64_t bound_ws_count(const int *fds, size_t connections, uint64_t nanoseconds, uint64_t *messages, uint64_t *bytes);

/// One thread writes texts of `size` bytes to so many connections in turn, another reads them as bound_ws_count does.
uint64_t bound_ws_fanout(size_t connections, size_t size, uint64_t nanoseconds, uint64_t *messages);

/// Sends an HTTP request on a kept connection (-1: a new one) and reads the answer; answers its status, 0 on failure.
int bound_http_call(int *fd, int port, const char *request, size_t length, size_t *answer);

/// Resident memory of a process in kilobytes, 0 when it is gone.
long bound_resident(int pid);

/// Ends a process with SIGTERM, with SIGKILL after `seconds`; answers its exit status, -1 when killed.
int bound_stop(int pid, int seconds);

#endif
