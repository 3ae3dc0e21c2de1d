/* A disk that can lose its power: LD_PRELOAD this, name a folder in POWER_LOSS_FOLDER and a file outside of it in POWER_LOSS_LOG.

   Before a file of the folder is written or cut, what stood there and what comes is logged; after a file was made durable, that is. So
   whoever reads the log when the program is dead can take back what the disk had not yet promised to keep. Shared memory of SQLite (-shm)
   is left alone: it is made anew at every start.

   A record: seven numbers of 64 bits in the machine's order (kind: 1 write, 2 made durable, 3 cut; length of the path; offset; old bytes;
   new bytes; old size of the file; 0), then path, old bytes, new bytes. The last one may be cut off: that write was not begun. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int record_file = -1;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("POWER_LOSS_LOG");
  folder = getenv("POWER_LOSS_FOLDER");
  if (path && folder) record_file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* The length of the file's path; 0: it is none of ours. */
static size_t name_of(int descriptor, char *path, size_t size) {
  if (record_file < 0 || descriptor == record_file) return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t count = readlink(link, path, size - 1);
  if (count <= 0) return 0;
  path[count] = 0;
  if (strncmp(path, folder, strlen(folder)) != 0) return 0;
  return count > 4 && strcmp(path + count - 4, "-shm") == 0 ? 0 : (size_t)count;
}

static void record(uint64_t kind, const char *path, size_t length, uint64_t offset, void *old, size_t old_count, const void *new,
                   size_t new_count, uint64_t size) {
  uint64_t head[7] = {kind, length, offset, old_count, new_count, size, 0};
  struct iovec parts[4] = {{head, sizeof head}, {(void *)path, length}, {old, old_count}, {(void *)new, new_count}};
  if (writev(record_file, parts, 4) < 0) abort();
}

static ssize_t logged_pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  char path[4096];
  size_t length = name_of(descriptor, path, sizeof path);
  struct stat state;
  if (length > 0 && fstat(descriptor, &state) == 0) {
    char *old = malloc(count + 1);
    ssize_t there = old ? pread(descriptor, old, count, offset) : -1;
    record(1, path, length, (uint64_t)offset, old, there > 0 ? (size_t)there : 0, bytes, count, (uint64_t)state.st_size);
    free(old);
  }
  return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) { return logged_pwrite(descriptor, bytes, count, offset); }

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  return logged_pwrite(descriptor, bytes, count, offset);
}

static int logged_cut(int descriptor, off_t size) {
  char path[4096];
  size_t length = name_of(descriptor, path, sizeof path);
  struct stat state;
  if (length > 0 && fstat(descriptor, &state) == 0) {
    size_t count = state.st_size > size ? (size_t)(state.st_size - size) : 0;
    char *old = malloc(count + 1);
    ssize_t there = old && count ? pread(descriptor, old, count, size) : 0;
    record(3, path, length, (uint64_t)size, old, there > 0 ? (size_t)there : 0, NULL, 0, (uint64_t)state.st_size);
    free(old);
  }
  return (int)syscall(SYS_ftruncate, descriptor, size);
}

int ftruncate(int descriptor, off_t size) { return logged_cut(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) { return logged_cut(descriptor, size); }

static int logged_sync(int descriptor, long call) {
  int result = (int)syscall(call, descriptor);
  char path[4096];
  size_t length = result == 0 ? name_of(descriptor, path, sizeof path) : 0;
  if (length > 0) record(2, path, length, 0, NULL, 0, NULL, 0, 0);
  return result;
}

int fsync(int descriptor) { return logged_sync(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return logged_sync(descriptor, SYS_fdatasync); }
