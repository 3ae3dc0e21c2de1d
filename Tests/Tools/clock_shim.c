/* A wall clock that a test sets: LD_PRELOAD this, and name a file in CLOCK_SHIM_FILE.

   The file holds four numbers of 64 bits in the machine's order: the offset in nanoseconds, the rate in parts per billion (0: as fast as
   the true clock), the true time in nanoseconds at which that rate began, and by how much the monotonic clocks lag behind the true ones, as
   after a sleep of the machine. It is mapped, so a change is seen by the next reader of the clock. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct setting {
  volatile int64_t offset_ns;
  volatile int64_t rate_ppb;
  volatile int64_t base_ns;
  volatile int64_t monotonic_lag_ns;
};

static struct setting *setting;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("CLOCK_SHIM_FILE");
  if (!path) return;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  void *memory = mmap(NULL, sizeof(struct setting), PROT_READ, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (memory != MAP_FAILED) setting = memory;
}

static int64_t shifted(int64_t now) {
  if (!setting) return now;
  int64_t since = now - setting->base_ns;
  return now + setting->offset_ns + (int64_t)((__int128)since * setting->rate_ppb / 1000000000);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  long result = syscall(SYS_clock_gettime, clock, time);
  int is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  int is_monotonic = clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_MONOTONIC_RAW;
  if (result != 0 || (!is_wall && !is_monotonic) || !setting) return (int)result;
  int64_t now = (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
  now = is_wall ? shifted(now) : now - setting->monotonic_lag_ns;
  time->tv_sec = now / 1000000000;
  time->tv_nsec = now % 1000000000;
  return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *result) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}
