/* Peers that are not botd, connections that break anywhere, and random bytes. */
#define _GNU_SOURCE

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

static ProtobufCMessage *ping(botd_client *client, botd_error *error) {
  Botd__V1__PingRequest request = BOTD__V1__PING_REQUEST__INIT;
  return botd_call(client, &botd__v1__system_service__descriptor, "Ping", &request.base, error);
}

static void a_refused_connection_names_address_and_remedy(void) {
  botd_error error = BOTD_ERROR_INIT;
  botd_client *client = client_of(scratch("nobody"), 5000, 10000);
  int64_t began = clock_ms();
  CHECK(!ping(client, &error));
  CHECK(error.kind == BOTD_ERROR_REFUSED && error.code == 14 && clock_ms() - began < 2000);
  CHECK(strstr(error.message, scratch("nobody")) && strstr(error.message, "is botd running"));
  seen seen;
  forget(&seen);
  botd_follow follow = follow_into(&seen);
  CHECK(botd_follow_trades(client, &follow, NULL) && botd_client_run(client, 2000, NULL) == 0);
  CHECK(seen.ended == 1 && seen.end.kind == BOTD_ERROR_REFUSED);
  botd_client_free(client);
  client = botd_client_new("tcp://127.0.0.1:1", NULL, NULL);
  CHECK(client && !ping(client, &error) && error.kind == BOTD_ERROR_REFUSED);
  botd_client_free(client);
  botd_error_clear(&error);
}

static void a_server_that_speaks_http_is_told_apart(void) {
  process simulator = { 0 };
  char port[16], address[64];
  botd_error error = BOTD_ERROR_INIT;
  CHECK(start_simulator(&simulator, port));
  snprintf(address, sizeof address, "tcp://127.0.0.1:%s", port);
  botd_options options;
  botd_options_init(&options);
  options.timeout_ms = 5000;
  botd_client *client = botd_client_new(address, &options, NULL);
  CHECK(client && !ping(client, &error));
  CHECK(error.kind == BOTD_ERROR_NOT_BOTD || error.kind == BOTD_ERROR_CUT || error.kind == BOTD_ERROR_DEADLINE);
  botd_client_free(client);
  end_process(&simulator, SIGKILL);
  botd_error_clear(&error);
}

static void first_bytes_of_other_protocols_are_told_apart(void) {
  static const struct { const char *bytes; size_t length; } others[] = {
    { "HTTP/1.1 400 Bad Request\r\n\r\n", 28 }, { "SSH-2.0-OpenSSH_9.2\r\n", 21 }, { "-ERR unknown command\r\n", 22 },
    { "\x15\x03\x01\x00\x02\x02\x46", 7 }, { "\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03", 11 }, { "2", 1 },
    { "\x00\x00\x00\x04\x00\x00\x00\x02\x02\x00" "abcd", 14 }
  };
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    wire wire;
    ending done;
    CHECK(open_wire(&wire, NULL) && start_ping(&wire, &done, 0));
    send_bytes(wire.far, others[i].bytes, others[i].length);
    CHECK(botd_channel_process(wire.channel, &wire.error) == -1);
    CHECK(wire.error.kind == BOTD_ERROR_NOT_BOTD && done.ends == 1 && done.kind == BOTD_ERROR_NOT_BOTD);
    CHECK(botd_channel_fd(wire.channel) == -1);
    CHECK(!start_ping(&wire, &done, 0) && wire.error.kind == BOTD_ERROR_NOT_BOTD);
    close_wire(&wire);
  }
}

/* Records what the real daemon answers to four calls, then plays it, cut at every byte. */
enum { CALLS = 4, RECORD_MAX = 65536 };

