#define _GNU_SOURCE
#include "CBounds.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { symbols_maximum = 32, name_bytes = 24, window_bytes = 1 << 17, lookback = 1024 };

static int put_all(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t n = send(fd, bytes, count, MSG_NOSIGNAL);
    if (n <= 0) return 0;
    bytes += n;
    count -= (size_t)n;
  }
  return 1;
}

static int get_all(int fd, char *bytes, size_t count) {
  while (count > 0) {
    ssize_t n = recv(fd, bytes, count, 0);
    if (n <= 0) return 0;
    bytes += n;
    count -= (size_t)n;
  }
  return 1;
}

static int no_delay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static int listen_on(int *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 64) == 0 &&
      getsockname(fd, (struct sockaddr *)&address, &length) == 0) {
    *port = ntohs(address.sin_port);
    return fd;
  }
  if (fd >= 0) close(fd);
  return -1;
}

static int connect_port(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return no_delay(fd);
  close(fd);
  return -1;
}

// The tap: forwards every byte between a daemon and an exchange, and looks at what goes by.

struct bound_tap {
  int listener, target;
  pthread_mutex_t lock;
  // By symbol: when its last candle closed on the wire; 0: an order followed already.
  struct {
    char name[name_bytes];
    uint64_t closed;
  } symbols[symbols_maximum];
  size_t known;
  uint64_t *samples;
  size_t count, room;
};

typedef struct {
  bound_tap *tap;
  int from, to, is_client;
} direction;

static size_t symbol_of(bound_tap *tap, const char *name, size_t length) {
  if (length == 0 || length >= name_bytes) return symbols_maximum;
  for (size_t i = 0; i < tap->known; i++)
    if (strncmp(tap->symbols[i].name, name, length) == 0 && tap->symbols[i].name[length] == 0) return i;
  if (tap->known == symbols_maximum) return symbols_maximum;
  memcpy(tap->symbols[tap->known].name, name, length);
  return tap->known++;
}

// A closed candle: its symbol stands shortly before.
static void saw_candle(bound_tap *tap, const char *window, const char *at, uint64_t now) {
  const char *limit = at - window > lookback ? at - lookback : window;
  for (const char *p = at; p > limit; p--) {
    if (memcmp(p, "\"s\":\"", 5) != 0) continue;
    const char *end = memchr(p + 5, '"', (size_t)(at - p - 5));
    if (!end) return;
    pthread_mutex_lock(&tap->lock);
    size_t symbol = symbol_of(tap, p + 5, (size_t)(end - p - 5));
    if (symbol < symbols_maximum) tap->symbols[symbol].closed = now;
    pthread_mutex_unlock(&tap->lock);
    return;
  }
}

static void saw_order(bound_tap *tap, const char *name, size_t length, uint64_t now) {
  pthread_mutex_lock(&tap->lock);
  size_t symbol = symbol_of(tap, name, length);
  if (symbol < symbols_maximum && tap->symbols[symbol].closed != 0) {
    if (tap->count == tap->room) {
      size_t room = tap->room ? 2 * tap->room : 1024;
      uint64_t *more = realloc(tap->samples, room * sizeof *more);
      if (more) tap->samples = more, tap->room = room;
    }
    if (tap->count < tap->room) tap->samples[tap->count++] = now - tap->symbols[symbol].closed;
    tap->symbols[symbol].closed = 0;
  }
  pthread_mutex_unlock(&tap->lock);
}

static void *forward(void *argument) {
  direction *way = argument;
  char *window = malloc(window_bytes);
  size_t known = 0;
  uint64_t posted = 0;
  while (window) {
    if (known > window_bytes / 2) memmove(window, window + known - lookback, lookback), known = lookback;
    ssize_t n = recv(way->from, window + known, window_bytes - known, 0);
    if (n <= 0) break;
    uint64_t now = bound_now();
    char *fresh = window + known, *end = fresh + n;
    if (way->is_client) {
      // An order's first bytes count; its symbol may come in a later piece.
      char *begin = fresh - window > 20 ? fresh - 20 : window;
      char *post = memmem(begin, (size_t)(end - begin), "POST /api/v3/order ", 19);
      if (post) posted = now, begin = post;
      char *name = posted ? memmem(begin, (size_t)(end - begin), "symbol=", 7) : NULL;
      char *stop = name ? memchr(name, '&', (size_t)(end - name)) : NULL;
      if (stop) saw_order(way->tap, name + 7, (size_t)(stop - name - 7), posted), posted = 0;
    } else {
      char *at = fresh - window > 7 ? fresh - 7 : window;
      while ((at = memmem(at, (size_t)(end - at), "\"x\":true", 8))) saw_candle(way->tap, window, at, now), at += 8;
    }
    if (!put_all(way->to, fresh, (size_t)n)) break;
    known += (size_t)n;
  }
  shutdown(way->from, SHUT_RDWR);
  shutdown(way->to, SHUT_RDWR);
  free(window);
  free(way);
  return NULL;
}

static int start_way(bound_tap *tap, int from, int to, int is_client) {
  direction *way = malloc(sizeof *way);
  pthread_t thread;
  if (!way) return 0;
  *way = (direction){tap, from, to, is_client};
  if (pthread_create(&thread, NULL, forward, way) != 0) {
    free(way);
    return 0;
  }
  pthread_detach(thread);
  return 1;
}

