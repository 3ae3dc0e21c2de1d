/* Subscriptions through kill -9 of the real daemon, and its silence. */
#define _GNU_SOURCE

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

static bool is_rising(const seen *seen) {
  for (int i = 1; i < seen->items && i < SEEN_MAX; i++) {
    if (seen->sequences[i] <= seen->sequences[i - 1]) return false;
  }
  return true;
}

/* The sequences of all trades, by ListTrades; their number, or -1. */
static int list_trades(botd_client *client, int64_t *sequences, int room) {
  int count = 0;
  char token[1024] = "";
  Botd__V1__ListTradesRequest request = BOTD__V1__LIST_TRADES_REQUEST__INIT;
  request.page_size = 50;
  request.page_token = token;
  do {
    Botd__V1__ListTradesResponse *page = (Botd__V1__ListTradesResponse *)botd_call(
      client, &botd__v1__trade_service__descriptor, "ListTrades", &request.base, NULL);
    if (!page) return -1;
    for (size_t i = 0; i < page->n_trades && count < room; i++) sequences[count++] = page->trades[i]->sequence;
    snprintf(token, sizeof token, "%s", page->next_page_token);
    botd__v1__list_trades_response__free_unpacked(page, NULL);
  } while (*token);
  return count;
}

/* Creates and starts a bot that trades every few candles: several fills a second here. */
static bool start_trading(botd_client *client) {
  Botd__V1__KeyValue fast = BOTD__V1__KEY_VALUE__INIT, slow = BOTD__V1__KEY_VALUE__INIT, *parameters[] = { &fast, &slow };
  Botd__V1__BotSpec spec = BOTD__V1__BOT_SPEC__INIT;
  Botd__V1__CreateBotRequest create = BOTD__V1__CREATE_BOT_REQUEST__INIT;
  Botd__V1__StartBotRequest start = BOTD__V1__START_BOT_REQUEST__INIT;
  const ProtobufCServiceDescriptor *bots = &botd__v1__bot_service__descriptor;
  fast.key = "fast", fast.value = "2";
  slow.key = "slow", slow.value = "3";
  spec.symbol = "BTCUSDT", spec.strategy = "ema_cross", spec.interval = "1m", spec.capital = "10000";
  spec.parameters = parameters, spec.n_parameters = 2;
  create.bot_id = start.bot_id = "fast";
  create.spec = &spec;
  ProtobufCMessage *created = botd_call(client, bots, "CreateBot", &create.base, NULL);
  ProtobufCMessage *started = created ? botd_call(client, bots, "StartBot", &start.base, NULL) : NULL;
  bool done = started != NULL;
  protobuf_c_message_free_unpacked(created, NULL);
  protobuf_c_message_free_unpacked(started, NULL);
  return done;
}

static seen trades, events, later;

static void five_kills_lose_and_repeat_nothing(void) {
  process daemon = { 0 };
  static int64_t listed[SEEN_MAX];
  forget(&trades);
  forget(&events);
  CHECK(start_daemon(&daemon, scratch("kills"), scratch("kills.sock")));
  botd_client *client = client_of(scratch("kills.sock"), 10000, 1000);
  CHECK(start_trading(client));
  botd_follow follow_trades = follow_into(&trades), follow_events = follow_into(&events);
  CHECK(botd_follow_trades(client, &follow_trades, NULL) && botd_follow_events(client, &follow_events, NULL));
  for (int kills = 0; kills < 5; kills++) {
    CHECK(drive_client(client, &trades.items, trades.items + 3));
    end_process(&daemon, SIGKILL);
    CHECK(start_daemon(&daemon, scratch("kills"), scratch("kills.sock")));
  }
  CHECK(drive_client(client, &trades.opened, 6) && drive_client(client, &trades.items, trades.items + 3));
  CHECK(trades.reconnecting >= 5 && trades.ended == 0 && is_rising(&trades));
  int count = list_trades(client, listed, SEEN_MAX);
  CHECK(count >= trades.items && drive_client(client, &trades.items, count));
  CHECK(!memcmp(listed, trades.sequences, (size_t)count * sizeof *listed));
  /* Events: a second look at all of them sees the same. */
  forget(&later);
  follow_events = follow_into(&later);
  CHECK(drive_client(client, &events.caught_up, 1) && is_rising(&events));
  int compared = events.items < SEEN_MAX ? events.items : SEEN_MAX;
  CHECK(compared > 0 && botd_follow_events(client, &follow_events, NULL) && drive_client(client, &later.items, compared));
  CHECK(!memcmp(events.sequences, later.sequences, (size_t)compared * sizeof *later.sequences));
  botd_client_free(client);
  end_process(&daemon, SIGKILL);
}

