/* Nothing grows: descriptors and memory over many calls and connections. */
#define _GNU_SOURCE

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

static int descriptors(void) {
  int count = 0;
  DIR *folder = opendir("/proc/self/fd");
  if (!folder) return -1;
  while (readdir(folder)) count += 1;
  closedir(folder);
  return count;
}

static long resident_kib(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file) return -1;
  if (fscanf(file, "%*d %ld", &pages) != 1) pages = -1;
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static bool get_bots(botd_client *client) {
  Botd__V1__ListBotsRequest request = BOTD__V1__LIST_BOTS_REQUEST__INIT;
  ProtobufCMessage *answer = botd_call(client, &botd__v1__bot_service__descriptor, "ListBots", &request.base, NULL);
  protobuf_c_message_free_unpacked(answer, NULL);
  return answer != NULL;
}

static bool get_missing(botd_client *client) {
  Botd__V1__GetBotRequest request = BOTD__V1__GET_BOT_REQUEST__INIT;
  request.bot_id = "x";
  botd_error error = BOTD_ERROR_INIT;
  bool refused = !botd_call(client, &botd__v1__bot_service__descriptor, "GetBot", &request.base, &error) && error.code == 5;
  botd_error_clear(&error);
  return refused;
}

/* A new client: a call, and a subscription that is opened and closed. */
static bool connect_once(const char *socket_path) {
  seen *seen = calloc(1, sizeof *seen);
  botd_client *client = client_of(socket_path, 10000, 1000);
  botd_follow follow = follow_into(seen);
  follow.from_start = false;
  bool done = get_bots(client);
  botd_subscription *subscription = botd_follow_events(client, &follow, NULL);
  done = done && subscription && drive_client(client, &seen->opened, 1);
  if (subscription) botd_subscription_close(subscription);
  done = done && drive_client(client, &seen->ended, 1) && seen->end.kind == BOTD_OK;
  botd_client_free(client);
  free(seen);
  return done;
}

static void ten_thousand_calls_and_a_thousand_connections_leave_nothing(void) {
  process daemon = { 0 };
  CHECK(start_daemon(&daemon, scratch("long"), scratch("long.sock")));
  botd_client *client = client_of(scratch("long.sock"), 10000, 1000);
  const int calls = 10000 / scale(), connections = 1000 / scale();
  /* The first part of each warms up. */
  for (int i = 0; i < calls / 10; i++) CHECK(get_bots(client) && get_missing(client));
  for (int i = 0; i < connections / 10; i++) CHECK(connect_once(scratch("long.sock")));
  int open_before = descriptors();
  long kib_before = resident_kib();
  for (int i = 0; i < calls / 2; i++) CHECK(get_bots(client) && get_missing(client));
  for (int i = 0; i < connections; i++) CHECK(connect_once(scratch("long.sock")));
  long grown = resident_kib() - kib_before;
  printf("  %d calls, %d connections: descriptors %d -> %d, resident memory %+ld KiB\n", calls, connections, open_before, descriptors(), grown);
  CHECK(descriptors() == open_before && open_before > 0);
  CHECK(!measures_memory() || grown < 512);
  botd_client_free(client);
  end_process(&daemon, SIGKILL);
}

/* Answers each Ping once, then hangs up. */
static void answer_and_hang_up(peer *peer, uint32_t id, const Botd__Ttrpc__V1__Request *request) {
  Botd__V1__PingResponse response = BOTD__V1__PING_RESPONSE__INIT;
  (void)request;
  send_answer(peer->connection, id, &response.base);
  peer_hang_up(peer);
}

static void one_client_reconnects_a_thousand_times(void) {
  process serving = { 0 };
  peer script = { .on_call = answer_and_hang_up };
  peer *peer = fork_peer(&script, scratch("again.sock"), &serving);
  CHECK(peer);
  botd_client *client = client_of(scratch("again.sock"), 10000, 1000);
  const int rounds = 1000 / scale();
  int open_before = 0;
  long kib_before = 0;
  for (int i = 0; i < rounds + rounds / 10; i++) {
    Botd__V1__PingRequest request = BOTD__V1__PING_REQUEST__INIT;
    ProtobufCMessage *answer = botd_call(client, &botd__v1__system_service__descriptor, "Ping", &request.base, NULL);
    CHECK(answer);
    protobuf_c_message_free_unpacked(answer, NULL);
    if (i == rounds / 10) {
      open_before = descriptors();
      kib_before = resident_kib();
    }
  }
  long grown = resident_kib() - kib_before;
  printf("  %d reconnects: descriptors %d -> %d, resident memory %+ld KiB\n", peer->connections, open_before, descriptors(), grown);
  CHECK(peer->connections >= rounds && descriptors() <= open_before + 1 && (!measures_memory() || grown < 512));
  botd_client_free(client);
  end_peer(peer, &serving);
}

const test endurance_tests[] = {
  { "ten thousand calls and a thousand connections leave nothing", ten_thousand_calls_and_a_thousand_connections_leave_nothing },
  { "one client reconnects a thousand times", one_client_reconnects_a_thousand_times },
  { NULL, NULL }
};
