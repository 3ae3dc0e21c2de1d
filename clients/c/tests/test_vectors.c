/* The exchanges of proto/vectors, byte for byte. */
#define _GNU_SOURCE

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "json.h"
#include "support.h"

/* One exchange while it is played. */
typedef struct play {
  const json *file;
  const char *name;
  botd_channel *channel;
  int far;
  uint32_t call;
  const json *expected; /* the next message of the outcome */
  size_t messages, sent;
  int ends;
  bool differs;
  botd_error error;
} play;

static bool complain(const play *play, const char *what) {
  printf("  %s: %s\n", play->name, what);
  return false;
}

static bool is_same(const ProtobufCMessage *message, const json *expected) {
  ProtobufCMessage *wanted = json_message(message->descriptor, json_get(expected, "json"));
  if (!wanted || strcmp(json_text(expected, "type"), message->descriptor->name)) return false;
  /* Fields that the client does not know are kept, and packed again after those it knows. */
  size_t size = protobuf_c_message_get_packed_size(wanted), have = protobuf_c_message_get_packed_size(message);
  uint8_t *left = calloc(1, size + 1), *right = calloc(1, have + 1);
  protobuf_c_message_pack(wanted, left);
  protobuf_c_message_pack(message, right);
  bool same = (have == size || (have > size && message->n_unknown_fields > 0)) && !memcmp(left, right, size);
  free(left);
  free(right);
  protobuf_c_message_free_unpacked(wanted, NULL);
  return same;
}

static bool has_violations(const botd_error *error, const json *expected) {
  size_t count = error->info ? error->info->n_violations : 0;
  if (count != json_count(expected)) return false;
  const json *violation = expected ? expected->first : NULL;
  for (size_t i = 0; i < count; i++, violation = violation->next) {
    const Botd__V1__FieldViolation *given = error->info->violations[i];
    if (strcmp(given->field, json_text(violation, "field")) || strcmp(given->reason, json_text(violation, "reason"))) return false;
    if (strcmp(given->message, json_text(violation, "message"))) return false;
  }
  return true;
}

static void take(const ProtobufCMessage *message, void *data) {
  play *play = data;
  if (message) {
    if (!play->expected || !is_same(message, play->expected)) play->differs = true;
    if (play->expected) play->expected = play->expected->next;
    play->messages += 1;
    return;
  }
  const botd_error *error = botd_channel_error(play->channel);
  const json *violations = json_get(json_get(json_get(play->file, "outcome"), "error"), "violations");
  if (!has_violations(error, violations)) play->differs = true;
  play->ends += 1;
  play->error = *error;
  play->error.info = NULL;
}

/* The method that a file calls; one that this client does not know is made after Ping, in `made`. */
static const ProtobufCServiceDescriptor *find_method(const json *call, ProtobufCMethodDescriptor *made_method,
                                                     ProtobufCServiceDescriptor *made, unsigned *method) {
  static const ProtobufCServiceDescriptor *const services[] = {
    &botd__v1__system_service__descriptor, &botd__v1__bot_service__descriptor, &botd__v1__trade_service__descriptor,
    &botd__v1__event_service__descriptor, &botd__v1__backtest_service__descriptor
  };
  const char *name = json_text(call, "method");
  for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
    if (strcmp(services[i]->name, json_text(call, "service"))) continue;
    for (*method = 0; *method < services[i]->n_methods; *method += 1) {
      if (!strcmp(services[i]->methods[*method].name, name)) return services[i];
    }
  }
  *made_method = (ProtobufCMethodDescriptor){ name, &botd__v1__ping_request__descriptor, &botd__v1__ping_response__descriptor };
  *made = botd__v1__system_service__descriptor;
  made->name = json_text(call, "service");
  made->methods = made_method;
  made->n_methods = 1;
  *method = 0;
  return made;
}

static bool start_call(play *play) {
  const json *call = json_get(play->file, "call"), *requests = json_get(call, "requests");
  ProtobufCMethodDescriptor made_method;
  ProtobufCServiceDescriptor made;
  unsigned method;
  const ProtobufCServiceDescriptor *service = find_method(call, &made_method, &made, &method);
  if (json_count(requests) != 1) return complain(play, "a call has one request");
  ProtobufCMessage *request = json_message(service->methods[method].input, json_get(requests->first, "json"));
  if (!request) return complain(play, "the request is not known");
  play->call = botd_channel_call(play->channel, service, method, request, 0, take, play, &play->error);
  protobuf_c_message_free_unpacked(request, NULL);
  return play->call == strtoul(json_text(call, "stream_id"), NULL, 10) || complain(play, "the call did not start");
}

static size_t read_hex(const char *hex, uint8_t *bytes) {
  size_t length = strlen(hex) / 2;
  for (size_t i = 0; i < length; i++) {
    unsigned value = 0;
    sscanf(hex + 2 * i, "%2x", &value);
    bytes[i] = (uint8_t)value;
  }
  return length;
}

/* Takes the bytes that the channel sends, and compares them. */
static bool take_client_frame(play *play, const uint8_t *bytes, size_t length) {
  static const uint8_t half_close[] = { 3, 5 };
  uint8_t got[65536];
  if (length == 10 && !memcmp(bytes + 8, half_close, 2)) botd_channel_cancel(play->channel, play->call);
  botd_channel_process(play->channel, NULL);
  ssize_t count = recv(play->far, got, length, MSG_DONTWAIT);
  return (count == (ssize_t)length && !memcmp(got, bytes, length)) || complain(play, "the client sends other bytes");
}

