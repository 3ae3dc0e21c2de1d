/*
 * botd.h: client of the trading daemon botd, for C programs.
 *
 * The messages and the call stubs are protoc-c's (botd/v1/...pb-c.h); this library is the channel below them: it speaks ttrpc to
 * the daemon, keeps deadlines, repeats changes safely, and follows trades and events through restarts.
 *
 * Rules of the whole interface:
 * - No threads, no global state, no signals, no exit. One object is used by one thread at a time; different objects by any.
 * - Times are milliseconds unless a name says otherwise. Strings are UTF-8 and end with NUL.
 * - Functions that can fail return -1 or NULL and fill `error`, which may be NULL. A botd_error starts as BOTD_ERROR_INIT; each
 *   call that takes it clears it first, and botd_error_clear gives back what it holds.
 * - Callbacks run inside the `process`, `run` or `call` function that caused them. They may start and end calls and subscriptions,
 *   and may make blocking calls on the client. They must not free or process the object that called them. Messages and errors
 *   that they are given live until they return.
 */
#ifndef BOTD_H
#define BOTD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "botd/v1/backtest.pb-c.h"
#include "botd/v1/bot.pb-c.h"
#include "botd/v1/common.pb-c.h"
#include "botd/v1/event.pb-c.h"
#include "botd/v1/marketdata.pb-c.h"
#include "botd/v1/order.pb-c.h"
#include "botd/v1/portfolio.pb-c.h"
#include "botd/v1/risk.pb-c.h"
#include "botd/v1/strategy.pb-c.h"
#include "botd/v1/system.pb-c.h"
#include "botd/v1/trade.pb-c.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Largest data of one frame in bytes, both ways. */
#define BOTD_FRAME_MAX 4194304u
/* Room for an address, a journal id and a bookmark's text, the NUL included. */
#define BOTD_ADDRESS_SIZE 256
#define BOTD_JOURNAL_ID_SIZE 65
#define BOTD_BOOKMARK_SIZE (BOTD_JOURNAL_ID_SIZE + 20)
/* Room for a request id made by botd_request_id, the NUL included. */
#define BOTD_REQUEST_ID_SIZE 37

/* ---- Errors ------------------------------------------------------------------------------------------------------------------ */

/* What went wrong, so that a program can decide without reading text. */
typedef enum botd_error_kind {
  BOTD_OK = 0,
  BOTD_ERROR_STATUS,          /* the daemon refused: code, reason, field and info say what */
  BOTD_ERROR_REFUSED,         /* nobody accepts connections at the address */
  BOTD_ERROR_NOT_BOTD,        /* the peer does not speak ttrpc, or breaks its rules */
  BOTD_ERROR_VERSION,         /* the daemon does not have this interface or method: too old, or a later one */
  BOTD_ERROR_DEADLINE,        /* no answer in time; a change may have happened */
  BOTD_ERROR_CUT,             /* the connection broke; a change may have happened */
  BOTD_ERROR_TOO_LARGE,       /* a message over 4 MiB, either way, or over memory_max when unpacked */
  BOTD_ERROR_HISTORY_TRIMMED, /* the bookmark is older than what the daemon keeps: first_sequence, last_sequence */
  BOTD_ERROR_JOURNAL_CHANGED, /* the bookmark belongs to another journal, or lies beyond the end of this one: last_sequence */
  BOTD_ERROR_CANCELED,        /* ended from this side */
  BOTD_ERROR_ARGUMENT,        /* called wrongly: a defect of the caller */
  BOTD_ERROR_MEMORY           /* no memory, descriptors or random bytes, or more is pending than a channel may hold */
} botd_error_kind;

typedef struct botd_error {
  botd_error_kind kind;
  int code;               /* gRPC status, 0 (OK) to 16; also of errors found on this side */
  char reason[64];        /* stable, in capitals, such as "BOT_NOT_FOUND"; may be empty */
  char field[128];        /* path in the request; may be empty */
  char message[512];      /* what to do, for a person; cut at its size, in full in info */
  int64_t first_sequence; /* HISTORY_TRIMMED: oldest sequence that is kept; 0: not told */
  int64_t last_sequence;  /* newest recorded sequence that the daemon named; 0: none */
  Botd__V1__ErrorInfo *info; /* the daemon's detail with all violations; NULL when it sent none */
} botd_error;

#define BOTD_ERROR_INIT { BOTD_OK, 0, "", "", "", 0, 0, NULL }

/* Empties an error. NULL is allowed. */
void botd_error_clear(botd_error *error);

/* Name of a status code, such as "NOT_FOUND"; "UNKNOWN" for numbers outside 0 to 16. */
const char *botd_code_name(int code);

/* Name of a kind, such as "REFUSED". */
const char *botd_error_kind_name(botd_error_kind kind);

/* ---- Values ------------------------------------------------------------------------------------------------------------------ */

