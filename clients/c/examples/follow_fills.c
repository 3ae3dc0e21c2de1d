/*
 * Creates a bot, starts it, follows its fills (also through restarts of the daemon) and stops it after some.
 *
 *   follow_fills [BOT [FILLS]]      by default bot c-example, 10 fills; the daemon is that of BOTD_ADDRESS, else the default socket
 *
 * Build: cc follow_fills.c $(pkg-config --cflags --libs botd)
 */
#include <botd.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct follower {
  botd_subscription *subscription;
  int left;
  bool failed;
} follower;

/* Prints why a call failed, with all that is wrong with its request. */
static void print_error(const char *what, const botd_error *error) {
  fprintf(stderr, "%s: %s (%s)\n", what, error->message, botd_code_name(error->code));
  for (size_t i = 0; error->info && i < error->info->n_violations; i++) {
    fprintf(stderr, "  %s: %s\n", error->info->violations[i]->field, error->info->violations[i]->message);
  }
}

/* Makes a call whose answer does not matter. */
static bool change(botd_client *client, const char *method, ProtobufCMessage *request) {
  botd_error error = BOTD_ERROR_INIT;
  ProtobufCMessage *answer = botd_call(client, &botd__v1__bot_service__descriptor, method, request, &error);
  bool done = answer != NULL;
  if (done) protobuf_c_message_free_unpacked(answer, NULL);
  else print_error(method, &error);
  botd_error_clear(&error);
  return done;
}

static bool create_bot(botd_client *client, char *bot) {
  Botd__V1__BotSpec spec = BOTD__V1__BOT_SPEC__INIT;
  Botd__V1__CreateBotRequest create = BOTD__V1__CREATE_BOT_REQUEST__INIT;
  Botd__V1__StartBotRequest start = BOTD__V1__START_BOT_REQUEST__INIT;
  spec.symbol = "BTCUSDT";
  spec.strategy = "ema_cross";
  spec.interval = "1m";
  spec.capital = "1000";
  create.bot_id = bot;
  create.spec = &spec;
  start.bot_id = bot;
  return change(client, "CreateBot", &create.base) && change(client, "StartBot", &start.base);
}

static void on_trade(const Botd__V1__Trade *trade, const botd_place *place, void *data) {
  follower *fills = data;
  char bookmark[BOTD_BOOKMARK_SIZE];
  botd_bookmark_format(&place->bookmark, bookmark);
  printf("%s %s %s %s @ %s, profit %s%s\n", bookmark, trade->side == BOTD__V1__SIDE__SIDE_BUY ? "buy " : "sell", trade->quantity,
         trade->symbol, trade->price, trade->realized_pnl, place->not_recorded ? " (not in the journal)" : "");
  fflush(stdout);
  if (--fills->left == 0) botd_subscription_close(fills->subscription);
}

static void on_state(botd_state state, const botd_error *why, void *data) {
  (void)data;
  if (state == BOTD_STATE_RECONNECTING) fprintf(stderr, "reconnecting: %s\n", why->message);
}

static void on_end(const botd_error *why, void *data) {
  follower *fills = data;
  fills->failed = why->kind != BOTD_OK;
  if (fills->failed) print_error("the subscription ended", why);
}

/* Follows the fills of one bot until enough have come. */
static bool follow(botd_client *client, const char *bot, int count) {
  const char *bots[] = { bot };
  follower fills = { .left = count };
  botd_error error = BOTD_ERROR_INIT;
  botd_follow what = {
    .from_start = true, .bot_ids = bots, .bot_id_count = 1, .on_trade = on_trade, .on_state = on_state, .on_end = on_end, .data = &fills
  };
  fills.subscription = botd_follow_trades(client, &what, &error);
  if (!fills.subscription) print_error("following", &error);
  bool followed = fills.subscription && botd_client_run(client, -1, &error) == 0;
  botd_error_clear(&error);
  return followed && !fills.failed;
}

int main(int count, char **arguments) {
  char *bot = count > 1 ? arguments[1] : "c-example";
  botd_error error = BOTD_ERROR_INIT;
  botd_client *client = botd_client_new(NULL, NULL, &error);
  if (!client) return print_error("client", &error), 1;
  bool done = create_bot(client, bot) && follow(client, bot, count > 2 ? atoi(arguments[2]) : 10);
  Botd__V1__StopBotRequest stop = BOTD__V1__STOP_BOT_REQUEST__INIT;
  stop.bot_id = bot;
  done = done && change(client, "StopBot", &stop.base);
  botd_client_free(client);
  return done ? 0 : 1;
}
