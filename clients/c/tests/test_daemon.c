/* Calls of the real daemon: answers, errors, tokens, repeats, and what a client does while it is away. */
#define _GNU_SOURCE

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static const ProtobufCServiceDescriptor *const system_service = &botd__v1__system_service__descriptor;
static const ProtobufCServiceDescriptor *const bot_service = &botd__v1__bot_service__descriptor;

/* Whether Ping is answered. */
static bool ping(botd_client *client, botd_error *error) {
  Botd__V1__PingRequest request = BOTD__V1__PING_REQUEST__INIT;
  ProtobufCMessage *answer = botd_call(client, system_service, "Ping", &request.base, error);
  if (answer) protobuf_c_message_free_unpacked(answer, NULL);
  return answer != NULL;
}

static Botd__V1__Bot *create(botd_client *client, const char *bot, const char *capital, const char *request_id, botd_error *error) {
  Botd__V1__BotSpec spec = BOTD__V1__BOT_SPEC__INIT;
  spec.symbol = "BTCUSDT";
  spec.strategy = "ema_cross";
  spec.interval = "1m";
  spec.capital = (char *)capital;
  Botd__V1__CreateBotRequest request = BOTD__V1__CREATE_BOT_REQUEST__INIT;
  request.request_id = (char *)request_id;
  request.bot_id = (char *)bot;
  request.spec = &spec;
  Botd__V1__CreateBotResponse *response = (Botd__V1__CreateBotResponse *)botd_call(client, bot_service, "CreateBot", &request.base, error);
  if (!response) return NULL;
  Botd__V1__Bot *made = response->bot;
  response->bot = NULL;
  botd__v1__create_bot_response__free_unpacked(response, NULL);
  return made;
}

static void count_bots(const Botd__V1__ListBotsResponse *response, void *data) { *(size_t *)data = response ? response->n_bots : 0; }

static void stubs_call_over_a_client_and_a_channel(void) {
  process daemon = { 0 };
  CHECK(start_daemon(&daemon, scratch("calls"), scratch("calls.sock")));
  botd_client *client = client_of(scratch("calls.sock"), 10000, 10000);
  botd_error error = BOTD_ERROR_INIT;
  botd_stub bots;
  size_t count = 0;
  Botd__V1__ListBotsRequest request = BOTD__V1__LIST_BOTS_REQUEST__INIT;
  botd_stub_init_client(&bots, client, bot_service);
  botd__v1__bot_service__list_bots(&bots.base, &request, count_bots, &count);
  CHECK(count == 2 && botd_client_error(client)->kind == BOTD_OK);
  char address[160];
  snprintf(address, sizeof address, "unix:%s", scratch("calls.sock"));
  botd_channel *channel = botd_channel_open(address, NULL, &error);
  CHECK(channel && !botd_channel_is_ready(channel) && botd_channel_wait_ready(channel, &error) == 0);
  botd_stub_init_channel(&bots, channel, bot_service);
  count = 0;
  botd__v1__bot_service__list_bots(&bots.base, &request, count_bots, &count);
  CHECK(bots.call % 2 == 1 && count == 0);
  while (count == 0) CHECK(botd_channel_run(channel, 5000, &error) == 0);
  CHECK(count == 2);
  botd_channel_free(channel);
  botd_client_free(client);
  end_process(&daemon, SIGKILL);
}

