/*
 * Measures the client against a daemon: calls one after the other, and trades streamed from the journal. One JSON line.
 *
 *   bench [--address ADDR] [--calls N] [--items N]
 *
 * The daemon's journal should hold trades; they are read again and again until N have come.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "botd.h"

typedef struct measurement {
  botd_client *client;
  botd_subscription *subscription;
  long calls, items, streamed;
  bool caught_up, failed;
} measurement;

static double now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static bool complain(const botd_error *error) {
  fprintf(stderr, "bench: %s\n", error->message);
  return false;
}

static bool ping(measurement *bench) {
  botd_error error = BOTD_ERROR_INIT;
  Botd__V1__PingRequest request = BOTD__V1__PING_REQUEST__INIT;
  ProtobufCMessage *answer = botd_call(bench->client, &botd__v1__system_service__descriptor, "Ping", &request.base, &error);
  bool answered = answer || complain(&error);
  protobuf_c_message_free_unpacked(answer, NULL);
  botd_error_clear(&error);
  return answered;
}

static int compare(const void *one, const void *other) {
  double left = *(const double *)one, right = *(const double *)other;
  return left < right ? -1 : left > right;
}

/* Times each call, in us, sorted; the whole time, or a negative number. */
static double time_calls(measurement *bench, double *each) {
  for (long i = 0; i < bench->calls / 10 + 1; i++) {
    if (!ping(bench)) return -1;
  }
  double began = now_us();
  for (long i = 0; i < bench->calls; i++) {
    double start = now_us();
    if (!ping(bench)) return -1;
    each[i] = now_us() - start;
  }
  double whole = now_us() - began;
  qsort(each, (size_t)bench->calls, sizeof *each, compare);
  return whole;
}

static void on_trade(const Botd__V1__Trade *trade, const botd_place *place, void *data) {
  measurement *bench = data;
  (void)trade, (void)place;
  if (++bench->streamed == bench->items) botd_subscription_close(bench->subscription);
}

static void on_state(botd_state state, const botd_error *why, void *data) {
  measurement *bench = data;
  (void)why;
  if (state == BOTD_STATE_CAUGHT_UP) botd_subscription_close(bench->subscription);
}

static void on_end(const botd_error *why, void *data) {
  measurement *bench = data;
  if (why->kind != BOTD_OK) bench->failed = !complain(why);
}

/* Items per second; negative when that failed. */
static double time_items(measurement *bench) {
  botd_follow what = { .from_start = true, .on_trade = on_trade, .on_state = on_state, .on_end = on_end, .data = bench };
  double began = now_us();
  for (long before = -1; bench->streamed < bench->items && !bench->failed;) {
    if (before == bench->streamed) {
      fprintf(stderr, "bench: the daemon has no trades\n");
      return -1;
    }
    before = bench->streamed;
    bench->subscription = botd_follow_trades(bench->client, &what, NULL);
    if (!bench->subscription || botd_client_run(bench->client, -1, NULL) != 0) return -1;
  }
  return bench->failed ? -1 : (double)bench->streamed / (now_us() - began) * 1e6;
}

static bool measure(measurement *bench) {
  double *each = calloc((size_t)bench->calls, sizeof *each);
  double whole = each ? time_calls(bench, each) : -1, items = whole > 0 ? time_items(bench) : -1;
  if (items >= 0) {
    printf("{\"client\":\"c\",\"calls_per_second\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"items_per_second\":%.0f}\n",
           (double)bench->calls / whole * 1e6, each[bench->calls / 2], each[bench->calls * 99 / 100], items);
  }
  free(each);
  return items >= 0;
}

int main(int count, char **arguments) {
  measurement bench = { .calls = 20000, .items = 200000 };
  const char *address = NULL;
  botd_error error = BOTD_ERROR_INIT;
  for (int i = 1; i + 1 < count; i += 2) {
    if (!strcmp(arguments[i], "--address")) address = arguments[i + 1];
    else if (!strcmp(arguments[i], "--calls")) bench.calls = atol(arguments[i + 1]);
    else if (!strcmp(arguments[i], "--items")) bench.items = atol(arguments[i + 1]);
    else bench.calls = 0;
  }
  if (count % 2 == 0 || bench.calls <= 0 || bench.calls > 100000000 || bench.items <= 0) {
    fprintf(stderr, "usage: bench [--address ADDR] [--calls N] [--items N]\n");
    return 2;
  }
  bench.client = botd_client_new(address, NULL, &error);
  if (!bench.client) return complain(&error), 1;
  bool done = measure(&bench);
  botd_client_free(bench.client);
  return done ? 0 : 1;
}
