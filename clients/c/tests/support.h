/* What all tests share: checks, the real daemon as a process, and a scripted peer for what the real daemon never does. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <sys/types.h>

#include "botd.h"
#include "botd/ttrpc/v1/ttrpc.pb-c.h"

typedef struct test {
  const char *name;
  void (*run)(void);
} test;

extern const test value_tests[], frame_tests[], hostile_tests[], daemon_tests[], repeat_tests[], follow_tests[], resume_tests[], endurance_tests[],
  vector_tests[];

/* Fails the running test and leaves its function. */
#define CHECK(condition) do { if (!check((condition), __FILE__, __LINE__, #condition)) return; } while (0)

bool check(bool holds, const char *file, int line, const char *text);

/* Counts are divided by this where a checker makes everything slow. */
int scale(void);

/* Under a checker that keeps memory on purpose, resident memory says nothing. */
bool measures_memory(void);

/* Path of a name in the private folder of this run, valid until the next eight calls. */
const char *scratch(const char *name);

/* Path of a program of BOTD_BIN. */
const char *program(const char *name);

int64_t clock_ms(void);

/* ---- Processes ---- */

typedef struct process {
  pid_t pid;
  int output; /* its standard error (botd) or output (botsim), read up to its readiness */
} process;

/* Starts botd in simulated mode with two example bots; answers when it is ready. False: it did not become ready. */
bool start_daemon(process *daemon, const char *state, const char *socket_path);

/* The same at any addresses, comma-separated, with a file of tokens. */
bool start_daemon_at(process *daemon, const char *state, const char *listen, const char *tokens_file);

/* Starts botsim; fills its port. */
bool start_simulator(process *simulator, char port[16]);

void end_process(process *ended, int signal);

/* Stops a process as SIGSTOP does; it stands still when this returns. */
void pause_process(const process *paused);

/* A connected socket, or -1. */
int connect_unix(const char *path);

/* ---- Scripted peer ---- */

typedef struct frame {
  uint32_t id;
  uint8_t type, flags;
  size_t length;
  uint8_t data[65536];
} frame;

typedef struct peer peer;
struct peer {
  int listener, connection;
  int connections, subscriptions, half_closes; /* so far */
  const char *api_version;
  int64_t started_ns;
  size_t have;
  uint8_t bytes[65536 + 10];
  void (*on_subscribe)(peer *peer, uint32_t id, const Botd__V1__SubscribeTradesRequest *request);
  void (*on_call)(peer *peer, uint32_t id, const Botd__Ttrpc__V1__Request *request); /* other unary calls than Hello */
  void *data;
};

bool peer_listen(peer *peer, const char *path);
void peer_hang_up(peer *peer);
void peer_close(peer *peer);
void send_bytes(int descriptor, const void *bytes, size_t length);
void send_frame(int descriptor, uint32_t id, uint8_t type, uint8_t flags, const void *data, size_t length);
void send_message(int descriptor, uint32_t id, const ProtobufCMessage *message);
void send_answer(int descriptor, uint32_t id, const ProtobufCMessage *message);
void send_status(int descriptor, uint32_t id, int code, const char *reason, int64_t last_sequence);

/* A peer in memory that is shared with its process, which serves until end_process: for blocking calls. NULL: none could start. */
peer *fork_peer(const peer *script, const char *path, process *serving);
void end_peer(peer *peer, process *serving);

/* Drives a client and the peer until *done is at least `target`, or five seconds have passed (false). */
bool drive(botd_client *client, peer *peer, const int *done, int target);

/* Drives a client against a real daemon in the same way. */
bool drive_client(botd_client *client, const int *done, int target);

/* ---- What a subscription told ---- */

enum { SEEN_MAX = 4096 };

typedef struct seen {
  int items, opened, caught_up, reconnecting, ended;
  int64_t sequences[SEEN_MAX];
  bool not_recorded[SEEN_MAX];
  botd_bookmark bookmark;
  botd_error end;
} seen;

/* A follow that fills `seen`, from the start. */
botd_follow follow_into(seen *seen);
void forget(seen *seen);

/* A ready channel and a client of the daemon at a socket, NULL with a failed check when there is none. */
botd_client *client_of(const char *socket_path, int timeout_ms, int heartbeat_ms);

#endif
