/*
 * The scenario that every client passes: creates and starts a bot, follows its trades through restarts of the daemon, stops it on the
 * line "stop", and lists what it traded. JSON lines on standard output, errors on standard error.
 *
 *   scenario --address ADDR --bot ID --symbol BTCUSDT [--bookmark-file F]
 */
#define _POSIX_C_SOURCE 200809L

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "botd.h"

typedef struct scenario {
  const char *address, *bot, *symbol, *bookmark_file;
  botd_client *client;
  botd_subscription *subscription;
  bool failed, stopping, over;
} scenario;

static bool complain(const botd_error *error) {
  fprintf(stderr, "scenario: %s (%s, %s)\n", error->message, botd_code_name(error->code), botd_error_kind_name(error->kind));
  for (size_t i = 0; error->info && i < error->info->n_violations; i++) {
    const Botd__V1__FieldViolation *violation = error->info->violations[i];
    fprintf(stderr, "scenario: %s: %s %s\n", violation->field, violation->reason, violation->message);
  }
  return false;
}

/* Prints `"name":"value"`. */
static void print_text(const char *name, const char *value) {
  printf(",\"%s\":\"", name);
  for (const unsigned char *at = (const unsigned char *)value; *at; at++) {
    if (*at == '"' || *at == '\\') printf("\\%c", *at);
    else if (*at < 0x20) printf("\\u%04x", *at);
    else putchar(*at);
  }
  putchar('"');
}

static void print_trade(const Botd__V1__Trade *trade) {
  printf("{\"sequence\":%lld,\"previous_sequence\":%lld", (long long)trade->sequence, (long long)trade->previous_sequence);
  print_text("trade_id", trade->trade_id);
  print_text("symbol", trade->symbol);
  print_text("client_order_id", trade->client_order_id);
  print_text("price", trade->price);
  print_text("quantity", trade->quantity);
  print_text("side", trade->side == BOTD__V1__SIDE__SIDE_BUY ? "BUY" : "SELL");
  putchar('}');
}

/* Replaces the file in one step, so that a crash leaves the old bookmark or the new one. */
static bool store(const char *file, const botd_bookmark *bookmark) {
  char text[BOTD_BOOKMARK_SIZE], temporary[4096];
  botd_bookmark_format(bookmark, text);
  if (snprintf(temporary, sizeof temporary, "%s.new", file) >= (int)sizeof temporary) return false;
  FILE *out = fopen(temporary, "w");
  if (!out) return false;
  bool written = fprintf(out, "%s\n", text) > 0;
  return fclose(out) == 0 && written && rename(temporary, file) == 0;
}

static void on_trade(const Botd__V1__Trade *trade, const botd_place *place, void *data) {
  scenario *run = data;
  print_trade(trade);
  putchar('\n');
  fflush(stdout);
  if (run->bookmark_file && !store(run->bookmark_file, &place->bookmark)) {
    fprintf(stderr, "scenario: cannot write %s\n", run->bookmark_file);
    run->failed = true;
  }
}

static void on_state(botd_state state, const botd_error *why, void *data) {
  (void)data;
  if (state == BOTD_STATE_RECONNECTING) fprintf(stderr, "scenario: reconnecting: %s\n", why->message);
}

static void on_end(const botd_error *why, void *data) {
  scenario *run = data;
  run->over = true;
  if (why->kind != BOTD_OK) run->failed = !complain(why);
}

static bool create_and_start(scenario *run) {
  botd_error error = BOTD_ERROR_INIT;
  Botd__V1__KeyValue fast = BOTD__V1__KEY_VALUE__INIT, slow = BOTD__V1__KEY_VALUE__INIT;
  fast.key = "fast", fast.value = "2";
  slow.key = "slow", slow.value = "3";
  Botd__V1__KeyValue *parameters[] = { &fast, &slow };
  Botd__V1__BotSpec spec = BOTD__V1__BOT_SPEC__INIT;
  spec.symbol = (char *)run->symbol;
  spec.strategy = "ema_cross";
  spec.parameters = parameters;
  spec.n_parameters = 2;
  spec.interval = "1m";
  spec.capital = "10000";
  Botd__V1__CreateBotRequest create = BOTD__V1__CREATE_BOT_REQUEST__INIT;
  create.bot_id = (char *)run->bot;
  create.spec = &spec;
  Botd__V1__StartBotRequest start = BOTD__V1__START_BOT_REQUEST__INIT;
  start.bot_id = (char *)run->bot;
  const ProtobufCServiceDescriptor *bots = &botd__v1__bot_service__descriptor;
  ProtobufCMessage *created = botd_call(run->client, bots, "CreateBot", &create.base, &error);
  ProtobufCMessage *started = created ? botd_call(run->client, bots, "StartBot", &start.base, &error) : NULL;
  bool done = started || complain(&error);
  protobuf_c_message_free_unpacked(created, NULL);
  protobuf_c_message_free_unpacked(started, NULL);
  botd_error_clear(&error);
  return done;
}