/* A place in a journal: everything up to `sequence` has been dealt with. */
typedef struct botd_bookmark {
  char journal_id[BOTD_JOURNAL_ID_SIZE];
  int64_t sequence;
} botd_bookmark;

/* Writes JOURNAL:SEQUENCE, always with a NUL. */
void botd_bookmark_format(const botd_bookmark *bookmark, char text[BOTD_BOOKMARK_SIZE]);

/* Reads JOURNAL:SEQUENCE. Returns 0, or -1 (ARGUMENT) for anything else. */
int botd_bookmark_parse(botd_bookmark *bookmark, const char *text, botd_error *error);

/* Makes a random request id (a UUID). Returns 0, or -1 (MEMORY). */
int botd_request_id(char id[BOTD_REQUEST_ID_SIZE], botd_error *error);

/* The address that is used when none is given: BOTD_ADDRESS, else the daemon's default socket. Returns 0, or -1 (ARGUMENT). */
int botd_default_address(char address[BOTD_ADDRESS_SIZE], botd_error *error);

typedef struct botd_options {
  const char *token;        /* for Login; NULL: BOTD_TOKEN; empty: none */
  const char *call_token;   /* sent with each call as its own token; NULL: none */
  const char *client_name;  /* told to the daemon for its log */
  int timeout_ms;           /* deadline of a call and of making a connection; > 0; 10000 */
  int heartbeat_ms;         /* idle time after which a subscription asks for a sign of life; 100 to 3600000; 10000 */
  size_t memory_max;        /* most bytes that one received message may unpack to; 64 MiB */
  uint32_t first_stream_id; /* of a channel: odd; 1 */
  int64_t timeout_nano;     /* of a channel: sent with each unary call in place of timeout_ms when > 0; 0 */
} botd_options;

void botd_options_init(botd_options *options);

/* ---- Channel: one connection, never blocks ----------------------------------------------------------------------------------- */

typedef struct botd_channel botd_channel;

/*
 * Begins to connect to unix:PATH or tcp://HOST:PORT (NULL: botd_default_address), to greet the daemon and to log in; calls may be
 * made when botd_channel_is_ready. `options` may be NULL. A host name is resolved before this returns; numeric hosts take no time.
 * Errors: ARGUMENT, REFUSED, MEMORY.
 */
botd_channel *botd_channel_open(const char *address, const botd_options *options, botd_error *error);

/* A channel over a connected stream socket, which it then owns. It is ready at once: no greeting, no login. */
botd_channel *botd_channel_adopt(int descriptor, const botd_options *options, botd_error *error);

/* Closes the connection. Calls that are open end with CANCELED. NULL is allowed. */
void botd_channel_free(botd_channel *channel);

/* What to poll: the descriptor (-1 when the connection is gone), POLLIN and POLLOUT, and the longest wait (-1: for ever). */
int botd_channel_fd(const botd_channel *channel);
short botd_channel_events(const botd_channel *channel);
int botd_channel_wait_ms(const botd_channel *channel);

bool botd_channel_is_ready(const botd_channel *channel);

/*
 * Reads, writes and keeps deadlines, as far as that goes without waiting. Returns 0, or -1 with the reason when the connection is
 * over; all its calls have ended by then.
 */
int botd_channel_process(botd_channel *channel, botd_error *error);

/* Polls for at most wait_ms (-1: for ever), once, then processes. */
int botd_channel_run(botd_channel *channel, int wait_ms, botd_error *error);

/* Runs until the channel is ready. Returns 0, or -1 with the reason when that failed or took longer than timeout_ms. */
int botd_channel_wait_ready(botd_channel *channel, botd_error *error);

/*
 * Starts a call. `closure` is called with each message, and with NULL at the end: botd_channel_error then says how it ended (kind
 * BOTD_OK: a stream ended in order). A unary call has one message and no NULL after it, or only NULL. Deadline: timeout_ms; 0: that
 * of the options for a unary call, none for a stream. Returns the call's number, or 0 (ARGUMENT, TOO_LARGE, MEMORY, or why the
 * connection is over); the closure is not called then.
 */
uint32_t botd_channel_call(botd_channel *channel, const ProtobufCServiceDescriptor *service, unsigned method,
                           const ProtobufCMessage *request, int timeout_ms, ProtobufCClosure closure, void *data,
                           botd_error *error);

/* Half-closes a stream: the daemon ends it, messages under way still come, then NULL. Unknown numbers are ignored. */
void botd_channel_cancel(botd_channel *channel, uint32_t call);

/* Inside a closure: how the call ended. After process returned -1: why the connection is over. Never NULL. */
const botd_error *botd_channel_error(const botd_channel *channel);

/* ---- Client: two connections that come back, blocking calls, subscriptions that resume --------------------------------------- */

typedef struct botd_client botd_client;

/* Checks the address and the options; connects when first needed. Both may be NULL. Errors: ARGUMENT, MEMORY. */
botd_client *botd_client_new(const char *address, const botd_options *options, botd_error *error);