static void a_stored_bookmark_goes_on_in_another_program(void) {
  process daemon = { 0 };
  forget(&trades);
  forget(&later);
  CHECK(start_daemon(&daemon, scratch("stored"), scratch("stored.sock")));
  botd_client *client = client_of(scratch("stored.sock"), 10000, 1000);
  CHECK(start_trading(client));
  botd_follow follow = follow_into(&trades);
  botd_subscription *subscription = botd_follow_trades(client, &follow, NULL);
  CHECK(subscription && drive_client(client, &trades.items, 5));
  char text[BOTD_BOOKMARK_SIZE];
  botd_bookmark_format(botd_subscription_bookmark(subscription), text);
  botd_subscription_close(subscription);
  CHECK(drive_client(client, &trades.ended, 1) && trades.end.kind == BOTD_OK);
  botd_client_free(client);
  botd_bookmark bookmark;
  CHECK(botd_bookmark_parse(&bookmark, text, NULL) == 0 && bookmark.sequence == trades.sequences[trades.items - 1]);
  client = client_of(scratch("stored.sock"), 10000, 1000);
  follow = follow_into(&later);
  follow.after = &bookmark;
  CHECK(botd_follow_trades(client, &follow, NULL) && drive_client(client, &later.items, 3));
  CHECK(is_rising(&later) && later.sequences[0] > bookmark.sequence);
  botd_client_free(client);
  end_process(&daemon, SIGKILL);
}

static void another_state_directory_is_another_journal(void) {
  process daemon = { 0 };
  forget(&trades);
  CHECK(start_daemon(&daemon, scratch("one"), scratch("journal.sock")));
  botd_client *client = client_of(scratch("journal.sock"), 10000, 1000);
  CHECK(start_trading(client));
  botd_follow follow = follow_into(&trades);
  CHECK(botd_follow_trades(client, &follow, NULL) && drive_client(client, &trades.items, 1));
  end_process(&daemon, SIGKILL);
  CHECK(start_daemon(&daemon, scratch("two"), scratch("journal.sock")));
  CHECK(drive_client(client, &trades.ended, 1) && trades.end.kind == BOTD_ERROR_JOURNAL_CHANGED);
  CHECK(trades.end.code == 11 && !strcmp(trades.end.reason, "OTHER_JOURNAL"));
  /* The same journal, but shorter than the bookmark. */
  botd_bookmark beyond = { "", 1000000000 };
  forget(&trades);
  follow.after = &beyond;
  CHECK(botd_follow_trades(client, &follow, NULL) && drive_client(client, &trades.ended, 1));
  CHECK(trades.end.kind == BOTD_ERROR_JOURNAL_CHANGED && !strcmp(trades.end.reason, "SEQUENCE_BEYOND_END"));
  CHECK(trades.items == 0 && botd_client_process(client, NULL) == 0);
  botd_client_free(client);
  end_process(&daemon, SIGKILL);
}

static void a_stopped_daemon_counts_as_dead_and_is_resumed(void) {
  process daemon = { 0 };
  forget(&trades);
  CHECK(start_daemon(&daemon, scratch("silent"), scratch("silent.sock")));
  botd_client *client = client_of(scratch("silent.sock"), 1000, 200);
  CHECK(start_trading(client));
  botd_follow follow = follow_into(&trades);
  CHECK(botd_follow_trades(client, &follow, NULL) && drive_client(client, &trades.items, 2));
  pause_process(&daemon);
  CHECK(drive_client(client, &trades.reconnecting, 2) && trades.ended == 0);
  kill(daemon.pid, SIGCONT);
  CHECK(drive_client(client, &trades.items, trades.items + 2) && is_rising(&trades));
  botd_client_free(client);
  end_process(&daemon, SIGKILL);
}

/* The callback makes blocking calls, and takes its time: the stream waits in the socket, and nothing is lost. */
static void call_within(const Botd__V1__Trade *trade, const botd_place *place, void *data) {
  botd_client **client = data;
  Botd__V1__GetBotRequest request = BOTD__V1__GET_BOT_REQUEST__INIT;
  request.bot_id = trade->bot_id;
  ProtobufCMessage *answer = botd_call(*client, &botd__v1__bot_service__descriptor, "GetBot", &request.base, NULL);
  if (answer && trades.items < SEEN_MAX) trades.sequences[trades.items++] = place->bookmark.sequence;
  protobuf_c_message_free_unpacked(answer, NULL);
}

static void calls_may_be_made_within_a_callback(void) {
  process daemon = { 0 };
  forget(&trades);
  CHECK(start_daemon(&daemon, scratch("within"), scratch("within.sock")));
  botd_client *client = client_of(scratch("within.sock"), 10000, 1000);
  CHECK(start_trading(client));
  botd_follow follow = { .from_start = true, .on_trade = call_within, .data = &client };
  CHECK(botd_follow_trades(client, &follow, NULL) && drive_client(client, &trades.items, 5) && is_rising(&trades));
  botd_client_free(client);
  end_process(&daemon, SIGKILL);
}

const test resume_tests[] = {
  { "five kills lose and repeat nothing", five_kills_lose_and_repeat_nothing },
  { "a stored bookmark goes on in another program", a_stored_bookmark_goes_on_in_another_program },
  { "another state directory is another journal", another_state_directory_is_another_journal },
  { "a stopped daemon counts as dead and is resumed", a_stopped_daemon_counts_as_dead_and_is_resumed },
  { "calls may be made within a callback", calls_may_be_made_within_a_callback },
  { NULL, NULL }
};