static void errors_say_what_is_wrong(void) {
  process daemon = { 0 };
  CHECK(start_daemon(&daemon, scratch("errors"), scratch("errors.sock")));
  botd_client *client = client_of(scratch("errors.sock"), 10000, 10000);
  botd_error error = BOTD_ERROR_INIT;
  Botd__V1__GetBotRequest get = BOTD__V1__GET_BOT_REQUEST__INIT;
  get.bot_id = "x";
  CHECK(!botd_call(client, bot_service, "GetBot", &get.base, &error));
  CHECK(error.kind == BOTD_ERROR_STATUS && error.code == 5 && !strcmp(error.reason, "BOT_NOT_FOUND") && !strcmp(error.field, "bot_id"));
  CHECK(strstr(error.message, "there is no bot x") && error.info && botd_client_error(client)->code == 5);
  CHECK(!create(client, "Bad Id", "abc", "", &error));
  CHECK(error.code == 3 && error.info && error.info->n_violations >= 2);
  bool id = false, capital = false;
  for (size_t i = 0; i < error.info->n_violations; i++) {
    id = id || !strcmp(error.info->violations[i]->field, "bot_id");
    capital = capital || strstr(error.info->violations[i]->field, "capital");
  }
  CHECK(id && capital);
  CHECK(!botd_call(client, bot_service, "NoSuchMethod", &get.base, &error) && error.kind == BOTD_ERROR_ARGUMENT && !error.info);
  CHECK(!botd_call(client, system_service, "Ping", &get.base, &error) && error.kind == BOTD_ERROR_ARGUMENT);
  CHECK(!botd_call(client, system_service, "WatchHealth", &get.base, &error) && error.kind == BOTD_ERROR_ARGUMENT);
  uint8_t *large = calloc(1, BOTD_FRAME_MAX + 1);
  Botd__V1__PingRequest request = BOTD__V1__PING_REQUEST__INIT;
  request.payload = (ProtobufCBinaryData){ BOTD_FRAME_MAX + 1, large };
  CHECK(!botd_call(client, system_service, "Ping", &request.base, &error) && error.kind == BOTD_ERROR_TOO_LARGE);
  free(large);
  CHECK(ping(client, &error) && error.kind == BOTD_OK);
  botd_client_free(client);
  end_process(&daemon, SIGKILL);
}

static void a_request_id_makes_a_change_once(void) {
  process daemon = { 0 };
  CHECK(start_daemon(&daemon, scratch("ids"), scratch("ids.sock")));
  botd_client *client = client_of(scratch("ids.sock"), 10000, 10000);
  botd_error error = BOTD_ERROR_INIT;
  Botd__V1__Bot *made = create(client, "once", "100", "one-id", &error), *again = create(client, "once", "100", "one-id", &error);
  CHECK(made && again && made->created_time_ns == again->created_time_ns && made->created_time_ns > 0);
  botd__v1__bot__free_unpacked(made, NULL);
  botd__v1__bot__free_unpacked(again, NULL);
  CHECK(!create(client, "twice", "100", "one-id", &error) && !strcmp(error.reason, "REQUEST_ID_REUSED") && error.code == 6);
  CHECK(!create(client, "once", "100", "", &error) && !strcmp(error.reason, "BOT_EXISTS"));
  botd_error_clear(&error);
  botd_client_free(client);
  end_process(&daemon, SIGKILL);
}

static void a_call_waits_for_a_daemon_that_restarts(void) {
  process daemon = { 0 };
  CHECK(start_daemon(&daemon, scratch("away"), scratch("away.sock")));
  botd_client *client = client_of(scratch("away.sock"), 1000, 10000);
  botd_error error = BOTD_ERROR_INIT;
  CHECK(ping(client, &error));
  end_process(&daemon, SIGKILL);
  int64_t began = clock_ms();
  CHECK(!ping(client, &error) && error.kind == BOTD_ERROR_REFUSED);
  /* It was there before: tried again, within the deadline. */
  CHECK(clock_ms() - began > 300 && clock_ms() - began < 2000);
  CHECK(start_daemon(&daemon, scratch("away"), scratch("away.sock")));
  CHECK(ping(client, &error));
  /* The connection is cut between two calls: the second one notices nothing. */
  end_process(&daemon, SIGKILL);
  CHECK(start_daemon(&daemon, scratch("away"), scratch("away.sock")) && ping(client, &error));
  botd_client_free(client);
  botd_error_clear(&error);
  end_process(&daemon, SIGKILL);
}

