#include "CBounds.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int read_all(int fd, char *bytes, size_t count) {
  while (count > 0) {
    ssize_t n = read(fd, bytes, count);
    if (n <= 0) return 0;
    bytes += n;
    count -= (size_t)n;
  }
  return 1;
}

static int write_all(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t n = write(fd, bytes, count);
    if (n <= 0) return 0;
    bytes += n;
    count -= (size_t)n;
  }
  return 1;
}

typedef struct {
  int fd;
  size_t request, response, rounds, inflight;
} echo_job;

static void *echo(void *argument) {
  echo_job *job = argument;
  size_t batch = job->inflight ? job->inflight : 1;
  char *in = calloc(batch, job->request), *out = calloc(batch, job->response);
  for (size_t i = 0; in && out && i < job->rounds; i += batch) {
    if (!read_all(job->fd, in, batch * job->request) || !write_all(job->fd, out, batch * job->response)) break;
  }
  free(in);
  free(out);
  return NULL;
}

int bound_pingpong(size_t request, size_t response, size_t rounds, uint64_t *nanoseconds) {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) return -1;
  echo_job job = {fds[1], request, response, rounds, 1};
  pthread_t thread;
  char *out = calloc(1, request), *in = calloc(1, response);
  int failed = !out || !in || pthread_create(&thread, NULL, echo, &job) != 0;
  if (!failed) {
    for (size_t i = 0; i < rounds && !failed; i++) {
      uint64_t start = bound_now();
      failed = !write_all(fds[0], out, request) || !read_all(fds[0], in, response);
      nanoseconds[i] = bound_now() - start;
    }
    if (failed) shutdown(fds[0], SHUT_RDWR);
    pthread_join(thread, NULL);
  }
  free(out);
  free(in);
  close(fds[0]);
  close(fds[1]);
  return failed ? -1 : 0;
}

uint64_t bound_pipelined(size_t request, size_t response, size_t rounds, size_t inflight) {
  int fds[2];
  rounds -= rounds % inflight;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) return 0;
  echo_job job = {fds[1], request, response, rounds, inflight};
  pthread_t thread;
  char *out = calloc(inflight, request), *in = calloc(inflight, response);
  uint64_t elapsed = 0;
  if (out && in && pthread_create(&thread, NULL, echo, &job) == 0) {
    uint64_t start = bound_now();
    int good = 1;
    for (size_t i = 0; i < rounds && good; i += inflight)
      good = write_all(fds[0], out, inflight * request) && read_all(fds[0], in, inflight * response);
    if (good) elapsed = bound_now() - start;
    shutdown(fds[0], SHUT_RDWR);
    pthread_join(thread, NULL);
  }
  free(out);
  free(in);
  close(fds[0]);
  close(fds[1]);
  return elapsed;
}

typedef struct {
  int fd;
  size_t bytes, chunk;
} source_job;

static void *source(void *argument) {
  source_job *job = argument;
  char *chunk = calloc(1, job->chunk);
  for (size_t left = job->bytes; chunk && left > 0;) {
    size_t n = left < job->chunk ? left : job->chunk;
    if (!write_all(job->fd, chunk, n)) break;
    left -= n;
  }
  free(chunk);
  return NULL;
}

uint64_t bound_stream(size_t size, size_t count, size_t chunk) {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) return 0;
  source_job job = {fds[1], size * count, chunk};
  pthread_t thread;
  char *in = calloc(1, chunk);
  uint64_t elapsed = 0;
  if (in && pthread_create(&thread, NULL, source, &job) == 0) {
    uint64_t start = bound_now();
    size_t got = 0;
    while (got < job.bytes) {
      ssize_t n = read(fds[0], in, chunk);
      if (n <= 0) break;
      got += (size_t)n;
    }
    if (got == job.bytes) elapsed = bound_now() - start;
    shutdown(fds[0], SHUT_RDWR);
    pthread_join(thread, NULL);
  }
  free(in);
  close(fds[0]);
  close(fds[1]);
  return elapsed;
}
