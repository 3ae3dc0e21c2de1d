/* Subscriptions against a scripted peer: gaps, repeats, marks, refusals, silence. */
#define _GNU_SOURCE

#include <stdlib.h>
#include <string.h>

#include "support.h"

/* One subscription against one peer, and the last request that the peer got. */
typedef struct stage {
  peer peer;
  seen seen;
  botd_client *client;
  botd_subscription *subscription;
  int64_t after;
  char journal[64];
  bool live;
} stage;

typedef void (*script)(peer *peer, uint32_t id, const Botd__V1__SubscribeTradesRequest *request);

static void send_opened(peer *peer, uint32_t id, const char *journal, int64_t first, int64_t last) {
  Botd__V1__SubscriptionOpened opened = BOTD__V1__SUBSCRIPTION_OPENED__INIT;
  Botd__V1__SubscribeTradesResponse response = BOTD__V1__SUBSCRIBE_TRADES_RESPONSE__INIT;
  opened.journal_id = (char *)journal;
  opened.first_sequence = first;
  opened.last_sequence = last;
  response.opened = &opened;
  send_message(peer->connection, id, &response.base);
}

static void send_trade(peer *peer, uint32_t id, int64_t sequence, int64_t previous, bool not_recorded) {
  Botd__V1__Trade trade = BOTD__V1__TRADE__INIT, *trades[] = { &trade };
  Botd__V1__SubscribeTradesResponse response = BOTD__V1__SUBSCRIBE_TRADES_RESPONSE__INIT;
  trade.sequence = sequence;
  trade.previous_sequence = previous;
  response.trades = trades;
  response.n_trades = 1;
  response.not_recorded = not_recorded;
  send_message(peer->connection, id, &response.base);
}

static void send_heartbeat(peer *peer, uint32_t id, int64_t last) {
  Botd__V1__Heartbeat heartbeat = BOTD__V1__HEARTBEAT__INIT;
  Botd__V1__SubscribeTradesResponse response = BOTD__V1__SUBSCRIBE_TRADES_RESPONSE__INIT;
  heartbeat.last_sequence = last;
  response.heartbeat = &heartbeat;
  send_message(peer->connection, id, &response.base);
}

static void send_end(peer *peer, uint32_t id) { send_frame(peer->connection, id, 3, 5, NULL, 0); }

static void note_request(peer *peer, const Botd__V1__SubscribeTradesRequest *request) {
  stage *stage = peer->data;
  stage->after = request->after_sequence;
  stage->live = request->live_only;
  strncpy(stage->journal, request->journal_id, sizeof stage->journal - 1);
}

/* Begins to follow a peer with a script. */
static bool begin(stage *stage, script script, const botd_bookmark *after, bool from_start) {
  memset(stage, 0, sizeof *stage);
  stage->peer.on_subscribe = script;
  stage->peer.data = stage;
  stage->peer.started_ns = 1;
  if (!peer_listen(&stage->peer, scratch("follow.sock"))) return false;
  stage->client = client_of(scratch("follow.sock"), 1000, 200);
  botd_follow follow = follow_into(&stage->seen);
  follow.after = after;
  follow.from_start = from_start;
  stage->subscription = botd_follow_trades(stage->client, &follow, NULL);
  return stage->subscription != NULL;
}

static void finish(stage *stage) {
  botd_client_free(stage->client);
  peer_close(&stage->peer);
}

static bool wait_for(stage *stage, const int *counter, int target) { return drive(stage->client, &stage->peer, counter, target); }

static bool saw(const stage *stage, const int64_t *sequences, int count) {
  return stage->seen.items == count && !memcmp(stage->seen.sequences, sequences, (size_t)count * sizeof *sequences);
}

/* First 1, 2, then 4 after 3, which never came; then all from where it is asked. */
static void leave_one_out(peer *peer, uint32_t id, const Botd__V1__SubscribeTradesRequest *request) {
  note_request(peer, request);
  send_opened(peer, id, "journal", 1, 4);
  if (peer->subscriptions == 1) {
    send_trade(peer, id, 1, 0, false);
    send_trade(peer, id, 2, 1, false);
    send_trade(peer, id, 4, 3, false);
  } else {
    send_trade(peer, id, 3, 2, false);
    send_trade(peer, id, 4, 3, false);
  }
}