static void a_stopped_daemon_meets_the_deadline(void) {
  process daemon = { 0 };
  CHECK(start_daemon(&daemon, scratch("late"), scratch("late.sock")));
  botd_client *client = client_of(scratch("late.sock"), 500, 10000);
  botd_error error = BOTD_ERROR_INIT;
  CHECK(ping(client, &error));
  pause_process(&daemon);
  for (int i = 0; i < 2; i++) { /* on the open connection, then on a new one */
    int64_t began = clock_ms();
    CHECK(!ping(client, &error) && error.kind == BOTD_ERROR_DEADLINE && error.code == 4);
    CHECK(clock_ms() - began >= 450 && clock_ms() - began < 3000);
  }
  kill(daemon.pid, SIGCONT);
  botd_client_free(client);
  client = client_of(scratch("late.sock"), 10000, 10000);
  CHECK(ping(client, &error));
  botd_client_free(client);
  botd_error_clear(&error);
  end_process(&daemon, SIGKILL);
}

static int free_port(void) {
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t size = sizeof name;
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool bound = !bind(descriptor, (struct sockaddr *)&name, size) && !getsockname(descriptor, (struct sockaddr *)&name, &size);
  close(descriptor);
  return bound ? ntohs(name.sin_port) : 0;
}

static const char *list_with(const char *address, const char *token, const char *call_token, char reason[64]) {
  botd_options options;
  botd_error error = BOTD_ERROR_INIT;
  botd_options_init(&options);
  options.token = token;
  options.call_token = call_token;
  botd_client *client = botd_client_new(address, &options, &error);
  Botd__V1__ListBotsRequest request = BOTD__V1__LIST_BOTS_REQUEST__INIT;
  ProtobufCMessage *answer = client ? botd_call(client, bot_service, "ListBots", &request.base, &error) : NULL;
  snprintf(reason, 64, "%s", answer ? "answered" : error.reason);
  if (answer) protobuf_c_message_free_unpacked(answer, NULL);
  botd_client_free(client);
  botd_error_clear(&error);
  return reason;
}

static void tokens_open_a_connection_over_tcp(void) {
  process daemon = { 0 };
  char listen[200], address[64], reason[64];
  int port = free_port();
  snprintf(address, sizeof address, "tcp://127.0.0.1:%d", port);
  snprintf(listen, sizeof listen, "unix:%s,%s", scratch("tcp.sock"), address);
  FILE *tokens = fopen(scratch("tokens"), "w");
  CHECK(tokens && chmod(scratch("tokens"), 0600) == 0);
  fputs("reader observe 0123456789abcdef0123456789abcdef\n", tokens);
  fclose(tokens);
  CHECK(start_daemon_at(&daemon, scratch("tcp"), listen, scratch("tokens")));
  CHECK(!strcmp(list_with(address, "0123456789abcdef0123456789abcdef", NULL, reason), "answered"));
  CHECK(!strcmp(list_with(address, "", "0123456789abcdef0123456789abcdef", reason), "answered"));
  CHECK(!strcmp(list_with(address, "", NULL, reason), "NOT_LOGGED_IN"));
  CHECK(!strcmp(list_with(address, "wrong", NULL, reason), "WRONG_TOKEN"));
  CHECK(!strcmp(list_with(address, "", "wrong", reason), "WRONG_TOKEN"));
  setenv("BOTD_TOKEN", "0123456789abcdef0123456789abcdef", 1);
  list_with(address, NULL, NULL, reason);
  unsetenv("BOTD_TOKEN");
  CHECK(!strcmp(reason, "answered"));
  end_process(&daemon, SIGKILL);
}

const test daemon_tests[] = {
  { "stubs call over a client and a channel", stubs_call_over_a_client_and_a_channel },
  { "errors say what is wrong", errors_say_what_is_wrong },
  { "a request id makes a change once", a_request_id_makes_a_change_once },
  { "a call waits for a daemon that restarts", a_call_waits_for_a_daemon_that_restarts },
  { "a stopped daemon meets the deadline", a_stopped_daemon_meets_the_deadline },
  { "tokens open a connection over TCP", tokens_open_a_connection_over_tcp },
  { NULL, NULL }
};
