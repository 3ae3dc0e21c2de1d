#define _GNU_SOURCE

#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int scale(void) {
  const char *given = getenv("CLIENT_TEST_SCALE");
  int value = given ? atoi(given) : 1;
  return value > 0 ? value : 1;
}

bool measures_memory(void) { return !getenv("CLIENT_TEST_NO_MEMORY"); }

const char *scratch(const char *name) {
  static char paths[8][128];
  static unsigned next;
  char *path = paths[next++ % 8];
  snprintf(path, sizeof paths[0], "%s/%s", getenv("CLIENT_TEST_DIR"), name);
  return path;
}

const char *program(const char *name) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("BOTD_BIN"), name);
  return path;
}

int64_t clock_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Processes ---- */

/* Starts a program with one of its outputs in a pipe. */
static bool start(process *started, char *const arguments[], int piped) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) return false;
  started->pid = fork();
  if (started->pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* Settings of the tests are none of botd's. */
    unsetenv("BOTD_BIN");
    unsetenv("BOTD_ADDRESS");
    unsetenv("BOTD_TOKEN");
    int none = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++) dup2(i == piped ? ends[1] : none, i);
    execv(arguments[0], arguments);
    _exit(127);
  }
  close(ends[1]);
  started->output = ends[0];
  return started->pid > 0;
}

/* Reads the piped output until it holds a text, at most 60 s. */
static bool wait_for(process *started, const char *text, char *output, size_t size) {
  size_t have = 0;
  for (int64_t until = clock_ms() + 60000; clock_ms() < until && have + 1 < size;) {
    struct pollfd ready = { .fd = started->output, .events = POLLIN };
    if (poll(&ready, 1, 1000) <= 0) continue;
    ssize_t got = read(started->output, output + have, size - 1 - have);
    if (got <= 0) break;
    have += (size_t)got;
    output[have] = 0;
    if (strstr(output, text)) return true;
  }
  printf("not ready: %.*s\n", (int)have, output);
  return false;
}

bool start_daemon(process *daemon, const char *state, const char *socket_path) {
  char listen[160];
  snprintf(listen, sizeof listen, "unix:%s", socket_path);
  return start_daemon_at(daemon, state, listen, "");
}

bool start_daemon_at(process *daemon, const char *state, const char *listen, const char *tokens_file) {
  char output[16384];
  char *const arguments[] = {
    (char *)program("botd"), "--mode", "simulated", "--speed", "1000", "--example-bots", "--log-level", "notice", "--state-dir",
    (char *)state, NULL
  };
  setenv("BOTD_LISTEN", listen, 1);
  if (*tokens_file) setenv("BOTD_TOKENS_FILE", tokens_file, 1);
  bool ready = start(daemon, arguments, 2) && wait_for(daemon, "msg=ready", output, sizeof output);
  unsetenv("BOTD_LISTEN");
  unsetenv("BOTD_TOKENS_FILE");
  return ready;
}

bool start_simulator(process *simulator, char port[16]) {
  char output[4096];
  char *const arguments[] = { (char *)program("botsim"), "--port", "0", "--print-json-ready", NULL };
  if (!start(simulator, arguments, 1) || !wait_for(simulator, "\n", output, sizeof output)) return false;
  const char *colon = strstr(output, "127.0.0.1:");
  return colon && sscanf(colon, "127.0.0.1:%15[0-9]", port) == 1;
}

void end_process(process *ended, int signal) {
  if (ended->pid <= 0) return;
  kill(ended->pid, signal);
  waitpid(ended->pid, NULL, 0);
  close(ended->output);
  ended->pid = 0;
}

void pause_process(const process *paused) {
  kill(paused->pid, SIGSTOP);
  waitpid(paused->pid, NULL, WUNTRACED);
}

int connect_unix(const char *path) {
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!connect(descriptor, (struct sockaddr *)&name, sizeof name)) return descriptor;
  close(descriptor);
  return -1;
}

bool drive_client(botd_client *client, const int *done, int target) {
  for (int64_t until = clock_ms() + 60000; clock_ms() < until && *done < target;) {
    struct pollfd ready = { .fd = botd_client_fd(client), .events = botd_client_events(client) };
    int wait = botd_client_wait_ms(client);
    poll(&ready, 1, wait < 0 || wait > 1000 ? 1000 : wait);
    botd_client_process(client, NULL);
  }
  return *done >= target;
}

/* ---- What a subscription told ---- */

static void keep(seen *seen, int64_t sequence, const botd_place *place) {
  if (seen->items < SEEN_MAX) {
    seen->sequences[seen->items] = sequence;
    seen->not_recorded[seen->items] = place->not_recorded;
  }
  seen->items += 1;
  seen->bookmark = place->bookmark;
}

static void keep_trade(const Botd__V1__Trade *trade, const botd_place *place, void *data) { keep(data, trade->sequence, place); }

static void keep_event(const Botd__V1__Event *event, const botd_place *place, void *data) { keep(data, event->sequence, place); }

static void keep_state(botd_state state, const botd_error *why, void *data) {
  seen *seen = data;
  (void)why;
  if (state == BOTD_STATE_OPENED) seen->opened += 1;
  if (state == BOTD_STATE_CAUGHT_UP) seen->caught_up += 1;
  if (state == BOTD_STATE_RECONNECTING) seen->reconnecting += 1;
}

static void keep_end(const botd_error *why, void *data) {
  seen *seen = data;
  seen->ended += 1;
  seen->end = *why;
  seen->end.info = NULL;
}

botd_follow follow_into(seen *seen) {
  return (botd_follow){
    .from_start = true, .on_trade = keep_trade, .on_event = keep_event, .on_state = keep_state, .on_end = keep_end, .data = seen
  };
}

void forget(seen *seen) { memset(seen, 0, sizeof *seen); }

botd_client *client_of(const char *socket_path, int timeout_ms, int heartbeat_ms) {
  char address[160];
  botd_options options;
  botd_error error = BOTD_ERROR_INIT;
  snprintf(address, sizeof address, "unix:%s", socket_path);
  botd_options_init(&options);
  options.token = "";
  options.timeout_ms = timeout_ms;
  options.heartbeat_ms = heartbeat_ms;
  botd_client *client = botd_client_new(address, &options, &error);
  check(client != NULL, __FILE__, __LINE__, error.message);
  return client;
}