static void a_gap_is_asked_for_again(void) {
  stage stage;
  CHECK(begin(&stage, leave_one_out, NULL, true) && wait_for(&stage, &stage.seen.items, 4));
  CHECK(saw(&stage, (int64_t[]){ 1, 2, 3, 4 }, 4) && stage.peer.subscriptions == 2 && stage.after == 2);
  CHECK(!strcmp(stage.journal, "journal") && stage.seen.reconnecting == 1 && stage.seen.opened == 2);
  /* The same connection, and the stream with the gap was closed. */
  CHECK(stage.peer.connections == 1 && stage.peer.half_closes == 1 && stage.seen.bookmark.sequence == 4);
  finish(&stage);
}

static void repeat_and_reorder(peer *peer, uint32_t id, const Botd__V1__SubscribeTradesRequest *request) {
  note_request(peer, request);
  send_opened(peer, id, "journal", 1, 2);
  send_trade(peer, id, 1, 0, false);
  send_trade(peer, id, 2, 1, false);
  send_trade(peer, id, 1, 0, false);
  send_trade(peer, id, 2, 1, false);
  send_trade(peer, id, 9, 2, false);
  send_heartbeat(peer, id, 9);
}

static void repeats_are_dropped(void) {
  stage stage;
  CHECK(begin(&stage, repeat_and_reorder, NULL, true) && wait_for(&stage, &stage.seen.items, 3));
  CHECK(saw(&stage, (int64_t[]){ 1, 2, 9 }, 3) && stage.seen.reconnecting == 0);
  finish(&stage);
}

/* A heartbeat that names what never came. */
static void lose_the_last(peer *peer, uint32_t id, const Botd__V1__SubscribeTradesRequest *request) {
  note_request(peer, request);
  send_opened(peer, id, "journal", 1, 2);
  if (peer->subscriptions == 1) send_trade(peer, id, 1, 0, false);
  if (peer->subscriptions == 1) send_heartbeat(peer, id, 2);
  else send_trade(peer, id, 2, 1, false);
}

static void a_heartbeat_tells_of_a_loss(void) {
  stage stage;
  CHECK(begin(&stage, lose_the_last, NULL, true) && wait_for(&stage, &stage.seen.items, 2));
  CHECK(saw(&stage, (int64_t[]){ 1, 2 }, 2) && stage.after == 1 && stage.peer.subscriptions == 2);
  CHECK(stage.peer.connections == 1); /* not by its silence afterwards */
  finish(&stage);
}

/* 15 and 16 are never recorded; the same run repeats 15 on the next stream, the run after it gives 15 to another item. */
static void fail_the_journal(peer *peer, uint32_t id, const Botd__V1__SubscribeTradesRequest *request) {
  note_request(peer, request);
  send_opened(peer, id, "journal", 1, 14);
  if (peer->subscriptions == 1) {
    send_trade(peer, id, 14, request->after_sequence, false);
    send_trade(peer, id, 15, 14, true);
    send_end(peer, id);
  } else if (peer->subscriptions == 2) {
    send_trade(peer, id, 15, 14, true);
    send_trade(peer, id, 16, 15, true);
    peer->started_ns = 2;
    peer_hang_up(peer);
  } else {
    send_trade(peer, id, 15, 14, false);
  }
}

static void what_is_not_recorded_moves_no_bookmark(void) {
  stage stage;
  const botd_bookmark after = { "journal", 11 };
  CHECK(begin(&stage, fail_the_journal, &after, false) && wait_for(&stage, &stage.seen.items, 3));
  CHECK(saw(&stage, (int64_t[]){ 14, 15, 16 }, 3) && stage.seen.bookmark.sequence == 14);
  CHECK(!stage.seen.not_recorded[0] && stage.seen.not_recorded[1] && stage.seen.not_recorded[2]);
  CHECK(wait_for(&stage, &stage.seen.items, 4) && stage.after == 14);
  CHECK(stage.seen.sequences[3] == 15 && !stage.seen.not_recorded[3] && stage.seen.bookmark.sequence == 15);
  finish(&stage);
}

/* 14 is lost, and unrecorded 15 follows: both come again. */
static void lose_before_unrecorded(peer *peer, uint32_t id, const Botd__V1__SubscribeTradesRequest *request) {
  note_request(peer, request);
  send_opened(peer, id, "journal", 1, 14);
  if (peer->subscriptions > 1) send_trade(peer, id, 14, 11, false);
  send_trade(peer, id, 15, 14, true);
}