static size_t record(int daemon, wire *wire, uint8_t *bytes) {
  static ending done[CALLS]; /* told once more when the wire is closed */
  start_ping(wire, &done[0], 0);
  start_trades(wire, &done[1]);
  start_ping(wire, &done[2], 0);
  start_backtest(wire, &done[3]);
  botd_channel_process(wire->channel, NULL);
  uint8_t sent[4096];
  ssize_t length = recv(wire->far, sent, sizeof sent, 0);
  send_bytes(daemon, sent, (size_t)length);
  size_t have = 0;
  int ends = 0;
  for (size_t at = 0; ends < CALLS;) {
    ssize_t got = recv(daemon, bytes + have, RECORD_MAX - have, 0);
    if (got <= 0) return 0;
    have += (size_t)got;
    while (have - at >= 10 && have - at >= 10 + ((size_t)bytes[at + 2] << 8 | bytes[at + 3])) {
      ends += bytes[at + 8] == 2 || bytes[at + 9] & 1;
      at += 10 + ((size_t)bytes[at + 2] << 8 | bytes[at + 3]);
    }
  }
  return have;
}

/* How many calls are answered by the first `length` bytes. */
static int answered(const uint8_t *bytes, size_t length) {
  int ends = 0;
  for (size_t at = 0; length - at >= 10;) {
    size_t whole = 10 + ((size_t)bytes[at + 2] << 8 | bytes[at + 3]);
    if (length - at < whole) break;
    ends += bytes[at + 8] == 2 || bytes[at + 9] & 1;
    at += whole;
  }
  return ends;
}

static void play_cut(const uint8_t *bytes, size_t length) {
  wire wire;
  ending done[CALLS];
  CHECK(open_wire(&wire, NULL));
  start_ping(&wire, &done[0], 0);
  start_trades(&wire, &done[1]);
  start_ping(&wire, &done[2], 0);
  start_backtest(&wire, &done[3]);
  send_bytes(wire.far, bytes, length);
  shutdown(wire.far, SHUT_WR);
  int guard = 0;
  while (botd_channel_process(wire.channel, &wire.error) == 0 && guard < 100) guard += 1;
  CHECK(wire.error.kind == BOTD_ERROR_CUT && wire.error.code == 14);
  int cut = 0;
  for (size_t i = 0; i < CALLS; i++) {
    bool unary = i == 0 || i == 2;
    CHECK(unary ? done[i].messages + done[i].ends == 1 : done[i].ends == 1);
    cut += done[i].ends && done[i].kind == BOTD_ERROR_CUT;
  }
  CHECK(cut == CALLS - answered(bytes, length));
  close_wire(&wire);
}

static void frames_cut_at_every_byte_end_every_call(void) {
  process daemon = { 0 };
  wire wire;
  static uint8_t bytes[RECORD_MAX];
  CHECK(start_daemon(&daemon, scratch("cut"), scratch("cut.sock")) && open_wire(&wire, NULL));
  int descriptor = connect_unix(scratch("cut.sock"));
  size_t length = descriptor >= 0 ? record(descriptor, &wire, bytes) : 0;
  close(descriptor);
  close_wire(&wire);
  end_process(&daemon, SIGKILL);
  CHECK(length > 100);
  for (size_t cut = 0; cut <= length; cut += (size_t)scale()) play_cut(bytes, cut);
}

/* ---- Random bytes ---- */

static uint64_t random_state;

static uint32_t chance(uint32_t below) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state >> 16) % below;
}

