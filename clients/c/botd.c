/*
 * botd.c: see botd.h.
 *
 * From bottom to top: errors and values, buffers, calls of a channel, frames, the socket, the greeting, the blocking calls of a
 * client, subscriptions that resume, stubs.
 */
#define _GNU_SOURCE

#include "botd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "botd/ttrpc/v1/ttrpc.pb-c.h"

enum { UNARY, SERVER_STREAM, BIDIRECTIONAL };
#include "botd/streaming.h"

enum { FRAME_HEADER = 10, FRAME_REQUEST = 1, FRAME_RESPONSE = 2, FRAME_DATA = 3 };
enum { FLAG_REMOTE_CLOSED = 1, FLAG_REMOTE_OPEN = 2, FLAG_NO_DATA = 4 };
enum { BUCKETS = 256, READ_CHUNK = 64 * 1024, READ_TURN = 1024 * 1024, WRITE_MAX = 16 * 1024 * 1024, CALLS_MAX = 1024 };
enum { BACKOFF_FIRST_MS = 100, BACKOFF_MAX_MS = 5000 };
enum {
  OK = 0, CANCELLED = 1, INVALID_ARGUMENT = 3, DEADLINE_EXCEEDED = 4, PERMISSION_DENIED = 7, RESOURCE_EXHAUSTED = 8,
  ABORTED = 10, OUT_OF_RANGE = 11, UNIMPLEMENTED = 12, INTERNAL = 13, UNAVAILABLE = 14, UNAUTHENTICATED = 16
};

/* ---- Errors ------------------------------------------------------------------------------------------------------------------ */

static const char *const code_names[] = {
  "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
  "DATA_LOSS", "UNAUTHENTICATED"
};

static const struct { const char *name; int code; } kinds[] = {
  { "OK", OK }, { "STATUS", INTERNAL }, { "REFUSED", UNAVAILABLE }, { "NOT_BOTD", INTERNAL }, { "VERSION", UNIMPLEMENTED },
  { "DEADLINE", DEADLINE_EXCEEDED }, { "CUT", UNAVAILABLE }, { "TOO_LARGE", RESOURCE_EXHAUSTED },
  { "HISTORY_TRIMMED", OUT_OF_RANGE }, { "JOURNAL_CHANGED", OUT_OF_RANGE }, { "CANCELED", CANCELLED },
  { "ARGUMENT", INVALID_ARGUMENT }, { "MEMORY", RESOURCE_EXHAUSTED }
};

const char *botd_code_name(int code) {
  return code >= 0 && code < (int)(sizeof code_names / sizeof *code_names) ? code_names[code] : "UNKNOWN";
}

const char *botd_error_kind_name(botd_error_kind kind) {
  return (size_t)kind < sizeof kinds / sizeof *kinds ? kinds[kind].name : "UNKNOWN";
}

void botd_error_clear(botd_error *error) {
  if (!error) return;
  if (error->info) botd__v1__error_info__free_unpacked(error->info, NULL);
  *error = (botd_error)BOTD_ERROR_INIT;
}

/* Copies a string, cut at a whole UTF-8 character when it does not fit. */
static void copy_text(char *target, size_t size, const char *source) {
  size_t length = strlen(source);
  if (length >= size) {
    length = size - 1;
    while (length > 0 && ((unsigned char)source[length] & 0xC0) == 0x80) length -= 1;
  }
  memcpy(target, source, length);
  target[length] = 0;
}

/* Fills an error of this side; returns -1. The code is that of the kind. */
__attribute__((format(printf, 3, 4)))
static int fail(botd_error *error, botd_error_kind kind, const char *format, ...) {
  if (!error) return -1;
  botd_error_clear(error);
  error->kind = kind;
  error->code = kinds[kind].code;
  copy_text(error->reason, sizeof error->reason, kinds[kind].name);
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  copy_text(error->message, sizeof error->message, text);
  return -1;
}

/* Copies an error; the detail too, as far as memory lasts. */
static void copy_error(botd_error *target, const botd_error *source) {
  if (!target || target == source) return;
  botd_error_clear(target);
  *target = *source;
  target->info = NULL;
  if (!source->info) return;
  size_t size = botd__v1__error_info__get_packed_size(source->info);
  uint8_t *bytes = malloc(size ? size : 1);
  if (!bytes) return;
  botd__v1__error_info__pack(source->info, bytes);
  target->info = botd__v1__error_info__unpack(NULL, size, bytes);
  free(bytes);
}

/* Kind of a status of the daemon: those with a kind of their own, else STATUS. */
static botd_error_kind status_kind(const botd_error *error) {
  if (error->code == DEADLINE_EXCEEDED) return BOTD_ERROR_DEADLINE;
  if (error->code == UNIMPLEMENTED) return BOTD_ERROR_VERSION;
  if (error->code == RESOURCE_EXHAUSTED && !strcmp(error->reason, "MESSAGE_TOO_LARGE")) return BOTD_ERROR_TOO_LARGE;
  if (error->code != OUT_OF_RANGE) return BOTD_ERROR_STATUS;
  if (!strcmp(error->reason, "OTHER_JOURNAL") || !strcmp(error->reason, "SEQUENCE_BEYOND_END")) {
    return BOTD_ERROR_JOURNAL_CHANGED;
  }
  return BOTD_ERROR_STATUS;
}

/* ---- Values ------------------------------------------------------------------------------------------------------------------ */

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The earlier of two moments, 0 being never. */
static int64_t earlier(int64_t one, int64_t other) {
  if (!one || !other) return one ? one : other;
  return one < other ? one : other;
}

/* Milliseconds from now until a moment, as poll takes them; 0 is never. */
static int wait_until(int64_t moment) {
  if (!moment) return -1;
  int64_t left = moment - now_ms();
  return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

/* Back-off before a further attempt: doubles from 0.1 s to 5 s; half of it is left to chance. */
static int next_backoff(int *backoff_ms) {
  uint32_t chance = 0;
  int whole = *backoff_ms;
  *backoff_ms = whole * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : whole * 2;
  if (getentropy(&chance, sizeof chance)) return whole;
  return whole / 2 + (int)(chance % (uint32_t)(whole / 2 + 1));
}

void botd_bookmark_format(const botd_bookmark *bookmark, char text[BOTD_BOOKMARK_SIZE]) {
  snprintf(text, BOTD_BOOKMARK_SIZE, "%.*s:%lld", BOTD_JOURNAL_ID_SIZE - 1, bookmark->journal_id, (long long)bookmark->sequence);
}

int botd_bookmark_parse(botd_bookmark *bookmark, const char *text, botd_error *error) {
  botd_error_clear(error);
  const char *colon = text ? strrchr(text, ':') : NULL;
  size_t length = colon ? (size_t)(colon - text) : 0;
  bool valid = length > 0 && length < BOTD_JOURNAL_ID_SIZE && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1);
  errno = 0;
  long long sequence = valid ? strtoll(colon + 1, NULL, 10) : 0;
  if (!valid || errno) return fail(error, BOTD_ERROR_ARGUMENT, "a bookmark is JOURNAL:SEQUENCE, not \"%.100s\"", text ? text : "");
  memcpy(bookmark->journal_id, text, length);
  bookmark->journal_id[length] = 0;
  bookmark->sequence = sequence;
  return 0;
}

int botd_request_id(char id[BOTD_REQUEST_ID_SIZE], botd_error *error) {
  botd_error_clear(error);
  uint8_t bytes[16];
  if (getentropy(bytes, sizeof bytes)) return fail(error, BOTD_ERROR_MEMORY, "no random bytes: %s", strerror(errno));
  bytes[6] = (uint8_t)((bytes[6] & 0x0F) | 0x40);
  bytes[8] = (uint8_t)((bytes[8] & 0x3F) | 0x80);
  char *at = id;
  for (size_t i = 0; i < sizeof bytes; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *at++ = '-';
    snprintf(at, 3, "%02x", bytes[i]);
    at += 2;
  }
  return 0;
}

int botd_default_address(char address[BOTD_ADDRESS_SIZE], botd_error *error) {
  botd_error_clear(error);
  const char *given = getenv("BOTD_ADDRESS"), *runtime = getenv("XDG_RUNTIME_DIR"), *home = getenv("HOME");
  int length;
  if (given && *given) length = snprintf(address, BOTD_ADDRESS_SIZE, "%s", given);
  else if (runtime && *runtime) length = snprintf(address, BOTD_ADDRESS_SIZE, "unix:%s/botd/botd.sock", runtime);
  else if (home && *home) length = snprintf(address, BOTD_ADDRESS_SIZE, "unix:%s/.botd/botd.sock", home);
  else length = snprintf(address, BOTD_ADDRESS_SIZE, "unix:/run/botd/botd.sock");
  if (length >= BOTD_ADDRESS_SIZE) return fail(error, BOTD_ERROR_ARGUMENT, "the address is longer than %d bytes", BOTD_ADDRESS_SIZE - 1);
  return 0;
}