static void send_server_frame(play *play, const json *entry, const uint8_t *bytes, size_t length) {
  const json *repeat = json_get(entry, "repeat");
  send_bytes(play->far, bytes, length);
  long times = repeat ? strtol(json_text(repeat, "times"), NULL, 10) : 0;
  uint8_t chunk[4096], byte = 0;
  if (repeat) read_hex(json_text(repeat, "byte"), &byte);
  memset(chunk, byte, sizeof chunk);
  for (; times > 0; times -= (long)sizeof chunk) {
    send_bytes(play->far, chunk, times < (long)sizeof chunk ? (size_t)times : sizeof chunk);
    botd_channel_process(play->channel, NULL);
  }
  if (json_get(entry, "closes")) shutdown(play->far, SHUT_WR);
  botd_channel_process(play->channel, NULL);
}

static bool run_exchange(play *play) {
  static uint8_t bytes[1 << 20];
  for (const json *entry = json_get(play->file, "exchange")->first; entry; entry = entry->next) {
    size_t length = read_hex(json_text(entry, "hex"), bytes);
    if (strcmp(json_text(entry, "from"), "client")) send_server_frame(play, entry, bytes, length);
    else if (!take_client_frame(play, bytes, length)) return false;
  }
  return true;
}

static bool judge_failure(const play *play, const char *failure) {
  static const struct { const char *name; botd_error_kind kind; } failures[] = {
    { "message_too_large", BOTD_ERROR_TOO_LARGE }, { "connection_lost", BOTD_ERROR_CUT }, { "not_ttrpc", BOTD_ERROR_NOT_BOTD },
    { "malformed", BOTD_ERROR_NOT_BOTD }
  };
  for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
    if (!strcmp(failures[i].name, failure)) return play->error.kind == failures[i].kind || complain(play, "another failure");
  }
  return complain(play, "an unknown failure");
}

static bool judge(const play *play) {
  const json *outcome = json_get(play->file, "outcome"), *error = json_get(outcome, "error");
  const char *kind = json_text(json_get(play->file, "call"), "kind"), *failure = json_text(outcome, "failure");
  if (play->differs) return complain(play, "a message or a violation differs");
  if (play->messages != json_count(json_get(outcome, "messages"))) return complain(play, "another number of messages");
  bool answered = !strcmp(kind, "unary") && play->messages == 1;
  if (play->ends != (answered ? 0 : 1)) return complain(play, "the call did not end once");
  if (*failure) return judge_failure(play, failure);
  if (!error) return play->error.kind == BOTD_OK || complain(play, play->error.message);
  if (play->error.code != atoi(json_text(error, "code"))) return complain(play, "another code");
  if (strcmp(play->error.reason, json_text(error, "reason"))) return complain(play, "another reason");
  if (strcmp(play->error.field, json_text(error, "field"))) return complain(play, "another field");
  if (play->error.last_sequence != atoll(json_text(error, "last_sequence"))) return complain(play, "another last_sequence");
  const char *message = json_text(error, "message");
  size_t shown = strlen(play->error.message);
  return !strncmp(play->error.message, message, shown) && (!message[shown] || shown > sizeof play->error.message - 5) ?
           true : complain(play, "another message");
}

static bool play_file(const json *file) {
  const json *call = json_get(file, "call"), *metadata = json_get(call, "metadata");
  play play = { .file = file, .name = json_text(file, "name"), .error = BOTD_ERROR_INIT };
  botd_options options;
  int ends[2];
  botd_options_init(&options);
  options.first_stream_id = (uint32_t)strtoul(json_text(call, "stream_id"), NULL, 10);
  options.timeout_nano = strtoll(json_text(call, "timeout_nano"), NULL, 10);
  if (json_count(metadata)) options.call_token = json_text(metadata->first, "value") + strlen("Bearer ");
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) return false;
  play.far = ends[1];
  play.channel = botd_channel_adopt(ends[0], &options, NULL);
  const json *messages = json_get(json_get(file, "outcome"), "messages");
  play.expected = messages ? messages->first : NULL;
  bool passed = start_call(&play) && run_exchange(&play) && judge(&play);
  botd_channel_free(play.channel);
  close(play.far);
  return passed;
}

static json *load(const char *path) {
  FILE *file = fopen(path, "r");
  static char text[1 << 20];
  if (!file) return NULL;
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  return json_parse(text);
}

static void every_exchange_is_played(void) {
  const char *folder = getenv("CLIENT_TEST_VECTORS") ? getenv("CLIENT_TEST_VECTORS") : "../../proto/vectors";
  DIR *files = opendir(folder);
  int played = 0, for_servers = 0;
  bool passed = true;
  CHECK(files);
  for (const struct dirent *entry; (entry = readdir(files));) {
    char path[4096];
    const char *ending = strrchr(entry->d_name, '.');
    if (!ending || strcmp(ending, ".json")) continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    json *file = load(path);
    if (!file || !json_get(file, "exchange")) passed = false;
    else if (!json_get(file, "call")) for_servers += 1;
    else if (play_file(file)) played += 1;
    else passed = false;
    json_free(file);
  }
  closedir(files);
  printf("  %d exchanges played, %d are for servers only\n", played, for_servers);
  CHECK(passed && played >= 39 && for_servers > 0);
}

const test vector_tests[] = {
  { "every exchange is played", every_exchange_is_played },
  { NULL, NULL }
};
