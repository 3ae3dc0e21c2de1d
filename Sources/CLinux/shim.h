#pragma once
// What Swift cannot call by itself: prctl(2) takes a variable number of arguments, statx(2) is not in its module of the C library.
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <linux/stat.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// 0, or the error number.
static inline int clinux_set_dumpable(int dumpable) { return prctl(PR_SET_DUMPABLE, (unsigned long)dumpable, 0ul, 0ul, 0ul) == 0 ? 0 : errno; }

// 0, or the error number.
static inline int clinux_forbid_core_dumps(void) {
  const struct rlimit none = {0, 0};
  return setrlimit(RLIMIT_CORE, &none) == 0 ? 0 : errno;
}

// When the file behind `descriptor` was made, in nanoseconds since 1970; 0 where the file system does not say.
static inline int64_t clinux_birth_time(int descriptor) {
  struct statx info;
  memset(&info, 0, sizeof info);
  if (syscall(SYS_statx, descriptor, "", 0x1000 /* AT_EMPTY_PATH */, STATX_BTIME, &info) != 0 || !(info.stx_mask & STATX_BTIME)) return 0;
  return (int64_t)((uint64_t)info.stx_btime.tv_sec * 1000000000u + info.stx_btime.tv_nsec);
}