void botd_options_init(botd_options *options) {
  *options = (botd_options){
    .token = NULL, .call_token = NULL, .client_name = "botd-c", .timeout_ms = 10000, .heartbeat_ms = 10000, .memory_max = 64u << 20,
    .first_stream_id = 1, .timeout_nano = 0
  };
}

/* Options as kept: the strings copied, the token of the environment taken. */
typedef struct kept_options {
  botd_options values;
  char *token, *client_name, *authorization;
} kept_options;

static void free_options(kept_options *kept) {
  free(kept->token);
  free(kept->client_name);
  free(kept->authorization);
}

static int keep_options(kept_options *kept, const botd_options *options, botd_error *error) {
  botd_options defaults;
  botd_options_init(&defaults);
  kept->values = options ? *options : defaults;
  const botd_options *values = &kept->values;
  if (values->timeout_ms <= 0) return fail(error, BOTD_ERROR_ARGUMENT, "timeout_ms must be positive, not %d", values->timeout_ms);
  if (values->heartbeat_ms < 100 || values->heartbeat_ms > 3600000) {
    return fail(error, BOTD_ERROR_ARGUMENT, "heartbeat_ms must be 100 to 3600000, not %d", values->heartbeat_ms);
  }
  if (values->first_stream_id % 2 == 0) return fail(error, BOTD_ERROR_ARGUMENT, "first_stream_id must be odd");
  const char *token = values->token ? values->token : getenv("BOTD_TOKEN");
  kept->token = strdup(token ? token : "");
  kept->client_name = strdup(values->client_name ? values->client_name : "");
  kept->values.token = kept->token;
  kept->values.client_name = kept->client_name;
  if (values->call_token && asprintf(&kept->authorization, "Bearer %s", values->call_token) < 0) kept->authorization = NULL;
  bool complete = kept->token && kept->client_name && (kept->authorization || !values->call_token);
  if (values->call_token) kept->values.call_token = kept->authorization ? kept->authorization + strlen("Bearer ") : NULL;
  if (complete) return 0;
  free_options(kept);
  return fail(error, BOTD_ERROR_MEMORY, "no memory");
}

/* ---- Buffers ----------------------------------------------------------------------------------------------------------------- */

typedef struct buffer {
  uint8_t *bytes;
  size_t start, end, capacity; /* bytes[start..<end] are in use */
} buffer;

/* Makes room for `more` bytes at the end. False: no memory. */
static bool reserve(buffer *into, size_t more) {
  if (into->capacity - into->end >= more) return true;
  size_t used = into->end - into->start;
  if (used) memmove(into->bytes, into->bytes + into->start, used);
  into->start = 0;
  into->end = used;
  if (into->capacity - used >= more) return true;
  size_t capacity = used + more > 2 * into->capacity ? used + more : 2 * into->capacity;
  uint8_t *bytes = realloc(into->bytes, capacity);
  if (!bytes) return false;
  into->bytes = bytes;
  into->capacity = capacity;
  return true;
}

/* Gives back what one large message took. */
static void trim(buffer *emptied) {
  if (emptied->start != emptied->end || emptied->capacity <= 4 * READ_CHUNK) return;
  free(emptied->bytes);
  *emptied = (buffer){ NULL, 0, 0, 0 };
}

static void free_message(void *message) {
  if (message) protobuf_c_message_free_unpacked(message, NULL);
}

/* ---- Channel ----------------------------------------------------------------------------------------------------------------- */

typedef struct call {
  struct call *next;
  uint32_t id;
  int kind;
  bool half_closed;
  int64_t deadline; /* 0: none */
  const ProtobufCMessageDescriptor *output;
  ProtobufCClosure closure;
  void *data;
} call;

typedef enum stage { CONNECTING, GREETING, READY, OVER } stage;

struct botd_channel {
  kept_options options;
  char address[BOTD_ADDRESS_SIZE];
  int descriptor;
  stage stage;
  bool busy;          /* inside process */
  bool write_failed;  /* nothing can be sent any more; what was received still counts */
  bool drained;       /* nothing was left to read the last time */
  bool message_taken; /* the closure keeps the message that it was given */
  int64_t deadline;   /* of becoming ready */
  struct addrinfo *hosts, *host;
  buffer in, out;
  size_t skip;        /* bytes of a frame that is too large, still to come */
  uint32_t next_id;   /* 0: all are used up */
  size_t call_count;
  call *calls[BUCKETS];
  int64_t started_ns; /* when the daemon started, its clock */
  botd_error last;    /* how the call whose closure runs ended, or why the connection is over */
};

/* An allocator for one message, so that a small frame cannot unpack to any amount of memory. */
typedef struct budget {
  ProtobufCAllocator allocator;
  size_t left;
  botd_error_kind failure; /* why there was no memory, if that was the reason */
} budget;

static void *budget_alloc(void *data, size_t size) {
  budget *of = data;
  bool affordable = size <= of->left;
  void *given = affordable ? malloc(size ? size : 1) : NULL;
  if (given) of->left -= size;
  else of->failure = affordable ? BOTD_ERROR_MEMORY : BOTD_ERROR_TOO_LARGE;
  return given;
}

static void budget_free(void *data, void *pointer) {
  (void)data;
  free(pointer);
}

/* The unpacked message, to be freed with protobuf-c's own allocator. NULL: it is none, too large, or there is no memory; `error` says. */
static ProtobufCMessage *unpack(const botd_channel *channel, const ProtobufCMessageDescriptor *descriptor, size_t length,
                                const uint8_t *bytes, botd_error *error) {
  budget limited = { { budget_alloc, budget_free, NULL }, channel->options.values.memory_max, BOTD_ERROR_NOT_BOTD };
  limited.allocator.allocator_data = &limited;
  ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, &limited.allocator, length, bytes);
  if (message) return message;
  const char *why = limited.failure == BOTD_ERROR_NOT_BOTD ? "is malformed" : limited.failure == BOTD_ERROR_MEMORY ?
                      "cannot be unpacked: no memory" : "would take more memory than memory_max";
  return fail(error, limited.failure, "%s: a %s of %zu bytes %s", channel->address, descriptor->name, length, why), NULL;
}

static call **bucket(botd_channel *channel, uint32_t id) { return &channel->calls[(id >> 1) % BUCKETS]; }

static call **find_call(botd_channel *channel, uint32_t id) {
  call **at = bucket(channel, id);
  while (*at && (*at)->id != id) at = &(*at)->next;
  return at;
}

/* Takes a call out and tells its closure; `message` NULL: its error is channel->last. */
static void end_call(botd_channel *channel, call **at, const ProtobufCMessage *message) {
  call *ended = *at;
  *at = ended->next;
  channel->call_count -= 1;
  ended->closure(message, ended->data);
  free(ended);
}

static void end_all_calls(botd_channel *channel, const botd_error *why) {
  for (size_t i = 0; i < BUCKETS; i++) {
    while (channel->calls[i]) {
      copy_error(&channel->last, why);
      end_call(channel, &channel->calls[i], NULL);
    }
  }
}

/* Closes the connection for a reason, ends all calls with it, and leaves it in channel->last. */
static void shut(botd_channel *channel, botd_error *why) {
  if (channel->stage == OVER) {
    botd_error_clear(why);
    return;
  }
  channel->stage = OVER;
  if (channel->descriptor >= 0) close(channel->descriptor);
  channel->descriptor = -1;
  end_all_calls(channel, why);
  botd_error_clear(&channel->last);
  channel->last = *why;
}

__attribute__((format(printf, 3, 4)))
static void shut_with(botd_channel *channel, botd_error_kind kind, const char *format, ...) {
  botd_error why = BOTD_ERROR_INIT;
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fail(&why, kind, "%s: %s", channel->address, text);
  shut(channel, &why);
}

