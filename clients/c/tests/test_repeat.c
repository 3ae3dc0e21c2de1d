/* Blocking calls against a peer that cuts, refuses for a while, is of another version, or never answers. */
#define _GNU_SOURCE

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "support.h"

/* What the peer's process saw; in memory that both share. */
typedef struct witness {
  int calls, refusals;
  int64_t timeout_nano;
  char ids[4][64];
} witness;

static void keep_id(witness *saw, const Botd__Ttrpc__V1__Request *request) {
  Botd__V1__StartBotRequest *start = botd__v1__start_bot_request__unpack(NULL, request->payload.len, request->payload.data);
  if (start && saw->calls < 4) snprintf(saw->ids[saw->calls], sizeof saw->ids[0], "%s", start->request_id);
  if (start) botd__v1__start_bot_request__free_unpacked(start, NULL);
  saw->timeout_nano = request->timeout_nano;
  saw->calls += 1;
}

/* Cuts the first call, answers the second UNAVAILABLE, and the third. */
static void cut_then_refuse(peer *peer, uint32_t id, const Botd__Ttrpc__V1__Request *request) {
  witness *saw = peer->data;
  Botd__V1__StartBotResponse response = BOTD__V1__START_BOT_RESPONSE__INIT;
  keep_id(saw, request);
  if (saw->calls == 1) peer_hang_up(peer);
  else if (saw->calls == 2) send_status(peer->connection, id, 14, "SHUTTING_DOWN", 0);
  else send_answer(peer->connection, id, &response.base);
}

static void refuse_for_good(peer *peer, uint32_t id, const Botd__Ttrpc__V1__Request *request) {
  keep_id(peer->data, request);
  send_status(peer->connection, id, 9, "BOT_HALTED", 0);
}

static void refuse_for_now(peer *peer, uint32_t id, const Botd__Ttrpc__V1__Request *request) {
  keep_id(peer->data, request);
  send_status(peer->connection, id, 14, "SHUTTING_DOWN", 0);
}

static void stay_silent(peer *peer, uint32_t id, const Botd__Ttrpc__V1__Request *request) {
  (void)id;
  keep_id(peer->data, request);
}

/* Calls StartBot of a peer with that script. The error is the caller's to clear. */
static bool start_bot(peer *script, const char *request_id, int timeout_ms, witness *saw, botd_error *error) {
  process serving = { 0 };
  witness *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  script->data = shared;
  peer *peer = fork_peer(script, scratch("script.sock"), &serving);
  botd_client *client = client_of(scratch("script.sock"), timeout_ms, 10000);
  Botd__V1__StartBotRequest request = BOTD__V1__START_BOT_REQUEST__INIT;
  request.request_id = (char *)request_id;
  request.bot_id = "alpha";
  ProtobufCMessage *answer = botd_call(client, &botd__v1__bot_service__descriptor, "StartBot", &request.base, error);
  bool kept = request.request_id == request_id, answered = answer != NULL;
  protobuf_c_message_free_unpacked(answer, NULL);
  botd_client_free(client);
  end_peer(peer, &serving);
  *saw = *shared;
  munmap(shared, sizeof *shared);
  return kept && answered;
}

static void a_change_is_repeated_under_its_id(void) {
  witness saw;
  botd_error error = BOTD_ERROR_INIT;
  peer script = { .on_call = cut_then_refuse };
  CHECK(start_bot(&script, "", 5000, &saw, &error) && error.kind == BOTD_OK && saw.calls == 3);
  CHECK(strlen(saw.ids[0]) == 36 && !strcmp(saw.ids[0], saw.ids[1]) && !strcmp(saw.ids[0], saw.ids[2]));
  /* What is left of the deadline, not all of it again. */
  CHECK(saw.timeout_nano > 1000000000 && saw.timeout_nano < 4960000000);
  CHECK(start_bot(&script, "mine", 5000, &saw, &error) && saw.calls == 3 && !strcmp(saw.ids[2], "mine"));
}

static void a_refusal_is_not_repeated(void) {
  witness saw;
  botd_error error = BOTD_ERROR_INIT;
  peer script = { .on_call = refuse_for_good };
  CHECK(!start_bot(&script, "", 5000, &saw, &error) && saw.calls == 1);
  CHECK(error.kind == BOTD_ERROR_STATUS && error.code == 9 && !strcmp(error.reason, "BOT_HALTED"));
  botd_error_clear(&error);
}

static void repeats_end_with_the_deadline(void) {
  witness saw;
  botd_error error = BOTD_ERROR_INIT;
  peer script = { .on_call = refuse_for_now };
  int64_t began = clock_ms();
  CHECK(!start_bot(&script, "", 1000, &saw, &error) && saw.calls > 2 && saw.calls < 12 && clock_ms() - began < 3000);
  CHECK(error.code == 14 && !strcmp(error.reason, "SHUTTING_DOWN"));
  script.on_call = stay_silent;
  began = clock_ms();
  CHECK(!start_bot(&script, "", 300, &saw, &error) && saw.calls == 1 && clock_ms() - began < 3000);
  CHECK(error.kind == BOTD_ERROR_DEADLINE && error.code == 4);
  botd_error_clear(&error);
}

static void another_version_is_told_apart(void) {
  witness saw;
  botd_error error = BOTD_ERROR_INIT;
  peer script = { .on_call = stay_silent, .api_version = "botd.v2" };
  CHECK(!start_bot(&script, "", 5000, &saw, &error) && saw.calls == 0);
  CHECK(error.kind == BOTD_ERROR_VERSION && strstr(error.message, "0.0.1") && strstr(error.message, "botd.v2"));
  botd_error_clear(&error);
}

const test repeat_tests[] = {
  { "a change is repeated under its id", a_change_is_repeated_under_its_id },
  { "a refusal is not repeated", a_refusal_is_not_repeated },
  { "repeats end with the deadline", repeats_end_with_the_deadline },
  { "another version is told apart", another_version_is_told_apart },
  { NULL, NULL }
};
