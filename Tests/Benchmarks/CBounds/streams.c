#define _GNU_SOURCE
#include "CBounds.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { room = 1 << 16 };

static int connect_to(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (fd < 0) return -1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

// Reads up to the empty line of an HTTP head; answers whether it begins with `expected`.
static int read_head(int fd, const char *expected) {
  char head[4096];
  size_t length = 0;
  while (length + 1 < sizeof head) {
    if (read(fd, head + length, 1) != 1) return 0;
    head[++length] = 0;
    if (length >= 4 && memcmp(head + length - 4, "\r\n\r\n", 4) == 0) return strncmp(head, expected, strlen(expected)) == 0;
  }
  return 0;
}

int bound_ws_connect(int port, const char *target) {
  int fd = connect_to(port);
  if (fd < 0) return -1;
  char request[4096];
  int length = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        target);
  if (length > 0 && length < (int)sizeof request && write(fd, request, (size_t)length) == length && read_head(fd, "HTTP/1.1 101")) return fd;
  close(fd);
  return -1;
}

// What of a stream of unmasked frames was read so far: a header in pieces, or how much of a frame is left.
typedef struct {
  int fd;
  uint64_t left;
  unsigned char head[10];
  size_t known;
} frames;

static void count(frames *at, const unsigned char *p, size_t n, uint64_t *total) {
  while (n > 0) {
    if (at->left > 0) {
      size_t step = at->left < n ? (size_t)at->left : n;
      at->left -= step, p += step, n -= step;
      continue;
    }
    at->head[at->known++] = *p++, n--;
    size_t size = at->known < 2 ? 2 : (at->head[1] & 127) == 126 ? 4 : (at->head[1] & 127) == 127 ? 10 : 2;
    if (at->known < size) continue;
    uint64_t length = at->head[1] & 127;
    if (size > 2) {
      length = 0;
      for (size_t i = 2; i < size; i++) length = length << 8 | at->head[i];
    }
    at->left = length, at->known = 0;
    if ((at->head[0] & 15) == 1) (*total)++;  // texts
  }
}

uint64_t bound_ws_count(const int *fds, size_t connections, uint64_t nanoseconds, uint64_t *messages, uint64_t *bytes) {
  *messages = *bytes = 0;
  int poll = epoll_create1(EPOLL_CLOEXEC);
  frames *all = calloc(connections, sizeof *all);
  unsigned char *buffer = malloc(room);
  uint64_t start = bound_now(), elapsed = 0;
  if (poll < 0 || !all || !buffer) goto done;
  for (size_t i = 0; i < connections; i++) {
    all[i].fd = fds[i];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, fds[i], &event) != 0) goto done;
  }
  while ((elapsed = bound_now() - start) < nanoseconds) {
    struct epoll_event events[64];
    int ready = epoll_wait(poll, events, 64, 100);
    for (int i = 0; i < ready; i++) {
      frames *at = events[i].data.ptr;
      ssize_t n = recv(at->fd, buffer, room, MSG_DONTWAIT);
      if (n == 0) {
        elapsed = 0;
        goto done;
      }
      if (n < 0) continue;
      *bytes += (uint64_t)n;
      count(at, buffer, (size_t)n, messages);
    }
  }
done:
  free(buffer);
  free(all);
  if (poll >= 0) close(poll);
  return elapsed;
}

typedef struct {
  int listener;
  size_t connections, size;
  volatile int ends;
} fanout;

// Writes the same text frame to every connection in turn, as fast as they are read.
static void *send_frames(void *argument) {
  fanout *job = argument;
  size_t head = job->size < 126 ? 2 : 4;
  unsigned char *frame = calloc(1, head + job->size);
  int *fds = calloc(job->connections, sizeof *fds);
  size_t count = 0;
  for (; frame && fds && count < job->connections; count++)
    if ((fds[count] = accept(job->listener, NULL, NULL)) < 0) break;
  if (count == job->connections && frame) {
    frame[0] = 0x81;
    frame[1] = job->size < 126 ? (unsigned char)job->size : 126;
    if (job->size >= 126) frame[2] = (unsigned char)(job->size >> 8), frame[3] = (unsigned char)job->size;
    for (size_t i = 0; !job->ends; i = (i + 1) % count)
      if (send(fds[i], frame, head + job->size, MSG_NOSIGNAL) < 0) break;
  }
  for (size_t i = 0; fds && i < count; i++) close(fds[i]);
  free(fds);
  free(frame);
  return NULL;
}

uint64_t bound_ws_fanout(size_t connections, size_t size, uint64_t nanoseconds, uint64_t *messages) {
  *messages = 0;
  if (size > 65535) return 0;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  fanout job = {socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), connections, size, 0};
  int *fds = calloc(connections, sizeof *fds);
  pthread_t thread;
  uint64_t elapsed = 0, bytes;
  size_t count = 0;
  if (job.listener >= 0 && fds && bind(job.listener, (struct sockaddr *)&address, sizeof address) == 0 &&
      listen(job.listener, (int)connections) == 0 && getsockname(job.listener, (struct sockaddr *)&address, &length) == 0 &&
      pthread_create(&thread, NULL, send_frames, &job) == 0) {
    for (; count < connections; count++)
      if ((fds[count] = connect_to(ntohs(address.sin_port))) < 0) break;
    if (count == connections) elapsed = bound_ws_count(fds, connections, nanoseconds, messages, &bytes);
    job.ends = 1;
    shutdown(job.listener, SHUT_RDWR);
    for (size_t i = 0; i < count; i++) close(fds[i]);
    pthread_join(thread, NULL);
  }
  if (job.listener >= 0) close(job.listener);
  free(fds);
  return elapsed;
}

// Sends a request and reads the answer with its Content-Length; answers the status.
int bound_http_call(int *fd, int port, const char *request, size_t length, size_t *answer) {
  if (*fd < 0 && (*fd = connect_to(port)) < 0) return 0;
  if (send(*fd, request, length, MSG_NOSIGNAL) != (ssize_t)length) goto broken;
  char head[8192];
  size_t known = 0;
  char *end = NULL;
  while (!end) {
    ssize_t n = known + 1 < sizeof head ? recv(*fd, head + known, sizeof head - 1 - known, 0) : 0;
    if (n <= 0) goto broken;
    known += (size_t)n;
    head[known] = 0;
    end = strstr(head, "\r\n\r\n");
  }
  char *field = strcasestr(head, "content-length:");
  size_t body = field && field < end ? strtoul(field + 15, NULL, 10) : 0, total = (size_t)(end - head) + 4 + body;
  *answer = total;
  while (known < total) {
    char rest[8192];
    ssize_t n = recv(*fd, rest, total - known < sizeof rest ? total - known : sizeof rest, 0);
    if (n <= 0) goto broken;
    known += (size_t)n;
  }
  return atoi(head + 9);
broken:
  close(*fd);
  *fd = -1;
  return 0;
}