/* A valid message of some kind, to be damaged. */
static size_t make_data(uint8_t *bytes) {
  Botd__V1__Trade trade = BOTD__V1__TRADE__INIT, *trades[] = { &trade, &trade };
  trade.sequence = chance(100);
  trade.symbol = "BTCUSDT";
  Botd__V1__SubscriptionOpened opened = BOTD__V1__SUBSCRIPTION_OPENED__INIT;
  opened.journal_id = "journal";
  Botd__V1__SubscribeTradesResponse response = BOTD__V1__SUBSCRIBE_TRADES_RESPONSE__INIT;
  response.trades = trades;
  response.n_trades = chance(3);
  response.opened = chance(2) ? &opened : NULL;
  if (chance(2)) return botd__v1__subscribe_trades_response__pack(&response, bytes);
  uint8_t detail[256];
  Botd__V1__FieldViolation violation = BOTD__V1__FIELD_VIOLATION__INIT, *violations[] = { &violation };
  violation.field = "spec.capital";
  Botd__V1__ErrorInfo info = BOTD__V1__ERROR_INFO__INIT;
  info.reason = "A_REASON";
  info.violations = violations;
  info.n_violations = 1;
  Botd__Ttrpc__V1__Any any = BOTD__TTRPC__V1__ANY__INIT, *details[] = { &any };
  any.type_url = "type.googleapis.com/botd.v1.ErrorInfo";
  any.value = (ProtobufCBinaryData){ botd__v1__error_info__pack(&info, detail), detail };
  Botd__Ttrpc__V1__Status status = BOTD__TTRPC__V1__STATUS__INIT;
  status.code = (int32_t)chance(20);
  status.details = details;
  status.n_details = chance(2);
  Botd__Ttrpc__V1__Response envelope = BOTD__TTRPC__V1__RESPONSE__INIT;
  envelope.status = chance(4) ? &status : NULL;
  return botd__ttrpc__v1__response__pack(&envelope, bytes);
}

static size_t make_input(uint8_t *bytes) {
  size_t length = 0;
  uint32_t frames = 1 + chance(5);
  bool raw = chance(8) == 0;
  for (uint32_t i = 0; i < frames; i++) {
    uint8_t *at = bytes + length;
    size_t data = make_data(at + 10);
    if (raw) for (size_t j = 0; j < data; j++) at[10 + j] = (uint8_t)chance(256);
    size_t claimed = chance(20) ? data : chance(8000000);
    const uint8_t header[10] = {
      0, (uint8_t)(claimed >> 16), (uint8_t)(claimed >> 8), (uint8_t)claimed, 0, 0, 0, (uint8_t)(chance(30) ? 1 + 2 * chance(5) : chance(256)),
      (uint8_t)(chance(10) ? 2 + chance(2) : chance(256)), (uint8_t)(chance(3) ? 0 : chance(8))
    };
    memcpy(at, header, sizeof header);
    length += 10 + data;
  }
  for (uint32_t flips = chance(6); flips > 0; flips--) bytes[chance((uint32_t)length)] ^= (uint8_t)(1u << chance(8));
  return length;
}

static void play_random(uint64_t seed) {
  uint8_t bytes[8192];
  wire wire;
  ending done[4];
  random_state = seed * 2654435761u + 88172645463325252u;
  CHECK(open_wire(&wire, NULL));
  start_ping(&wire, &done[0], 0);
  start_trades(&wire, &done[1]);
  start_backtest(&wire, &done[2]);
  start_ping(&wire, &done[3], 0);
  size_t length = make_input(bytes);
  for (size_t at = 0; at < length;) {
    size_t part = 1 + chance((uint32_t)(length - at));
    send_bytes(wire.far, bytes + at, part);
    at += part;
    if (botd_channel_process(wire.channel, NULL)) break;
  }
  close_wire(&wire);
  for (size_t i = 0; i < 4; i++) CHECK(i % 3 ? done[i].ends == 1 : done[i].messages + done[i].ends == 1);
}

static void random_bytes_end_every_call_once(void) {
  uint64_t seed = getenv("CLIENT_TEST_SEED") ? strtoull(getenv("CLIENT_TEST_SEED"), NULL, 10) : 1;
  for (uint64_t i = 0; i < 100000u / (unsigned)scale(); i++) play_random(seed + i);
}

const test hostile_tests[] = {
  { "a refused connection names address and remedy", a_refused_connection_names_address_and_remedy },
  { "a server that speaks HTTP is told apart", a_server_that_speaks_http_is_told_apart },
  { "first bytes of other protocols are told apart", first_bytes_of_other_protocols_are_told_apart },
  { "frames cut at every byte end every call", frames_cut_at_every_byte_end_every_call },
  { "random bytes end every call once", random_bytes_end_every_call_once },
  { NULL, NULL }
};