static void a_gap_before_the_unrecorded_is_one_too(void) {
  stage stage;
  const botd_bookmark after = { "journal", 11 };
  CHECK(begin(&stage, lose_before_unrecorded, &after, false) && wait_for(&stage, &stage.seen.items, 2));
  CHECK(saw(&stage, (int64_t[]){ 14, 15 }, 2) && stage.peer.subscriptions == 2);
  finish(&stage);
}

static void end_in_many_ways(peer *peer, uint32_t id, const Botd__V1__SubscribeTradesRequest *request) {
  note_request(peer, request);
  int64_t next = request->after_sequence + 1;
  send_opened(peer, id, "journal", 1, next);
  send_trade(peer, id, next, next - 1, false);
  if (next == 1) send_end(peer, id);
  else if (next == 2) send_status(peer->connection, id, 8, "READER_TOO_SLOW", next);
  else if (next == 3) send_status(peer->connection, id, 14, "SHUTTING_DOWN", 0);
  else if (next == 4) peer_hang_up(peer);
}

static void every_passing_end_is_resumed(void) {
  stage stage;
  CHECK(begin(&stage, end_in_many_ways, NULL, true) && wait_for(&stage, &stage.seen.items, 5));
  CHECK(saw(&stage, (int64_t[]){ 1, 2, 3, 4, 5 }, 5) && stage.seen.reconnecting == 4 && stage.seen.ended == 0);
  CHECK(stage.peer.connections == 2);
  finish(&stage);
}

static void refuse(peer *peer, uint32_t id, const Botd__V1__SubscribeTradesRequest *request) {
  static const struct { int code; const char *reason; } refusals[] = {
    { 11, "OTHER_JOURNAL" }, { 11, "SEQUENCE_BEYOND_END" }, { 11, "SEQUENCE_TRIMMED" }, { 16, "NOT_LOGGED_IN" }
  };
  note_request(peer, request);
  send_status(peer->connection, id, refusals[request->after_sequence].code, refusals[request->after_sequence].reason, 77);
}

static void a_bookmark_that_is_of_no_use_is_told(void) {
  static const botd_error_kind kinds[] = {
    BOTD_ERROR_JOURNAL_CHANGED, BOTD_ERROR_JOURNAL_CHANGED, BOTD_ERROR_HISTORY_TRIMMED, BOTD_ERROR_STATUS
  };
  for (int i = 0; i < 4; i++) {
    stage stage;
    const botd_bookmark after = { "mine", i };
    CHECK(begin(&stage, refuse, &after, false) && wait_for(&stage, &stage.seen.ended, 1));
    CHECK(stage.seen.end.kind == kinds[i] && stage.seen.end.last_sequence == 77 && stage.seen.items == 0 && stage.seen.reconnecting == 0);
    CHECK(!strcmp(stage.journal, "mine") && stage.peer.subscriptions == 1);
    finish(&stage);
  }
}

static void open_elsewhere(peer *peer, uint32_t id, const Botd__V1__SubscribeTradesRequest *request) {
  note_request(peer, request);
  if (request->after_sequence == 5) send_opened(peer, id, "other", 1, 9);
  else if (request->after_sequence == 6) send_opened(peer, id, "mine", 100, 900);
  else send_opened(peer, id, "", 0, 0);
}

static void an_opening_elsewhere_is_told(void) {
  static const botd_error_kind kinds[] = { BOTD_ERROR_JOURNAL_CHANGED, BOTD_ERROR_HISTORY_TRIMMED, BOTD_ERROR_NOT_BOTD };
  for (int i = 0; i < 3; i++) {
    stage stage;
    const botd_bookmark after = { "mine", 5 + i };
    CHECK(begin(&stage, open_elsewhere, &after, false) && wait_for(&stage, &stage.seen.ended, 1));
    CHECK(stage.seen.end.kind == kinds[i] && stage.seen.items == 0);
    CHECK(i != 0 || stage.seen.end.last_sequence == 9);
    CHECK(i != 1 || (stage.seen.end.first_sequence == 100 && stage.seen.end.last_sequence == 900));
    finish(&stage);
  }
}

static void fall_silent(peer *peer, uint32_t id, const Botd__V1__SubscribeTradesRequest *request) {
  note_request(peer, request);
  send_opened(peer, id, "journal", 1, 40);
}

