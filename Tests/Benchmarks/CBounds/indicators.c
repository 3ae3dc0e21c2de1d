#include "CBounds.h"
#include <math.h>
#include <time.h>

uint64_t bound_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

double bound_sma(const double *closes, size_t count, size_t period, double *out) {
  double sum = 0, last = 0;
  for (size_t i = 0; i < count; i++) {
    sum += closes[i];
    if (i + 1 < period) continue;
    last = out[i] = sum / (double)period;
    sum -= closes[i + 1 - period];
  }
  return last;
}

double bound_ema(const double *closes, size_t count, size_t period, double *out) {
  double weight = 2.0 / (double)(period + 1), average = 0;
  for (size_t i = 0; i < count; i++) {
    if (i < period) {
      average += closes[i];
      if (i + 1 < period) continue;
      average /= (double)period;
    } else {
      average += (closes[i] - average) * weight;
    }
    out[i] = average;
  }
  return average;
}

double bound_rsi(const double *closes, size_t count, size_t period, double *out) {
  double gain = 0, loss = 0, last = 0, keep = (double)(period - 1) / (double)period, take = 1.0 / (double)period;
  for (size_t i = 1; i < count; i++) {
    double change = closes[i] - closes[i - 1];
    double rise = change > 0 ? change : 0, fall = rise - change;
    if (i <= period) {
      gain += rise;
      loss += fall;
      if (i < period) continue;
      gain /= (double)period;
      loss /= (double)period;
    } else {
      gain = gain * keep + rise * take;
      loss = loss * keep + fall * take;
    }
    double movement = gain + loss;
    last = out[i] = movement > 1e-14 ? 100 * gain / movement : 0;
  }
  return last;
}

double bound_deviation(const double *closes, size_t count, size_t period, double *out) {
  double first = 0, second = 0, last = 0;
  for (size_t i = 0; i < count; i++) {
    first += closes[i];
    second += closes[i] * closes[i];
    if (i + 1 < period) continue;
    double mean = first / (double)period, variance = second / (double)period - mean * mean;
    last = out[i] = variance > 0 ? sqrt(variance) : 0;
    double old = closes[i + 1 - period];
    first -= old;
    second -= old * old;
  }
  return last;
}

static int step(bound_bot *bot, double close, size_t period) {
  double keep = (double)(period - 1) / (double)period, take = 1.0 / (double)period;
  double change = close - bot->previous, rise = change > 0 ? change : 0;
  bot->previous = close;
  bot->gain = bot->gain * keep + rise * take;
  bot->loss = bot->loss * keep + (rise - change) * take;
  double movement = bot->gain + bot->loss, rsi = movement > 1e-14 ? 100 * bot->gain / movement : 0;
  if (bot->held ? rsi <= bot->overbought : rsi >= bot->oversold) return 0;
  return 1;
}

size_t bound_fleet(bound_bot *bots, size_t count, double close, size_t period) {
  size_t signals = 0;
  for (size_t i = 0; i < count; i++) signals += (size_t)step(&bots[i], close, period);
  return signals;
}

#include <stdio.h>

size_t bound_decide(const char *bytes, size_t length, bound_bot *bot, size_t period, char *order, size_t capacity) {
  bound_event event;
  if (!bound_frame(bytes, length, &event) || event.kind != 3 || !event.flag) return 0;
  if (!step(bot, (double)event.v[1] / 1e8, period)) return 0;
  bot->held = !bot->held;
  return (size_t)snprintf(
    order, capacity, "symbol=%s&side=%s&type=MARKET&quantity=%.8f&newClientOrderId=bound-%lld&timestamp=%lld", event.symbol,
    bot->held ? "BUY" : "SELL", 0.001, (long long)event.count, (long long)event.time);
}