/* Closes both connections. Subscriptions that are open end with CANCELED. NULL is allowed. */
void botd_client_free(botd_client *client);

/*
 * Makes a unary call and waits for its end, at most timeout_ms of the options. A request with an empty request_id is given one. After
 * a lost connection or UNAVAILABLE the call is repeated under the same id, with back-off, until the deadline; an address that never
 * answered is not tried again. Returns the answer, to be freed by protobuf_c_message_free_unpacked(answer, NULL), or NULL.
 */
ProtobufCMessage *botd_call(botd_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                            ProtobufCMessage *request, botd_error *error);

/* How the last blocking call of the client ended; for closures of stubs. Never NULL. */
const botd_error *botd_client_error(const botd_client *client);

typedef struct botd_subscription botd_subscription;

/* What else happens to a subscription. */
typedef enum botd_state {
  BOTD_STATE_OPENED,      /* the daemon accepted it, at first or again */
  BOTD_STATE_CAUGHT_UP,   /* history is finished */
  BOTD_STATE_RECONNECTING /* it was cut and will be resumed; the error says why */
} botd_state;

/* Where an item stands. */
typedef struct botd_place {
  botd_bookmark bookmark; /* store this when the item is dealt with */
  bool not_recorded;      /* the daemon's journal failed: show the item; the bookmark has not moved */
} botd_place;

/* What to follow and whom to tell. Zero everything first; only on_trade or on_event is needed. */
typedef struct botd_follow {
  const botd_bookmark *after;     /* items after this place; NULL: from now on */
  bool from_start;                /* with after NULL: the whole history first */
  const char *const *bot_ids;     /* only these bots; NULL: all */
  size_t bot_id_count;
  const char *const *symbols;     /* trades only: only these symbols; NULL: all */
  size_t symbol_count;
  const Botd__V1__EventKind *kinds; /* events only: only these kinds; NULL: all */
  size_t kind_count;
  void (*on_trade)(const Botd__V1__Trade *trade, const botd_place *place, void *data);
  void (*on_event)(const Botd__V1__Event *event, const botd_place *place, void *data);
  void (*on_state)(botd_state state, const botd_error *why, void *data);
  void (*on_end)(const botd_error *why, void *data); /* once, at last; kind BOTD_OK after botd_subscription_close */
  void *data;
} botd_follow;

/*
 * Follows trades, or events. What is lost is asked for again, what comes twice is dropped, a connection that is silent for three
 * heartbeats counts as dead, and a cut is resumed after 0.1 s to 5 s for as long as it takes, once the daemon was reached. Ends with
 * HISTORY_TRIMMED or JOURNAL_CHANGED where going on would leave items out. Everything in `follow` is copied. The handle is valid
 * until on_end returns. Returns NULL for ARGUMENT and MEMORY.
 */
botd_subscription *botd_follow_trades(botd_client *client, const botd_follow *follow, botd_error *error);
botd_subscription *botd_follow_events(botd_client *client, const botd_follow *follow, botd_error *error);

/* Half-closes and drains; no item comes any more, then on_end. */
void botd_subscription_close(botd_subscription *subscription);

/* The last recorded place that was handed over; an empty journal_id: none yet. */
const botd_bookmark *botd_subscription_bookmark(const botd_subscription *subscription);

/* What to poll for the subscriptions. The descriptor changes with each connection and is -1 between two: ask before every poll. */
int botd_client_fd(const botd_client *client);
short botd_client_events(const botd_client *client);
int botd_client_wait_ms(const botd_client *client);

/* Drives the subscriptions without waiting. Returns how many are open, or -1 (ARGUMENT) inside a callback of this client. */
int botd_client_process(botd_client *client, botd_error *error);

/* Drives the subscriptions for wait_ms (-1: for ever), or until none is open. Returns as botd_client_process. */
int botd_client_run(botd_client *client, int wait_ms, botd_error *error);

/* ---- Stubs: protoc-c's functions over a channel or a client ------------------------------------------------------------------ */

/*
 * Pass &stub.base to the generated functions, such as botd__v1__bot_service__get_bot. Over a channel they return at once and the
 * closure is called as by botd_channel_call; over a client (unary calls only) they call it once, before they return. A call that
 * cannot even start calls it with NULL.
 */
typedef struct botd_stub {
  ProtobufCService base;
  botd_channel *channel;
  botd_client *client;
  int timeout_ms; /* channel: deadline of the next calls; 0: as botd_channel_call */
  uint32_t call;  /* channel: number of the last call, for botd_channel_cancel; 0: it could not start */
} botd_stub;

void botd_stub_init_channel(botd_stub *stub, botd_channel *channel, const ProtobufCServiceDescriptor *service);
void botd_stub_init_client(botd_stub *stub, botd_client *client, const ProtobufCServiceDescriptor *service);

#ifdef __cplusplus
}
#endif

#endif