static bool stop(scenario *run) {
  botd_error error = BOTD_ERROR_INIT;
  Botd__V1__StopBotRequest request = BOTD__V1__STOP_BOT_REQUEST__INIT;
  request.bot_id = (char *)run->bot;
  ProtobufCMessage *stopped = botd_call(run->client, &botd__v1__bot_service__descriptor, "StopBot", &request.base, &error);
  bool done = stopped || complain(&error);
  protobuf_c_message_free_unpacked(stopped, NULL);
  botd_error_clear(&error);
  return done;
}

/* Follows until the line "stop" (or the end of standard input), then until the stream has drained. */
static bool follow(scenario *run) {
  botd_error error = BOTD_ERROR_INIT;
  const char *bots[] = { run->bot };
  botd_follow what = {
    .from_start = true, .bot_ids = bots, .bot_id_count = 1, .on_trade = on_trade, .on_state = on_state, .on_end = on_end, .data = run
  };
  run->subscription = botd_follow_trades(run->client, &what, &error);
  if (!run->subscription) run->failed = run->over = !complain(&error);
  botd_error_clear(&error);
  while (!run->over) {
    struct pollfd ready[] = {
      { .fd = botd_client_fd(run->client), .events = botd_client_events(run->client) },
      { .fd = run->stopping ? -1 : STDIN_FILENO, .events = POLLIN }
    };
    poll(ready, 2, botd_client_wait_ms(run->client));
    if (ready[1].revents) {
      char line[64];
      if (fgets(line, sizeof line, stdin) && strcmp(line, "stop\n")) continue;
      run->stopping = true;
      if (!stop(run)) return false;
      botd_client_process(run->client, NULL); /* what has come meanwhile */
      botd_subscription_close(run->subscription);
    }
    botd_client_process(run->client, NULL);
  }
  return !run->failed;
}

static bool list(scenario *run) {
  botd_error error = BOTD_ERROR_INIT;
  char token[1024] = "", *bots[] = { (char *)run->bot };
  Botd__V1__ListTradesRequest request = BOTD__V1__LIST_TRADES_REQUEST__INIT;
  request.page_size = 50;
  request.page_token = token;
  request.bot_ids = bots;
  request.n_bot_ids = 1;
  do {
    Botd__V1__ListTradesResponse *page = (Botd__V1__ListTradesResponse *)botd_call(
      run->client, &botd__v1__trade_service__descriptor, "ListTrades", &request.base, &error);
    if (!page) {
      complain(&error);
      botd_error_clear(&error);
      return false;
    }
    for (size_t i = 0; i < page->n_trades; i++) {
      printf("{\"listed\":");
      print_trade(page->trades[i]);
      puts("}");
    }
    snprintf(token, sizeof token, "%s", page->next_page_token);
    botd__v1__list_trades_response__free_unpacked(page, NULL);
  } while (*token);
  return true;
}

static bool read_arguments(scenario *run, int count, char **arguments) {
  for (int i = 1; i + 1 < count; i += 2) {
    if (!strcmp(arguments[i], "--address")) run->address = arguments[i + 1];
    else if (!strcmp(arguments[i], "--bot")) run->bot = arguments[i + 1];
    else if (!strcmp(arguments[i], "--symbol")) run->symbol = arguments[i + 1];
    else if (!strcmp(arguments[i], "--bookmark-file")) run->bookmark_file = arguments[i + 1];
    else return false;
  }
  return count % 2 == 1 && run->bot && run->symbol;
}

int main(int count, char **arguments) {
  scenario run = { 0 };
  botd_error error = BOTD_ERROR_INIT;
  setvbuf(stdin, NULL, _IONBF, 0); /* poll sees all that fgets has not taken */
  if (!read_arguments(&run, count, arguments)) {
    fprintf(stderr, "usage: scenario [--address ADDR] --bot ID --symbol SYMBOL [--bookmark-file F]\n");
    return 1;
  }
  run.client = botd_client_new(run.address, NULL, &error);
  if (!run.client) return complain(&error), 1;
  bool done = create_and_start(&run);
  if (done) {
    puts("{\"ready\":true}");
    fflush(stdout);
    done = follow(&run) && list(&run);
  }
  if (done) puts("{\"done\":true}");
  botd_client_free(run.client);
  return done ? 0 : 1;
}