static void *take_connections(void *argument) {
  bound_tap *tap = argument;
  int client;
  while ((client = accept4(tap->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
    int server = connect_port(tap->target);
    // Both ends live as long as the program: some ten connections.
    if (server < 0 || !start_way(tap, no_delay(client), server, 1) || !start_way(tap, server, client, 0)) close(client);
  }
  return NULL;
}

bound_tap *bound_tap_start(int target, int *port) {
  bound_tap *tap = calloc(1, sizeof *tap);
  pthread_t thread;
  if (!tap) return NULL;
  tap->target = target;
  pthread_mutex_init(&tap->lock, NULL);
  tap->listener = listen_on(port);
  if (tap->listener < 0 || pthread_create(&thread, NULL, take_connections, tap) != 0) return NULL;
  pthread_detach(thread);
  return tap;
}

size_t bound_tap_take(bound_tap *tap, uint64_t *samples, size_t capacity) {
  pthread_mutex_lock(&tap->lock);
  size_t count = tap->count < capacity ? tap->count : capacity;
  if (count > 0) memcpy(samples, tap->samples, count * sizeof *samples);
  tap->count = 0;
  pthread_mutex_unlock(&tap->lock);
  return count;
}

// The same work in plain C: candles from a socket, a trivial decision, a durable record, an order to another socket.

typedef struct {
  int market, orders;
  size_t symbols, bursts, event, order;
  uint64_t pause, *samples;
  volatile uint64_t *begun;
} path_job;

static void *send_candles(void *argument) {
  path_job *job = argument;
  char *burst = calloc(job->symbols, job->event);
  for (size_t i = 0; burst && i < job->symbols; i++)
    snprintf(burst + i * job->event, job->event, "{\"e\":\"kline\",\"s\":\"S%zu\",\"k\":{\"c\":\"96440.01000000\",\"x\":true}}", i);
  for (size_t round = 0; burst && round < job->bursts; round++) {
    struct timespec pause = {.tv_sec = (time_t)(job->pause / 1000000000), .tv_nsec = (long)(job->pause % 1000000000)};
    nanosleep(&pause, NULL);
    job->begun[round] = bound_now();
    if (!put_all(job->market, burst, job->symbols * job->event)) break;
  }
  shutdown(job->market, SHUT_WR);
  free(burst);
  return NULL;
}

static void *take_orders(void *argument) {
  path_job *job = argument;
  char *order = calloc(1, job->order);
  size_t i = 0;
  for (; order && i < job->symbols * job->bursts && get_all(job->orders, order, job->order); i++)
    job->samples[i] = bound_now() - job->begun[i / job->symbols];
  free(order);
  return NULL;
}

// A connection over the loopback interface; 0 on failure.
static int connected(int ends[2]) {
  int port, listener = listen_on(&port);
  if (listener < 0) return 0;
  ends[0] = connect_port(port);
  ends[1] = ends[0] < 0 ? -1 : accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  close(listener);
  return ends[1] >= 0 && no_delay(ends[1]) >= 0;
}

int bound_order_path(
  const char *path, size_t symbols, size_t bursts, uint64_t pause, size_t event, size_t record, size_t order, uint64_t *samples) {
  int market[2] = {-1, -1}, orders[2] = {-1, -1}, good = 0;
  int file = open(path, O_CREAT | O_WRONLY | O_APPEND | O_TRUNC | O_CLOEXEC, 0600);
  char *in = calloc(1, event), *row = calloc(1, record), *out = calloc(1, order);
  uint64_t *begun = calloc(bursts, sizeof *begun);
  pthread_t source, sink;
  if (file < 0 || !in || !row || !out || !begun || !connected(market) || !connected(orders)) goto done;
  path_job job = {market[0], orders[1], symbols, bursts, event, order, pause, samples, begun};
  if (pthread_create(&sink, NULL, take_orders, &job) != 0) goto done;
  if (pthread_create(&source, NULL, send_candles, &job) != 0) {
    shutdown(orders[0], SHUT_RDWR);
    pthread_join(sink, NULL);
    goto done;
  }
  good = 1;
  for (size_t i = 0; good && i < symbols * bursts; i++) {
    good = get_all(market[1], in, event);
    char *close_price = good ? memmem(in, event, "\"c\":\"", 5) : NULL;
    int64_t price = close_price ? bound_decimal(close_price + 5, 14) : 0;
    good = good && price > 0 && write(file, row, record) == (ssize_t)record && fdatasync(file) == 0;
    if (good) snprintf(out, order, "POST /api/v3/order HTTP/1.1\r\n\r\nsymbol=S%zu&quoteOrderQty=%lld", i % symbols, (long long)price);
    good = good && put_all(orders[0], out, order);
  }
  if (!good) shutdown(market[1], SHUT_RDWR), shutdown(orders[0], SHUT_RDWR);
  pthread_join(source, NULL);
  pthread_join(sink, NULL);
done:
  for (int i = 0; i < 2; i++) {
    if (market[i] >= 0) close(market[i]);
    if (orders[i] >= 0) close(orders[i]);
  }
  if (file >= 0) close(file);
  free(in), free(row), free(out), free(begun);
  return good ? 0 : -1;
}

int bound_unix_send(const char *path, const void *bytes, size_t count) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -1;
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && put_all(fd, bytes, count)) return fd;
  if (fd >= 0) close(fd);
  return -1;
}
