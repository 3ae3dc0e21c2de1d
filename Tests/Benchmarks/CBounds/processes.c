#include "CBounds.h"
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

uint64_t bound_journal_scan(const char *path, uint64_t *bytes) {
  sqlite3 *db = NULL;
  sqlite3_stmt *select = NULL;
  uint64_t start = bound_now(), elapsed = 0;
  *bytes = 0;
  if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
      sqlite3_prepare_v2(db, "SELECT sequence, payload FROM entries ORDER BY sequence", -1, &select, NULL) == SQLITE_OK) {
    int code;
    while ((code = sqlite3_step(select)) == SQLITE_ROW) *bytes += (uint64_t)sqlite3_column_bytes(select, 1);
    if (code == SQLITE_DONE) elapsed = bound_now() - start;
  }
  sqlite3_finalize(select);
  sqlite3_close(db);
  return elapsed;
}

static int spawn(const char *const *argv, char **environment, int *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t child;
  int code = posix_spawnp(&child, argv[0], &actions, NULL, (char *const *)argv, environment);
  posix_spawn_file_actions_destroy(&actions);
  *pid = code == 0 ? child : -1;
  return code;
}

uint64_t bound_start(const char *const *argv, const char *notify_path, int seconds, int *pid) {
  *pid = -1;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(notify_path) >= sizeof address.sun_path) return 0;
  strcpy(address.sun_path, notify_path);
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  unlink(notify_path);
  struct timeval limit = {.tv_sec = seconds};
  size_t count = 0;
  while (environ[count]) count++;
  char **environment = calloc(count + 2, sizeof(char *));
  char *variable = malloc(strlen(notify_path) + 32);
  uint64_t elapsed = 0;
  if (fd >= 0 && environment && variable && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0) {
    sprintf(variable, "NOTIFY_SOCKET=%s", notify_path);
    memcpy(environment, environ, count * sizeof(char *));
    environment[count] = variable;
    uint64_t start = bound_now();
    char message[1024];
    int is_open = spawn(argv, environment, pid) == 0;
    // Others come before it: STATUS=, EXTEND_TIMEOUT_USEC=.
    while (is_open && bound_now() - start < (uint64_t)seconds * 1000000000) {
      ssize_t n = recv(fd, message, sizeof message - 1, 0);
      message[n > 0 ? n : 0] = 0;
      if (n <= 0) break;
      if (strncmp(message, "READY=1", 7) == 0 || strstr(message, "\nREADY=1")) {
        elapsed = bound_now() - start;
        break;
      }
    }
  }
  if (fd >= 0) close(fd);
  unlink(notify_path);
  free(environment);
  free(variable);
  return elapsed;
}

uint64_t bound_run(const char *const *argv) {
  int pid, status;
  uint64_t start = bound_now();
  if (spawn(argv, environ, &pid) != 0) return 0;
  if (waitpid(pid, &status, 0) != pid) return 0;
  return bound_now() - start;
}

long bound_resident(int pid) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *file = fopen(path, "r");
  long kilobytes = 0;
  while (file && fgets(line, sizeof line, file))
    if (sscanf(line, "VmRSS: %ld", &kilobytes) == 1) break;
  if (file) fclose(file);
  return kilobytes;
}

int bound_stop(int pid, int seconds) {
  int status = 0;
  kill(pid, SIGTERM);
  for (int i = 0; i < seconds * 100; i++) {
    if (waitpid(pid, &status, WNOHANG) == pid) return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    struct timespec pause = {.tv_nsec = 10000000};
    nanosleep(&pause, NULL);
  }
  kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
  return -1;
}