/* Adds a frame to what will be sent; the caller fills `length` bytes at the answer. NULL: too much is waiting, or no memory. */
static uint8_t *add_frame(botd_channel *channel, uint32_t id, uint8_t type, uint8_t flags, size_t length) {
  buffer *out = &channel->out;
  if (out->end - out->start + length + FRAME_HEADER > WRITE_MAX || !reserve(out, length + FRAME_HEADER)) return NULL;
  const uint8_t header[FRAME_HEADER] = {
    (uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length,
    (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id, type, flags
  };
  memcpy(out->bytes + out->end, header, FRAME_HEADER);
  uint8_t *data = out->bytes + out->end + FRAME_HEADER;
  out->end += FRAME_HEADER + length;
  return data;
}

static int method_kind(const ProtobufCServiceDescriptor *service, const char *method) {
  for (size_t i = 0; i < sizeof streaming_methods / sizeof *streaming_methods; i++) {
    if (!strcmp(method, streaming_methods[i].method) && !strcmp(service->name, streaming_methods[i].service)) {
      return streaming_methods[i].kind;
    }
  }
  return UNARY;
}

/* Adds the frames that open a call. */
static int add_request(botd_channel *channel, const call *opened, const char *service, const char *method,
                       const ProtobufCMessage *request, int timeout_ms, botd_error *error) {
  size_t size = protobuf_c_message_get_packed_size(request);
  if (size > BOTD_FRAME_MAX) return fail(error, BOTD_ERROR_TOO_LARGE, "the request has %zu bytes, more than %u", size, BOTD_FRAME_MAX);
  uint8_t *payload = malloc(size ? size : 1);
  if (!payload) return fail(error, BOTD_ERROR_MEMORY, "no memory");
  protobuf_c_message_pack(request, payload);
  Botd__Ttrpc__V1__Request envelope = BOTD__TTRPC__V1__REQUEST__INIT;
  envelope.service = (char *)service;
  envelope.method = (char *)method;
  if (opened->kind != BIDIRECTIONAL) envelope.payload = (ProtobufCBinaryData){ size, payload };
  if (opened->kind == UNARY) {
    int64_t fixed = channel->options.values.timeout_nano;
    envelope.timeout_nano = fixed > 0 ? fixed : (int64_t)timeout_ms * 1000000;
  }
  Botd__Ttrpc__V1__KeyValue authorization = BOTD__TTRPC__V1__KEY_VALUE__INIT, *metadata[] = { &authorization };
  authorization.key = "authorization";
  authorization.value = channel->options.authorization;
  envelope.metadata = metadata;
  envelope.n_metadata = authorization.value ? 1 : 0;
  static const uint8_t flags[] = { [UNARY] = 0, [SERVER_STREAM] = FLAG_REMOTE_CLOSED, [BIDIRECTIONAL] = FLAG_REMOTE_OPEN };
  size_t length = botd__ttrpc__v1__request__get_packed_size(&envelope), end = channel->out.end - channel->out.start;
  int result = 0;
  uint8_t *frame = NULL, *data = NULL;
  if (length > BOTD_FRAME_MAX) {
    result = fail(error, BOTD_ERROR_TOO_LARGE, "the request has %zu bytes with its envelope, more than %u", length, BOTD_FRAME_MAX);
  } else if ((frame = add_frame(channel, opened->id, FRAME_REQUEST, flags[opened->kind], length))) {
    botd__ttrpc__v1__request__pack(&envelope, frame);
    if (opened->kind == BIDIRECTIONAL && (data = add_frame(channel, opened->id, FRAME_DATA, 0, size))) memcpy(data, payload, size);
  }
  if (!result && (!frame || (opened->kind == BIDIRECTIONAL && !data))) {
    channel->out.end = channel->out.start + end;
    result = fail(error, BOTD_ERROR_MEMORY, "more than %d bytes wait to be sent, or no memory", WRITE_MAX);
  }
  free(payload);
  return result;
}

/* Starts a call whatever the stage is. */
static uint32_t start_call(botd_channel *channel, const ProtobufCServiceDescriptor *service, unsigned method,
                           const ProtobufCMessage *request, int timeout_ms, ProtobufCClosure closure, void *data, botd_error *error) {
  const ProtobufCMethodDescriptor *descriptor = &service->methods[method];
  if (channel->call_count >= CALLS_MAX) return fail(error, BOTD_ERROR_MEMORY, "more than %d calls are open", CALLS_MAX), 0;
  if (!channel->next_id) return fail(error, BOTD_ERROR_CUT, "all stream ids of the connection are used up: connect again"), 0;
  call *opened = calloc(1, sizeof *opened);
  if (!opened) return fail(error, BOTD_ERROR_MEMORY, "no memory"), 0;
  opened->id = channel->next_id;
  opened->kind = method_kind(service, descriptor->name);
  opened->output = descriptor->output;
  opened->closure = closure;
  opened->data = data;
  if (timeout_ms <= 0 && opened->kind == UNARY) timeout_ms = channel->options.values.timeout_ms;
  opened->deadline = timeout_ms > 0 ? now_ms() + timeout_ms : 0;
  if (add_request(channel, opened, service->name, descriptor->name, request, timeout_ms, error)) {
    free(opened);
    return 0;
  }
  channel->next_id = opened->id == UINT32_MAX ? 0 : opened->id + 2;
  opened->next = *bucket(channel, opened->id);
  *bucket(channel, opened->id) = opened;
  channel->call_count += 1;
  return opened->id;
}

uint32_t botd_channel_call(botd_channel *channel, const ProtobufCServiceDescriptor *service, unsigned method,
                           const ProtobufCMessage *request, int timeout_ms, ProtobufCClosure closure, void *data, botd_error *error) {
  botd_error_clear(error);
  if (channel->stage == OVER) return copy_error(error, &channel->last), 0;
  if (channel->stage != READY) return fail(error, BOTD_ERROR_ARGUMENT, "the channel is not ready yet"), 0;
  if (!request || !closure || method >= service->n_methods || request->descriptor != service->methods[method].input) {
    return fail(error, BOTD_ERROR_ARGUMENT, "no such method of %s, or not its request", service->name), 0;
  }
  return start_call(channel, service, method, request, timeout_ms, closure, data, error);
}

void botd_channel_cancel(botd_channel *channel, uint32_t id) {
  call *stream = *find_call(channel, id);
  if (!stream || stream->kind == UNARY || stream->half_closed || channel->stage == OVER) return;
  if (add_frame(channel, id, FRAME_DATA, FLAG_REMOTE_CLOSED | FLAG_NO_DATA, 0)) stream->half_closed = true;
}

const botd_error *botd_channel_error(const botd_channel *channel) { return &channel->last; }

/* Ends a call that the peer has not ended: a stream is half-closed, so that the daemon stops too. The error is channel->last. */
static void abandon(botd_channel *channel, call **at) {
  if ((*at)->kind != UNARY && !(*at)->half_closed && channel->stage != OVER) {
    add_frame(channel, (*at)->id, FRAME_DATA, FLAG_REMOTE_CLOSED | FLAG_NO_DATA, 0);
  }
  end_call(channel, at, NULL);
}

/* ---- Frames that arrive ------------------------------------------------------------------------------------------------------ */

/* Takes over the first botd.v1.ErrorInfo among the details. */
static void read_details(const botd_channel *channel, botd_error *error, const Botd__Ttrpc__V1__Status *status) {
  for (size_t i = 0; i < status->n_details && !error->info; i++) {
    const Botd__Ttrpc__V1__Any *detail = status->details[i];
    if (strcmp(detail->type_url, "type.googleapis.com/botd.v1.ErrorInfo")) continue;
    const ProtobufCBinaryData *value = &detail->value;
    error->info = (Botd__V1__ErrorInfo *)unpack(channel, &botd__v1__error_info__descriptor, value->len, value->data, NULL);
  }
  if (!error->info) return;
  copy_text(error->reason, sizeof error->reason, error->info->reason);
  copy_text(error->field, sizeof error->field, error->info->field);
  if (*error->info->message) copy_text(error->message, sizeof error->message, error->info->message);
  error->last_sequence = error->info->last_sequence;
}

static void read_status(const botd_channel *channel, botd_error *error, const Botd__Ttrpc__V1__Status *status) {
  botd_error_clear(error);
  error->code = status->code;
  copy_text(error->message, sizeof error->message, status->message);
  read_details(channel, error, status);
  error->kind = status_kind(error);
}

/* Unpacks one message of a call and hands it over; a unary call ends with it. */
static void deliver(botd_channel *channel, call **at, size_t length, const uint8_t *bytes) {
  call *receiver = *at;
  ProtobufCMessage *message = unpack(channel, receiver->output, length, bytes, &channel->last);
  if (!message) {
    abandon(channel, at);
    return;
  }
  botd_error_clear(&channel->last);
  channel->message_taken = false;
  if (receiver->kind == UNARY) end_call(channel, at, message);
  else receiver->closure(message, receiver->data);
  if (!channel->message_taken) free_message(message);
}

static void take_response(botd_channel *channel, call **at, size_t length, const uint8_t *bytes) {
  const ProtobufCMessageDescriptor *envelope = &botd__ttrpc__v1__response__descriptor;
  Botd__Ttrpc__V1__Response *response = (Botd__Ttrpc__V1__Response *)unpack(channel, envelope, length, bytes, &channel->last);
  if (!response) {
    end_call(channel, at, NULL);
  } else if (response->status && response->status->code != OK) {
    read_status(channel, &channel->last, response->status);
    end_call(channel, at, NULL);
  } else if ((*at)->kind == UNARY) {
    deliver(channel, at, response->payload.len, response->payload.data);
  } else {
    botd_error_clear(&channel->last);
    end_call(channel, at, NULL);
  }
  free_message(response);
}

static void take_data(botd_channel *channel, uint32_t id, uint8_t flags, size_t length, const uint8_t *bytes) {
  call **at = find_call(channel, id);
  if ((*at)->kind == UNARY) {
    fail(&channel->last, BOTD_ERROR_NOT_BOTD, "%s: stream data for a unary call", channel->address);
    end_call(channel, at, NULL);
    return;
  }
  if (!(flags & FLAG_NO_DATA)) deliver(channel, at, length, bytes);
  if (!(flags & FLAG_REMOTE_CLOSED) || channel->stage == OVER) return;
  at = find_call(channel, id);
  if (!*at) return;
  botd_error_clear(&channel->last);
  end_call(channel, at, NULL);
}

/* A frame of a call that is not open, or of an unknown type, is let pass: it is late, or of a later version. */
static void take_frame(botd_channel *channel, const uint8_t *header, size_t length) {
  uint32_t id = (uint32_t)header[4] << 24 | (uint32_t)header[5] << 16 | (uint32_t)header[6] << 8 | header[7];
  call **at = find_call(channel, id);
  if (!*at) return;
  if (header[8] == FRAME_RESPONSE) take_response(channel, at, length, header + FRAME_HEADER);
  else if (header[8] == FRAME_DATA) take_data(channel, id, header[9], length, header + FRAME_HEADER);
}

/* A frame over 4 MiB: its call fails, its bytes are passed over. */
static void skip_frame(botd_channel *channel, uint32_t id, size_t length) {
  channel->skip = length;
  call **at = find_call(channel, id);
  if (!*at) return;
  fail(&channel->last, BOTD_ERROR_TOO_LARGE, "%s: a message of %zu bytes, more than %u", channel->address, length, BOTD_FRAME_MAX);
  abandon(channel, at);
}

/* What cannot be the start of a frame for us: a length over 16 MiB, or the id of a call that no client opens. */
static bool is_foreign(botd_channel *channel, const uint8_t *header) {
  if (header[0] == 0 && header[7] % 2 == 1) return false;
  char shown[FRAME_HEADER + 1];
  for (size_t i = 0; i < FRAME_HEADER; i++) shown[i] = header[i] >= 0x20 && header[i] < 0x7F ? (char)header[i] : '.';
  shown[FRAME_HEADER] = 0;
  shut_with(channel, BOTD_ERROR_NOT_BOTD, "the peer does not speak ttrpc (it sent \"%s\"); is this botd's address?", shown);
  return true;
}

/* Takes all whole frames that have arrived. */
static void take_frames(botd_channel *channel) {
  buffer *in = &channel->in;
  while (channel->stage != OVER) {
    size_t have = in->end - in->start, skipped = channel->skip < have ? channel->skip : have;
    in->start += skipped;
    channel->skip -= skipped;
    have -= skipped;
    const uint8_t *header = in->bytes + in->start;
    /* One byte tells a foreign protocol already, even one that then says nothing more. */
    if (have < FRAME_HEADER) {
      if (have > 0 && header[0] != 0) shut_with(channel, BOTD_ERROR_NOT_BOTD, "the peer does not speak ttrpc; is this botd's address?");
      break;
    }
    if (is_foreign(channel, header)) break;
    size_t length = (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];
    if (length > BOTD_FRAME_MAX) {
      in->start += FRAME_HEADER;
      skip_frame(channel, (uint32_t)header[4] << 24 | (uint32_t)header[5] << 16 | (uint32_t)header[6] << 8 | header[7], length);
      continue;
    }
    if (have < FRAME_HEADER + length) break;
    take_frame(channel, header, length);
    in->start += FRAME_HEADER + length;
  }
  if (in->start == in->end) in->start = in->end = 0;
  trim(in);
}

/* ---- Socket ------------------------------------------------------------------------------------------------------------------ */

static int refused(const botd_channel *channel, int number, botd_error *error) {
  return fail(error, BOTD_ERROR_REFUSED, "%s: no connection (%s); is botd running, and is this its address?", channel->address,
              strerror(number));
}

static int open_unix(botd_channel *channel, const char *path, botd_error *error) {
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  if (!*path || strlen(path) >= sizeof name.sun_path) {
    return fail(error, BOTD_ERROR_ARGUMENT, "%s: the path must have 1 to %zu bytes", channel->address, sizeof name.sun_path - 1);
  }
  strcpy(name.sun_path, path);
  channel->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (channel->descriptor < 0) return fail(error, BOTD_ERROR_MEMORY, "%s: no socket (%s)", channel->address, strerror(errno));
  if (connect(channel->descriptor, (struct sockaddr *)&name, sizeof name)) return refused(channel, errno, error);
  return 0;
}

/* Begins to connect to the next of the host's addresses, `number` being why the one before failed. */
static int next_host(botd_channel *channel, int number, botd_error *error) {
  while (channel->host) {
    const struct addrinfo *host = channel->host;
    channel->host = host->ai_next;
    if (channel->descriptor >= 0) close(channel->descriptor);
    channel->descriptor = socket(host->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (channel->descriptor < 0) {
      number = errno;
      continue;
    }
    int on = 1;
    setsockopt(channel->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(channel->descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    if (!connect(channel->descriptor, host->ai_addr, host->ai_addrlen) || errno == EINPROGRESS) return 0;
    number = errno;
  }
  return refused(channel, number, error);
}

static int open_tcp(botd_channel *channel, const char *target, botd_error *error) {
  char host[BOTD_ADDRESS_SIZE];
  const char *colon = strrchr(target, ':');
  size_t length = colon ? (size_t)(colon - target) : 0;
  if (length > 2 && target[0] == '[' && target[length - 1] == ']') {
    target += 1;
    length -= 2;
  }
  bool is_port = colon && colon[1] && strlen(colon + 1) <= 5 && strspn(colon + 1, "0123456789") == strlen(colon + 1);
  if (!length || !is_port || atoi(colon + 1) > 65535) {
    return fail(error, BOTD_ERROR_ARGUMENT, "%s: the form is tcp://HOST:PORT, the port a number", channel->address);
  }
  memcpy(host, target, length);
  host[length] = 0;
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
  int result = getaddrinfo(host, colon + 1, &hints, &channel->hosts);
  if (result) return fail(error, BOTD_ERROR_REFUSED, "%s: the host was not found (%s)", channel->address, gai_strerror(result));
  channel->host = channel->hosts;
  return next_host(channel, EADDRNOTAVAIL, error);
}

static int check_address(const char *address, botd_error *error) {
  if (strlen(address) >= BOTD_ADDRESS_SIZE) return fail(error, BOTD_ERROR_ARGUMENT, "the address is longer than %d bytes", BOTD_ADDRESS_SIZE - 1);
  if (strncmp(address, "unix:", 5) && strncmp(address, "tcp://", 6)) {
    return fail(error, BOTD_ERROR_ARGUMENT, "an address is unix:PATH or tcp://HOST:PORT, not \"%s\"", address);
  }
  return 0;
}

static botd_channel *new_channel(const char *address, const botd_options *options, botd_error *error) {
  botd_channel *channel = calloc(1, sizeof *channel);
  if (!channel) return fail(error, BOTD_ERROR_MEMORY, "no memory"), NULL;
  channel->descriptor = -1;
  if (keep_options(&channel->options, options, error)) {
    free(channel);
    return NULL;
  }
  copy_text(channel->address, sizeof channel->address, address);
  channel->next_id = channel->options.values.first_stream_id;
  channel->deadline = now_ms() + channel->options.values.timeout_ms;
  return channel;
}

botd_channel *botd_channel_open(const char *address, const botd_options *options, botd_error *error) {
  botd_error_clear(error);
  char usual[BOTD_ADDRESS_SIZE];
  if (!address && botd_default_address(usual, error)) return NULL;
  if (!address) address = usual;
  if (check_address(address, error)) return NULL;
  botd_channel *channel = new_channel(address, options, error);
  if (!channel) return NULL;
  int result = address[0] == 'u' ? open_unix(channel, address + 5, error) : open_tcp(channel, address + 6, error);
  if (!result) return channel;
  botd_channel_free(channel);
  return NULL;
}

botd_channel *botd_channel_adopt(int descriptor, const botd_options *options, botd_error *error) {
  botd_error_clear(error);
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)) {
    return fail(error, BOTD_ERROR_ARGUMENT, "descriptor %d: %s", descriptor, strerror(errno)), NULL;
  }
  botd_channel *channel = new_channel("the given socket", options, error);
  if (!channel) return NULL;
  channel->descriptor = descriptor;
  channel->stage = READY;
  return channel;
}

void botd_channel_free(botd_channel *channel) {
  if (!channel) return;
  botd_error why = BOTD_ERROR_INIT;
  fail(&why, BOTD_ERROR_CANCELED, "%s: the channel was closed", channel->address);
  shut(channel, &why);
  botd_error_clear(&channel->last);
  if (channel->hosts) freeaddrinfo(channel->hosts);
  free_options(&channel->options);
  free(channel->in.bytes);
  free(channel->out.bytes);
  free(channel);
}

static void write_out(botd_channel *channel) {
  buffer *out = &channel->out;
  while (channel->stage != OVER && !channel->write_failed && out->start < out->end) {
    ssize_t sent = send(channel->descriptor, out->bytes + out->start, out->end - out->start, MSG_NOSIGNAL);
    if (sent > 0) out->start += (size_t)sent;
    else if (errno == EAGAIN || errno == EWOULDBLOCK) return;
    else if (errno != EINTR) channel->write_failed = true;
  }
  if (channel->write_failed) out->start = out->end;
  if (out->start == out->end) out->start = out->end = 0;
  trim(out);
}

static void read_in(botd_channel *channel) {
  buffer *in = &channel->in;
  channel->drained = false;
  for (size_t total = 0; channel->stage != OVER && total < READ_TURN;) {
    if (!reserve(in, READ_CHUNK)) {
      shut_with(channel, BOTD_ERROR_MEMORY, "no memory");
      return;
    }
    ssize_t got = recv(channel->descriptor, in->bytes + in->end, READ_CHUNK, 0);
    if (got > 0) {
      in->end += (size_t)got;
      total += (size_t)got;
      take_frames(channel);
      if (got == READ_CHUNK) continue;
      channel->drained = true;
      return;
    }
    if (got < 0 && errno == EINTR) continue;
    channel->drained = true;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    shut_with(channel, BOTD_ERROR_CUT, "the connection broke (%s)", got ? strerror(errno) : "the peer closed it");
  }
}

/* ---- Greeting ---------------------------------------------------------------------------------------------------------------- */

static unsigned method_index(const ProtobufCServiceDescriptor *service, const char *name) {
  unsigned index = 0;
  while (index < service->n_methods && strcmp(service->methods[index].name, name)) index += 1;
  return index;
}

/* Starts a call of SystemService that the channel makes for itself. */
static void ask(botd_channel *channel, const char *method, const ProtobufCMessage *request, ProtobufCClosure closure) {
  const ProtobufCServiceDescriptor *service = &botd__v1__system_service__descriptor;
  botd_error why = BOTD_ERROR_INIT;
  if (!start_call(channel, service, method_index(service, method), request, 0, closure, channel, &why)) shut(channel, &why);
}

/* The greeting failed with channel->last. */
static void give_up(botd_channel *channel) {
  botd_error why = BOTD_ERROR_INIT;
  copy_error(&why, &channel->last);
  shut(channel, &why);
}

static void logged_in(const ProtobufCMessage *message, void *data) {
  botd_channel *channel = data;
  if (message) channel->stage = READY;
  else give_up(channel);
}

static void greeted(const ProtobufCMessage *message, void *data) {
  botd_channel *channel = data;
  const Botd__V1__HelloResponse *hello = (const Botd__V1__HelloResponse *)message;
  if (!hello) {
    give_up(channel);
  } else if (strcmp(hello->api_version, "botd.v1")) {
    shut_with(channel, BOTD_ERROR_VERSION, "botd %.40s speaks \"%.40s\", this client botd.v1: update one of them", hello->version,
              hello->api_version);
  } else if (*channel->options.token) {
    channel->started_ns = hello->started_time_ns;
    Botd__V1__LoginRequest request = BOTD__V1__LOGIN_REQUEST__INIT;
    request.token = channel->options.token;
    ask(channel, "Login", &request.base, logged_in);
  } else {
    channel->started_ns = hello->started_time_ns;
    channel->stage = READY;
  }
}

/* The connection stands, or did not come about: then the next address of the host is tried. */
static void finish_connect(botd_channel *channel) {
  struct pollfd writable = { .fd = channel->descriptor, .events = POLLOUT };
  if (poll(&writable, 1, 0) <= 0) return;
  int number = 0;
  socklen_t size = sizeof number;
  botd_error why = BOTD_ERROR_INIT;
  if (getsockopt(channel->descriptor, SOL_SOCKET, SO_ERROR, &number, &size)) number = errno;
  if (number) {
    if (next_host(channel, number, &why)) shut(channel, &why);
    return;
  }
  channel->stage = GREETING;
  Botd__V1__HelloRequest request = BOTD__V1__HELLO_REQUEST__INIT;
  request.client = channel->options.client_name;
  ask(channel, "Hello", &request.base, greeted);
}

/* ---- Driving a channel ------------------------------------------------------------------------------------------------------- */

static void expire(botd_channel *channel) {
  int64_t now = now_ms();
  for (size_t i = 0; i < BUCKETS; i++) {
    call **at = &channel->calls[i];
    while (*at) {
      if (!(*at)->deadline || (*at)->deadline > now) {
        at = &(*at)->next;
        continue;
      }
      fail(&channel->last, BOTD_ERROR_DEADLINE, "%s: no answer in time; a change may have happened", channel->address);
      abandon(channel, at);
      /* The closure may have changed the list. */
      at = &channel->calls[i];
    }
  }
  if (channel->stage < READY && channel->deadline <= now) {
    shut_with(channel, BOTD_ERROR_DEADLINE, "no connection within %d ms", channel->options.values.timeout_ms);
  }
}

int botd_channel_fd(const botd_channel *channel) { return channel->descriptor; }

short botd_channel_events(const botd_channel *channel) {
  if (channel->stage == OVER) return 0;
  if (channel->stage == CONNECTING) return POLLOUT;
  return (short)(POLLIN | (channel->out.start < channel->out.end ? POLLOUT : 0));
}

static int64_t channel_next_moment(const botd_channel *channel) {
  int64_t moment = channel->stage < READY ? channel->deadline : 0;
  for (size_t i = 0; i < BUCKETS && channel->call_count; i++) {
    for (const call *at = channel->calls[i]; at; at = at->next) moment = earlier(moment, at->deadline);
  }
  return moment;
}

int botd_channel_wait_ms(const botd_channel *channel) {
  return channel->stage == OVER ? 0 : wait_until(channel_next_moment(channel));
}

bool botd_channel_is_ready(const botd_channel *channel) { return channel->stage == READY; }

int botd_channel_process(botd_channel *channel, botd_error *error) {
  botd_error_clear(error);
  if (channel->busy) return fail(error, BOTD_ERROR_ARGUMENT, "a closure must not process its own channel");
  channel->busy = true;
  if (channel->stage == CONNECTING) finish_connect(channel);
  if (channel->stage != CONNECTING) {
    write_out(channel);
    read_in(channel);
  }
  if (channel->stage != OVER) expire(channel);
  if (channel->stage != CONNECTING) write_out(channel);
  channel->busy = false;
  if (channel->stage != OVER) return 0;
  copy_error(error, &channel->last);
  return -1;
}

/* The shorter of two waits as poll takes them. */
static int shorter(int one, int other) {
  if (one < 0 || other < 0) return one < 0 ? other : one;
  return one < other ? one : other;
}

int botd_channel_run(botd_channel *channel, int wait_ms, botd_error *error) {
  if (channel->stage != CONNECTING && !channel->busy) write_out(channel);
  struct pollfd ready = { .fd = channel->descriptor, .events = botd_channel_events(channel) };
  if (!channel->busy) poll(&ready, 1, shorter(wait_ms, botd_channel_wait_ms(channel)));
  return botd_channel_process(channel, error);
}

int botd_channel_wait_ready(botd_channel *channel, botd_error *error) {
  botd_error_clear(error);
  while (channel->stage != READY) {
    if (botd_channel_run(channel, -1, error)) return -1;
  }
  return 0;
}

/* ---- Client: blocking calls -------------------------------------------------------------------------------------------------- */

struct botd_client {
  kept_options options;
  char address[BOTD_ADDRESS_SIZE];
  botd_channel *calls, *feed;
  bool reached; /* the daemon has answered at this address */
  bool busy;    /* inside process */
  bool calling; /* inside botd_call */
  botd_subscription *subscriptions;
  int64_t retry_at; /* when the feed connects again */
  int backoff_ms;
  botd_error last;
};

botd_client *botd_client_new(const char *address, const botd_options *options, botd_error *error) {
  botd_error_clear(error);
  char usual[BOTD_ADDRESS_SIZE];
  if (!address && botd_default_address(usual, error)) return NULL;
  if (!address) address = usual;
  if (check_address(address, error)) return NULL;
  botd_client *client = calloc(1, sizeof *client);
  if (!client) return fail(error, BOTD_ERROR_MEMORY, "no memory"), NULL;
  if (keep_options(&client->options, options, error)) {
    free(client);
    return NULL;
  }
  copy_text(client->address, sizeof client->address, address);
  client->backoff_ms = BACKOFF_FIRST_MS;
  return client;
}

const botd_error *botd_client_error(const botd_client *client) { return &client->last; }

static void drop_calls(botd_client *client) {
  botd_channel_free(client->calls);
  client->calls = NULL;
}

/* A connection for calls that stands, within the deadline. */
static int connect_calls(botd_client *client, int64_t deadline, botd_error *error) {
  /* The daemon may have gone while nothing was called. */
  if (client->calls && botd_channel_process(client->calls, error)) drop_calls(client);
  if (!client->calls && !(client->calls = botd_channel_open(client->address, &client->options.values, error))) return -1;
  while (!botd_channel_is_ready(client->calls)) {
    if (now_ms() >= deadline) return fail(error, BOTD_ERROR_DEADLINE, "%s: no connection in time", client->address);
    if (botd_channel_run(client->calls, wait_until(deadline), error)) return -1;
  }
  client->reached = true;
  return 0;
}

typedef struct waiter {
  botd_channel *channel;
  ProtobufCMessage *answer;
  botd_error error;
  bool done;
} waiter;

static void wake(const ProtobufCMessage *message, void *data) {
  waiter *woken = data;
  woken->done = true;
  woken->answer = (ProtobufCMessage *)message;
  woken->channel->message_taken = true;
  if (!message) copy_error(&woken->error, &woken->channel->last);
}

static ProtobufCMessage *call_once(botd_client *client, const ProtobufCServiceDescriptor *service, unsigned method,
                                   const ProtobufCMessage *request, int64_t deadline, botd_error *error) {
  waiter wait = { NULL, NULL, BOTD_ERROR_INIT, false };
  botd_error over = BOTD_ERROR_INIT;
  if (connect_calls(client, deadline, error)) return NULL;
  wait.channel = client->calls;
  int left = wait_until(deadline);
  if (!botd_channel_call(client->calls, service, method, request, left > 0 ? left : 1, wake, &wait, error)) return NULL;
  while (!wait.done) botd_channel_run(client->calls, -1, &over);
  botd_error_clear(&over);
  botd_error_clear(error);
  copy_error(error, &wait.error);
  botd_error_clear(&wait.error);
  return wait.answer;
}

/* Whether the same call may succeed a moment later: the connection, or the daemon, went away. */
static bool is_passing(const botd_error *error) {
  return error->kind == BOTD_ERROR_CUT || error->kind == BOTD_ERROR_REFUSED ||
         (error->kind == BOTD_ERROR_STATUS && error->code == UNAVAILABLE);
}

static ProtobufCMessage *call_until(botd_client *client, const ProtobufCServiceDescriptor *service, unsigned method,
                                    const ProtobufCMessage *request, botd_error *error) {
  int64_t deadline = now_ms() + client->options.values.timeout_ms;
  for (int backoff_ms = BACKOFF_FIRST_MS;;) {
    ProtobufCMessage *answer = call_once(client, service, method, request, deadline, error);
    if (answer) return answer;
    bool passing = is_passing(error);
    if (passing || error->kind == BOTD_ERROR_DEADLINE || (client->calls && client->calls->stage != READY)) drop_calls(client);
    int delay = next_backoff(&backoff_ms);
    if (!passing || !client->reached || now_ms() + delay >= deadline) return NULL;
    poll(NULL, 0, delay);
  }
}

/* The request_id of a request, NULL for one without. */
static char **request_id_of(ProtobufCMessage *request) {
  const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(request->descriptor, "request_id");
  return field && field->type == PROTOBUF_C_TYPE_STRING ? (char **)((char *)request + field->offset) : NULL;
}

static ProtobufCMessage *make_call(botd_client *client, const ProtobufCServiceDescriptor *service, unsigned method,
                                   ProtobufCMessage *request, botd_error *error) {
  char made[BOTD_REQUEST_ID_SIZE], **id = request_id_of(request), *given = id ? *id : NULL;
  if (id && (!given || !*given)) {
    if (botd_request_id(made, error)) return NULL;
    *id = made;
  }
  client->calling = true;
  ProtobufCMessage *answer = call_until(client, service, method, request, error);
  client->calling = false;
  if (id) *id = given;
  return answer;
}

ProtobufCMessage *botd_call(botd_client *client, const ProtobufCServiceDescriptor *service, const char *name,
                            ProtobufCMessage *request, botd_error *error) {
  botd_error *last = &client->last;
  botd_error_clear(error);
  botd_error_clear(last);
  unsigned method = method_index(service, name);
  ProtobufCMessage *answer = NULL;
  if (client->calling) fail(last, BOTD_ERROR_ARGUMENT, "the client is in a call already");
  else if (method >= service->n_methods) fail(last, BOTD_ERROR_ARGUMENT, "%s has no method %s", service->name, name);
  else if (method_kind(service, name) != UNARY) fail(last, BOTD_ERROR_ARGUMENT, "%s is a stream: use a channel", name);
  else if (!request || request->descriptor != service->methods[method].input) {
    fail(last, BOTD_ERROR_ARGUMENT, "that is no request of %s", name);
  } else answer = make_call(client, service, method, request, last);
  copy_error(error, last);
  return answer;
}

/* ---- Client: subscriptions that resume --------------------------------------------------------------------------------------- */

/* One stream of a subscription; outlives it, or is left by it, until the daemon ends the stream. */
typedef struct opening {
  botd_subscription *subscription; /* NULL: left */
  botd_channel *channel;
  uint32_t id;
} opening;

struct botd_subscription {
  botd_subscription *next;
  botd_client *client;
  botd_follow follow; /* the callbacks; what it points to is in the request */
  ProtobufCMessage *request;
  bool is_events;
  bool live;            /* no place is known yet: from now on */
  bool closing, ended;
  bool told;            /* that it reconnects, for the cut that is being dealt with */
  opening *opening;     /* NULL: not open */
  bool accepted;        /* `opened` has come on this stream */
  botd_bookmark bookmark;
  int64_t seen;         /* last sequence of this stream */
  int64_t unrecorded;   /* last sequence that was handed over unrecorded, */
  int64_t unrecorded_run; /* in the run of the daemon that started then */
  int64_t retry_at;
  int64_t heard_at;     /* last message; since closing: when that began */
  int backoff_ms;
};

/* What the messages of both subscriptions have in common. */
typedef struct batch {
  const Botd__V1__SubscriptionOpened *opened;
  const Botd__V1__CaughtUp *caught_up;
  const Botd__V1__Heartbeat *heartbeat;
  bool not_recorded;
  size_t count;
  Botd__V1__Trade **trades;
  Botd__V1__Event **events;
} batch;

static batch read_batch(const botd_subscription *subscription, const ProtobufCMessage *message) {
  if (subscription->is_events) {
    const Botd__V1__SubscribeEventsResponse *from = (const Botd__V1__SubscribeEventsResponse *)message;
    return (batch){ from->opened, from->caught_up, from->heartbeat, from->not_recorded, from->n_events, NULL, from->events };
  }
  const Botd__V1__SubscribeTradesResponse *from = (const Botd__V1__SubscribeTradesResponse *)message;
  return (batch){ from->opened, from->caught_up, from->heartbeat, from->not_recorded, from->n_trades, from->trades, NULL };
}

static void tell_state(botd_subscription *subscription, botd_state state, const botd_error *why) {
  if (subscription->follow.on_state && !subscription->closing) subscription->follow.on_state(state, why, subscription->follow.data);
}

/* Leaves the open stream, if any: the daemon is told, what still comes is dropped. */
static void leave(botd_subscription *subscription) {
  if (!subscription->opening) return;
  subscription->opening->subscription = NULL;
  botd_channel_cancel(subscription->opening->channel, subscription->opening->id);
  subscription->opening = NULL;
}

static void end_subscription(botd_subscription *subscription, const botd_error *why) {
  if (subscription->ended) return;
  leave(subscription);
  subscription->ended = true;
  if (subscription->follow.on_end) subscription->follow.on_end(why, subscription->follow.data);
}

static void try_again(botd_subscription *subscription, const botd_error *why) {
  leave(subscription);
  subscription->retry_at = now_ms() + next_backoff(&subscription->backoff_ms);
  subscription->told = true;
  tell_state(subscription, BOTD_STATE_RECONNECTING, why);
}

/* Whether a subscription goes on by itself after its stream, or its connection, ended this way. */
static bool is_resumable(const botd_error *why) {
  if (why->kind == BOTD_OK || why->kind == BOTD_ERROR_DEADLINE || is_passing(why)) return true;
  return why->kind == BOTD_ERROR_STATUS && (why->code == RESOURCE_EXHAUSTED || why->code == ABORTED || why->code == CANCELLED);
}

static void stream_ended(botd_subscription *subscription, const botd_error *how) {
  botd_error why = BOTD_ERROR_INIT;
  subscription->opening = NULL;
  copy_error(&why, how);
  if (why.kind == BOTD_ERROR_STATUS && why.code == OUT_OF_RANGE) why.kind = BOTD_ERROR_HISTORY_TRIMMED;
  if (subscription->closing) {
    botd_error_clear(&why);
    end_subscription(subscription, &why);
  } else if (is_resumable(&why)) {
    if (why.kind == BOTD_OK) fail(&why, BOTD_ERROR_CUT, "the daemon ended the stream");
    try_again(subscription, &why);
  } else {
    end_subscription(subscription, &why);
  }
  botd_error_clear(&why);
}

/* The first message: from here on the place in the journal is known. False: the subscription ended. */
static bool begin(botd_subscription *subscription, const Botd__V1__SubscriptionOpened *opened) {
  botd_error why = BOTD_ERROR_INIT;
  botd_bookmark *bookmark = &subscription->bookmark;
  size_t length = opened ? strlen(opened->journal_id) : 0;
  if (!length || length >= BOTD_JOURNAL_ID_SIZE) {
    fail(&why, BOTD_ERROR_NOT_BOTD, "the subscription began without a journal");
  } else if (*bookmark->journal_id && strcmp(bookmark->journal_id, opened->journal_id)) {
    fail(&why, BOTD_ERROR_JOURNAL_CHANGED, "the bookmark is of journal %s, the daemon has %s", bookmark->journal_id, opened->journal_id);
    why.last_sequence = opened->last_sequence;
  } else if (bookmark->sequence > 0 && opened->first_sequence > bookmark->sequence + 1) {
    fail(&why, BOTD_ERROR_HISTORY_TRIMMED, "the bookmark is at %lld, the daemon keeps %lld to %lld", (long long)bookmark->sequence,
         (long long)opened->first_sequence, (long long)opened->last_sequence);
    why.first_sequence = opened->first_sequence;
    why.last_sequence = opened->last_sequence;
  }
  if (why.kind != BOTD_OK) {
    end_subscription(subscription, &why);
    botd_error_clear(&why);
    return false;
  }
  if (subscription->live) bookmark->sequence = opened->last_sequence;
  memcpy(bookmark->journal_id, opened->journal_id, length + 1);
  subscription->live = false;
  subscription->accepted = true;
  subscription->seen = bookmark->sequence;
  subscription->backoff_ms = BACKOFF_FIRST_MS;
  tell_state(subscription, BOTD_STATE_OPENED, NULL);
  return true;
}

static void missed(botd_subscription *subscription, int64_t previous) {
  botd_error why = BOTD_ERROR_INIT;
  fail(&why, BOTD_ERROR_CUT, "items between %lld and %lld are missing", (long long)subscription->seen, (long long)previous);
  try_again(subscription, &why);
  botd_error_clear(&why);
}

/* Whether an item is new; moves the bookmark over recorded ones. A gap leaves the stream: subscription->opening is NULL then. */
static bool is_new(botd_subscription *subscription, int64_t sequence, int64_t previous, bool not_recorded) {
  if (sequence == 0) return true; /* health: it has no place in the order */
  if (sequence <= subscription->seen) return false;
  if (previous != subscription->seen) {
    missed(subscription, previous);
    return false;
  }
  subscription->seen = sequence;
  if (!not_recorded) {
    subscription->bookmark.sequence = sequence;
    return true;
  }
  int64_t run = subscription->opening->channel->started_ns;
  if (subscription->unrecorded_run == run && sequence <= subscription->unrecorded) return false;
  subscription->unrecorded_run = run;
  subscription->unrecorded = sequence;
  return true;
}

static void take_items(botd_subscription *subscription, const batch *items, const opening *from) {
  const botd_follow *follow = &subscription->follow;
  for (size_t i = 0; i < items->count && subscription->opening == from && !subscription->closing; i++) {
    int64_t sequence = items->events ? items->events[i]->sequence : items->trades[i]->sequence;
    int64_t previous = items->events ? items->events[i]->previous_sequence : items->trades[i]->previous_sequence;
    if (!is_new(subscription, sequence, previous, items->not_recorded)) continue;
    botd_place place = { subscription->bookmark, items->not_recorded };
    if (items->events && follow->on_event) follow->on_event(items->events[i], &place, follow->data);
    if (items->trades && follow->on_trade) follow->on_trade(items->trades[i], &place, follow->data);
  }
}

static void take_message(botd_subscription *subscription, const ProtobufCMessage *message) {
  const opening *from = subscription->opening;
  batch items = read_batch(subscription, message);
  if (subscription->closing) return;
  subscription->heard_at = now_ms();
  if (!subscription->accepted && !begin(subscription, items.opened)) return;
  take_items(subscription, &items, from);
  /* Nothing is read while the callbacks work: that time is no silence of the daemon. */
  subscription->heard_at = now_ms();
  if (subscription->opening != from || subscription->closing) return;
  if (items.heartbeat && items.heartbeat->last_sequence > subscription->seen) missed(subscription, items.heartbeat->last_sequence);
  else if (items.caught_up) tell_state(subscription, BOTD_STATE_CAUGHT_UP, NULL);
}

static void stream_closure(const ProtobufCMessage *message, void *data) {
  opening *stream = data;
  botd_subscription *subscription = stream->subscription;
  if (message && subscription) take_message(subscription, message);
  if (message) return;
  /* take_message and on_end may have left the stream meanwhile. */
  if (subscription) stream_ended(subscription, &stream->channel->last);
  free(stream);
}

/* Fills the fields of the request that change from stream to stream. */
static void place_request(botd_subscription *subscription, int64_t after, char *journal_id, bool live) {
  int heartbeat_ms = subscription->client->options.values.heartbeat_ms;
  if (subscription->is_events) {
    Botd__V1__SubscribeEventsRequest *request = (Botd__V1__SubscribeEventsRequest *)subscription->request;
    request->after_sequence = after;
    request->journal_id = journal_id;
    request->live_only = live;
    request->heartbeat_ms = heartbeat_ms;
  } else {
    Botd__V1__SubscribeTradesRequest *request = (Botd__V1__SubscribeTradesRequest *)subscription->request;
    request->after_sequence = after;
    request->journal_id = journal_id;
    request->live_only = live;
    request->heartbeat_ms = heartbeat_ms;
  }
}

static void open_stream(botd_subscription *subscription) {
  botd_channel *channel = subscription->client->feed;
  const ProtobufCServiceDescriptor *service =
    subscription->is_events ? &botd__v1__event_service__descriptor : &botd__v1__trade_service__descriptor;
  unsigned method = method_index(service, subscription->is_events ? "SubscribeEvents" : "SubscribeTrades");
  botd_error why = BOTD_ERROR_INIT;
  opening *stream = calloc(1, sizeof *stream);
  if (!stream) {
    fail(&why, BOTD_ERROR_MEMORY, "no memory");
    end_subscription(subscription, &why);
    botd_error_clear(&why);
    return;
  }
  place_request(subscription, subscription->live ? 0 : subscription->bookmark.sequence, subscription->bookmark.journal_id,
                subscription->live);
  *stream = (opening){ subscription, channel, 0 };
  stream->id = botd_channel_call(channel, service, method, subscription->request, 0, stream_closure, stream, &why);
  place_request(subscription, 0, (char *)protobuf_c_empty_string, false);
  if (stream->id) {
    subscription->opening = stream;
    subscription->accepted = false;
    subscription->told = false;
    subscription->heard_at = now_ms();
  } else {
    free(stream);
    end_subscription(subscription, &why);
  }
  botd_error_clear(&why);
}

static void free_subscription(botd_subscription *subscription) {
  free_message(subscription->request);
  free(subscription);
}

/* A copy of a request that owns all it points to. */
static ProtobufCMessage *copy_request(const ProtobufCMessage *request) {
  size_t size = protobuf_c_message_get_packed_size(request);
  uint8_t *bytes = malloc(size ? size : 1);
  if (!bytes) return NULL;
  protobuf_c_message_pack(request, bytes);
  ProtobufCMessage *copy = protobuf_c_message_unpack(request->descriptor, NULL, size, bytes);
  free(bytes);
  return copy;
}

static ProtobufCMessage *follow_request(const botd_follow *follow, bool is_events) {
  if (is_events) {
    Botd__V1__SubscribeEventsRequest events = BOTD__V1__SUBSCRIBE_EVENTS_REQUEST__INIT;
    events.bot_ids = (char **)follow->bot_ids;
    events.n_bot_ids = follow->bot_ids ? follow->bot_id_count : 0;
    events.kinds = (Botd__V1__EventKind *)follow->kinds;
    events.n_kinds = follow->kinds ? follow->kind_count : 0;
    return copy_request(&events.base);
  }
  Botd__V1__SubscribeTradesRequest trades = BOTD__V1__SUBSCRIBE_TRADES_REQUEST__INIT;
  trades.bot_ids = (char **)follow->bot_ids;
  trades.n_bot_ids = follow->bot_ids ? follow->bot_id_count : 0;
  trades.symbols = (char **)follow->symbols;
  trades.n_symbols = follow->symbols ? follow->symbol_count : 0;
  return copy_request(&trades.base);
}

static botd_subscription *subscribe(botd_client *client, const botd_follow *follow, bool is_events, botd_error *error) {
  botd_error_clear(error);
  const botd_bookmark *after = follow->after;
  bool wrong = after && (after->sequence < 0 || !memchr(after->journal_id, 0, BOTD_JOURNAL_ID_SIZE));
  if (wrong) return fail(error, BOTD_ERROR_ARGUMENT, "that is no bookmark"), NULL;
  botd_subscription *subscription = calloc(1, sizeof *subscription);
  ProtobufCMessage *request = follow_request(follow, is_events);
  if (!subscription || !request) {
    free(subscription);
    free_message(request);
    return fail(error, BOTD_ERROR_MEMORY, "no memory"), NULL;
  }
  subscription->client = client;
  subscription->request = request;
  subscription->is_events = is_events;
  subscription->follow = *follow;
  subscription->live = !after && !follow->from_start;
  if (after) subscription->bookmark = *after;
  subscription->backoff_ms = BACKOFF_FIRST_MS;
  subscription->next = client->subscriptions;
  client->subscriptions = subscription;
  return subscription;
}

botd_subscription *botd_follow_trades(botd_client *client, const botd_follow *follow, botd_error *error) {
  return subscribe(client, follow, false, error);
}

botd_subscription *botd_follow_events(botd_client *client, const botd_follow *follow, botd_error *error) {
  return subscribe(client, follow, true, error);
}

void botd_subscription_close(botd_subscription *subscription) {
  if (subscription->closing || subscription->ended) return;
  subscription->closing = true;
  subscription->heard_at = now_ms();
  if (subscription->opening) botd_channel_cancel(subscription->opening->channel, subscription->opening->id);
}

const botd_bookmark *botd_subscription_bookmark(const botd_subscription *subscription) { return &subscription->bookmark; }

/* ---- Driving a client -------------------------------------------------------------------------------------------------------- */

/* Frees the subscriptions that have ended; answers how many are left. */
static int reap(botd_client *client) {
  int left = 0;
  for (botd_subscription **at = &client->subscriptions; *at;) {
    botd_subscription *subscription = *at;
    if (subscription->ended) {
      *at = subscription->next;
      free_subscription(subscription);
    } else {
      left += 1;
      at = &subscription->next;
    }
  }
  return left;
}

static void end_all_subscriptions(botd_client *client, const botd_error *why) {
  for (botd_subscription *at = client->subscriptions; at; at = at->next) end_subscription(at, why);
}

/* The feed's connection is gone, or did not come about. Its streams have ended already, those that were open. */
static void feed_lost(botd_client *client, const botd_error *why) {
  botd_channel_free(client->feed);
  client->feed = NULL;
  client->retry_at = now_ms() + next_backoff(&client->backoff_ms);
  if (!client->reached || !is_resumable(why)) {
    end_all_subscriptions(client, why);
    return;
  }
  for (botd_subscription *at = client->subscriptions; at; at = at->next) {
    if (!at->ended && !at->told) tell_state(at, BOTD_STATE_RECONNECTING, why);
    at->told = false;
  }
}

/* When a stream counts as dead: three heartbeats without a message; while it closes, the deadline of a call. */
static int64_t silence_limit(const botd_subscription *subscription) {
  const botd_options *options = &subscription->client->options.values;
  return subscription->heard_at + (subscription->closing ? options->timeout_ms : 3 * (int64_t)options->heartbeat_ms);
}

/* Keeps one subscription going. False: its stream is silent, the connection is dead. */
static bool tend(botd_subscription *subscription) {
  botd_client *client = subscription->client;
  if (subscription->ended) return true;
  if (subscription->closing && (!subscription->opening || silence_limit(subscription) <= now_ms())) {
    botd_error none = BOTD_ERROR_INIT;
    end_subscription(subscription, &none);
  } else if (subscription->opening) {
    return silence_limit(subscription) > now_ms() || !client->feed->drained;
  } else if (client->feed && client->feed->stage == READY && subscription->retry_at <= now_ms()) {
    open_stream(subscription);
  }
  return true;
}

static void tend_all(botd_client *client) {
  bool alive = true;
  for (botd_subscription *at = client->subscriptions; at; at = at->next) alive = tend(at) && alive;
  if (alive || !client->feed) return;
  shut_with(client->feed, BOTD_ERROR_CUT, "no message for three heartbeats of %d ms", client->options.values.heartbeat_ms);
}

/* Connects when something waits for it, and lets the connection do its work. */
static void drive_feed(botd_client *client) {
  botd_error why = BOTD_ERROR_INIT;
  if (!client->feed && client->subscriptions && client->retry_at <= now_ms()) {
    client->feed = botd_channel_open(client->address, &client->options.values, &why);
    if (!client->feed) feed_lost(client, &why);
  }
  if (client->feed && botd_channel_process(client->feed, &why)) feed_lost(client, &why);
  if (client->feed && client->feed->stage == READY) {
    client->reached = true;
    client->backoff_ms = BACKOFF_FIRST_MS;
    tend_all(client);
    write_out(client->feed);
    if (client->feed->stage == OVER) {
      copy_error(&why, &client->feed->last);
      feed_lost(client, &why);
    }
  } else {
    tend_all(client);
  }
  botd_error_clear(&why);
}

int botd_client_process(botd_client *client, botd_error *error) {
  botd_error_clear(error);
  if (client->busy) return fail(error, BOTD_ERROR_ARGUMENT, "a callback must not process its own client");
  client->busy = true;
  drive_feed(client);
  client->busy = false;
  int left = reap(client);
  if (!left) {
    botd_channel_free(client->feed);
    client->feed = NULL;
    client->retry_at = 0;
  }
  return left;
}

int botd_client_fd(const botd_client *client) { return client->feed ? client->feed->descriptor : -1; }

short botd_client_events(const botd_client *client) { return client->feed ? botd_channel_events(client->feed) : 0; }

int botd_client_wait_ms(const botd_client *client) {
  if (!client->subscriptions) return -1;
  if (client->feed && client->feed->stage == OVER) return 0;
  int64_t moment = client->feed ? channel_next_moment(client->feed) : client->retry_at ? client->retry_at : 1;
  for (const botd_subscription *at = client->subscriptions; at; at = at->next) {
    if (at->closing && !at->opening) return 0;
    if (at->opening) moment = earlier(moment, silence_limit(at));
    else if (client->feed && client->feed->stage == READY) moment = earlier(moment, at->retry_at ? at->retry_at : 1);
  }
  return wait_until(moment);
}

int botd_client_run(botd_client *client, int wait_ms, botd_error *error) {
  int64_t until = wait_ms < 0 ? 0 : now_ms() + wait_ms;
  for (;;) {
    int left = botd_client_process(client, error);
    if (left <= 0 || (until && now_ms() >= until)) return left;
    struct pollfd ready = { .fd = botd_client_fd(client), .events = botd_client_events(client) };
    poll(&ready, 1, shorter(wait_until(until), botd_client_wait_ms(client)));
  }
}

void botd_client_free(botd_client *client) {
  if (!client) return;
  botd_error why = BOTD_ERROR_INIT;
  fail(&why, BOTD_ERROR_CANCELED, "the client was closed");
  end_all_subscriptions(client, &why);
  botd_error_clear(&why);
  botd_channel_free(client->feed);
  botd_channel_free(client->calls);
  reap(client);
  botd_error_clear(&client->last);
  free_options(&client->options);
  free(client);
}

/* ---- Stubs ------------------------------------------------------------------------------------------------------------------- */

static void invoke_channel(ProtobufCService *service, unsigned method, const ProtobufCMessage *request, ProtobufCClosure closure,
                           void *data) {
  botd_stub *stub = (botd_stub *)service;
  botd_error why = BOTD_ERROR_INIT;
  stub->call = botd_channel_call(stub->channel, service->descriptor, method, request, stub->timeout_ms, closure, data, &why);
  if (!stub->call && closure) {
    copy_error(&stub->channel->last, &why);
    closure(NULL, data);
  }
  botd_error_clear(&why);
}

static void invoke_client(ProtobufCService *service, unsigned method, const ProtobufCMessage *request, ProtobufCClosure closure,
                          void *data) {
  botd_stub *stub = (botd_stub *)service;
  const char *name = service->descriptor->methods[method].name;
  ProtobufCMessage *answer = botd_call(stub->client, service->descriptor, name, (ProtobufCMessage *)request, NULL);
  if (closure) closure(answer, data);
  free_message(answer);
}

void botd_stub_init_channel(botd_stub *stub, botd_channel *channel, const ProtobufCServiceDescriptor *service) {
  *stub = (botd_stub){ { service, invoke_channel, NULL }, channel, NULL, 0, 0 };
}

void botd_stub_init_client(botd_stub *stub, botd_client *client, const ProtobufCServiceDescriptor *service) {
  *stub = (botd_stub){ { service, invoke_client, NULL }, NULL, client, 0, 0 };
}
