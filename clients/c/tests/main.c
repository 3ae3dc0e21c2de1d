/* Runs all tests, or those whose name holds the argument. */
#define _XOPEN_SOURCE 700

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static bool running_failed;

bool check(bool holds, const char *file, int line, const char *text) {
  if (holds) return true;
  running_failed = true;
  printf("%s:%d: %s does not hold\n", file, line, text);
  return false;
}

static int passed, failed;

static void run_all(const test *tests, const char *only) {
  for (const test *at = tests; at->name; at++) {
    if (only && !strstr(at->name, only)) continue;
    running_failed = false;
    int64_t began = clock_ms();
    at->run();
    if (running_failed) failed += 1;
    else passed += 1;
    printf("%s %s (%lld ms)\n", running_failed ? "FAILED" : "ok", at->name, (long long)(clock_ms() - began));
    fflush(stdout);
  }
}

static int take_away(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status, (void)kind, (void)place;
  return remove(path);
}

int main(int count, char **arguments) {
  char folder[] = "/tmp/botd-c-XXXXXX";
  const char *only = count > 1 ? arguments[1] : NULL;
  if (!getenv("BOTD_BIN") || !mkdtemp(folder)) {
    fprintf(stderr, "BOTD_BIN must name the folder that holds botd and botsim\n");
    return 2;
  }
  setenv("CLIENT_TEST_DIR", folder, 1);
  const test *const all[] = {
    value_tests, frame_tests, hostile_tests, daemon_tests, repeat_tests, follow_tests, resume_tests, endurance_tests, vector_tests
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) run_all(all[i], only);
  nftw(folder, take_away, 16, FTW_DEPTH | FTW_PHYS);
  printf("%d passed, %d failed, 0 skipped\n", passed, failed);
  return failed ? 1 : 0;
}