static void three_heartbeats_of_silence_are_death(void) {
  stage stage;
  CHECK(begin(&stage, fall_silent, NULL, false));
  CHECK(wait_for(&stage, &stage.seen.opened, 1) && stage.live && stage.after == 0 && !*stage.journal);
  int64_t began = clock_ms();
  CHECK(wait_for(&stage, &stage.seen.reconnecting, 1));
  CHECK(clock_ms() - began >= 550 && clock_ms() - began < 3000);
  /* From then on it is resumed where it began to be live. */
  peer_hang_up(&stage.peer);
  CHECK(wait_for(&stage, &stage.seen.opened, 2) && !stage.live && stage.after == 40 && !strcmp(stage.journal, "journal"));
  finish(&stage);
}

static void closing_half_closes_and_drains(void) {
  stage stage;
  CHECK(begin(&stage, repeat_and_reorder, NULL, true) && wait_for(&stage, &stage.seen.items, 3));
  botd_subscription_close(stage.subscription);
  botd_subscription_close(stage.subscription);
  CHECK(wait_for(&stage, &stage.seen.ended, 1) && stage.seen.end.kind == BOTD_OK && stage.peer.half_closes == 1);
  CHECK(botd_client_process(stage.client, NULL) == 0 && botd_client_fd(stage.client) == -1);
  finish(&stage);
  CHECK(stage.seen.ended == 1);
}

static void close_on_second(const Botd__V1__Trade *trade, const botd_place *place, void *data) {
  stage *stage = data;
  (void)place;
  stage->seen.items += 1;
  if (trade->sequence == 2) botd_subscription_close(stage->subscription);
}

static void count_end(const botd_error *why, void *data) {
  stage *stage = data;
  stage->seen.ended += why->kind == BOTD_OK ? 1 : 100;
}

static void closing_within_a_callback_stops_at_once(void) {
  stage stage;
  CHECK(begin(&stage, leave_one_out, NULL, true));
  botd_subscription_close(stage.subscription);
  botd_follow follow = { .from_start = true, .on_trade = close_on_second, .on_end = count_end, .data = &stage };
  CHECK((stage.subscription = botd_follow_trades(stage.client, &follow, NULL)));
  CHECK(wait_for(&stage, &stage.seen.ended, 2) && stage.seen.items == 2 && stage.seen.ended == 2);
  finish(&stage);
}

static void send_one(peer *peer, uint32_t id, const Botd__V1__SubscribeTradesRequest *request) {
  note_request(peer, request);
  send_opened(peer, id, "journal", 1, 1);
  send_trade(peer, id, 1, 0, false);
}

/* Works for longer than three heartbeats. */
static void work_long(const Botd__V1__Trade *trade, const botd_place *place, void *data) {
  seen *seen = data;
  (void)trade, (void)place;
  for (int64_t until = clock_ms() + 700; clock_ms() < until;) seen->items = 1;
}

static void work_in_a_callback_is_no_silence(void) {
  stage stage;
  CHECK(begin(&stage, send_one, NULL, true));
  botd_follow follow = follow_into(&stage.seen);
  follow.on_trade = work_long;
  botd_subscription_close(stage.subscription);
  CHECK((stage.subscription = botd_follow_trades(stage.client, &follow, NULL)));
  CHECK(wait_for(&stage, &stage.seen.items, 1) && botd_client_process(stage.client, NULL) == 1 && stage.seen.reconnecting == 0);
  finish(&stage);
}

static void freeing_ends_what_is_open(void) {
  stage stage;
  CHECK(begin(&stage, fall_silent, NULL, true) && wait_for(&stage, &stage.seen.opened, 1));
  finish(&stage);
  CHECK(stage.seen.ended == 1 && stage.seen.end.kind == BOTD_ERROR_CANCELED);
}

const test follow_tests[] = {
  { "a gap is asked for again", a_gap_is_asked_for_again },
  { "repeats are dropped", repeats_are_dropped },
  { "a heartbeat tells of a loss", a_heartbeat_tells_of_a_loss },
  { "what is not recorded moves no bookmark", what_is_not_recorded_moves_no_bookmark },
  { "a gap before the unrecorded is one too", a_gap_before_the_unrecorded_is_one_too },
  { "every passing end is resumed", every_passing_end_is_resumed },
  { "a bookmark that is of no use is told", a_bookmark_that_is_of_no_use_is_told },
  { "an opening elsewhere is told", an_opening_elsewhere_is_told },
  { "three heartbeats of silence are death", three_heartbeats_of_silence_are_death },
  { "closing half-closes and drains", closing_half_closes_and_drains },
  { "closing within a callback stops at once", closing_within_a_callback_stops_at_once },
  { "work in a callback is no silence", work_in_a_callback_is_no_silence },
  { "freeing ends what is open", freeing_ends_what_is_open },
  { NULL, NULL }
};
