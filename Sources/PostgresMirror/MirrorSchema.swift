/// The database's schema `botd` and its migrations.
///
/// `journal` is the log itself, byte for byte. The other tables are what people query; they are derived from the log in the same
/// transaction and are never read back for a decision, except `positions`, which is folded on.
enum MirrorSchema {
  /// Each migration runs once, in its own transaction; never edit one that was released.
  static let migrations: [String] = [
    """
    CREATE TABLE botd.journals (
      journal_id text PRIMARY KEY,
      mode text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE botd.journal (
      journal_id text NOT NULL REFERENCES botd.journals,
      sequence bigint NOT NULL,
      time_ns bigint NOT NULL,
      kind smallint NOT NULL,
      request_id text NOT NULL,
      payload bytea NOT NULL,
      PRIMARY KEY (journal_id, sequence));
    CREATE TABLE botd.bots (
      journal_id text NOT NULL, bot_id text NOT NULL,
      symbol text NOT NULL, candle_interval text NOT NULL, strategy text NOT NULL, parameters text NOT NULL,
      capital numeric NOT NULL, risk_per_trade numeric NOT NULL, maximum_position numeric NOT NULL,
      stop_loss numeric NOT NULL, take_profit numeric NOT NULL, trailing_stop numeric NOT NULL,
      state text NOT NULL DEFAULT 'stopped', state_reason text NOT NULL DEFAULT '',
      created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, removed_at timestamptz,
      PRIMARY KEY (journal_id, bot_id));
    CREATE TABLE botd.orders (
      journal_id text NOT NULL, client_order_id text NOT NULL, sequence bigint NOT NULL,
      bot_id text NOT NULL, symbol text NOT NULL, side text NOT NULL, type text NOT NULL, time_in_force text NOT NULL,
      quantity numeric NOT NULL, price numeric NOT NULL, stop_price numeric NOT NULL,
      purpose text NOT NULL, reason text NOT NULL, decision_price numeric NOT NULL,
      status text NOT NULL DEFAULT 'submitted', venue_order_id bigint NOT NULL DEFAULT 0,
      executed_quantity numeric NOT NULL DEFAULT 0, cumulative_quote numeric NOT NULL DEFAULT 0, status_reason text NOT NULL DEFAULT '',
      created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
      PRIMARY KEY (journal_id, client_order_id));
    CREATE INDEX orders_bot ON botd.orders (journal_id, bot_id, sequence);
    CREATE TABLE botd.fills (
      journal_id text NOT NULL, sequence bigint NOT NULL,
      symbol text NOT NULL, trade_id bigint NOT NULL, venue_order_id bigint NOT NULL,
      bot_id text, client_order_id text, side text NOT NULL, purpose text NOT NULL,
      price numeric NOT NULL, quantity numeric NOT NULL, quote_quantity numeric NOT NULL,
      commission numeric NOT NULL, commission_asset text NOT NULL, is_maker boolean NOT NULL,
      realized_pnl numeric NOT NULL, closes_position boolean NOT NULL, reason text NOT NULL, filled_at timestamptz NOT NULL,
      PRIMARY KEY (journal_id, sequence));
    CREATE INDEX fills_bot ON botd.fills (journal_id, bot_id, sequence);
    CREATE INDEX fills_trade ON botd.fills (journal_id, symbol, trade_id);
    CREATE TABLE botd.positions (
      journal_id text NOT NULL, bot_id text NOT NULL, symbol text NOT NULL,
      quantity numeric NOT NULL, cost numeric NOT NULL, average_price numeric NOT NULL, realized_pnl numeric NOT NULL,
      is_open boolean NOT NULL, opened_at timestamptz, updated_at timestamptz NOT NULL,
      PRIMARY KEY (journal_id, bot_id));
    CREATE TABLE botd.equity (
      journal_id text NOT NULL, sequence bigint NOT NULL, recorded_at timestamptz NOT NULL,
      equity numeric NOT NULL, realized numeric NOT NULL, unrealized numeric NOT NULL, exposure numeric NOT NULL,
      PRIMARY KEY (journal_id, sequence))
    """
  ]

  /// Statements of a batch by name; `$1` is the journal's id, the others are arrays of one length.
  static let statements: [(name: String, sql: String)] = [
    (
      "journal",
      """
      INSERT INTO botd.journal (journal_id, sequence, time_ns, kind, request_id, payload)
      SELECT $1::text, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bytea[])
      """
    ),
    (
      "bots",
      """
      INSERT INTO botd.bots (journal_id, bot_id, symbol, candle_interval, strategy, parameters, capital, risk_per_trade, maximum_position,
        stop_loss, take_profit, trailing_stop, created_at, updated_at)
      SELECT $1::text, id, symbol, span, strategy, parameters, capital::numeric, risk::numeric, maximum::numeric, stop::numeric,
        target::numeric, trail::numeric, \(time("at")), \(time("at"))
      FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
        $12::text[], $13::bigint[]) AS t(id, symbol, span, strategy, parameters, capital, risk, maximum, stop, target, trail, at)
      ON CONFLICT (journal_id, bot_id) DO UPDATE SET symbol = excluded.symbol, candle_interval = excluded.candle_interval,
        strategy = excluded.strategy, parameters = excluded.parameters, capital = excluded.capital,
        risk_per_trade = excluded.risk_per_trade, maximum_position = excluded.maximum_position, stop_loss = excluded.stop_loss,
        take_profit = excluded.take_profit, trailing_stop = excluded.trailing_stop, updated_at = excluded.updated_at,
        created_at = CASE WHEN botd.bots.removed_at IS NULL THEN botd.bots.created_at ELSE excluded.created_at END,
        state = CASE WHEN botd.bots.removed_at IS NULL THEN botd.bots.state ELSE 'stopped' END, removed_at = NULL
      """
    ),
    (
      "bot_states",
      """
      UPDATE botd.bots SET state = t.state, state_reason = t.reason, updated_at = \(time("t.at"))
      FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) AS t(id, state, reason, at)
      WHERE journal_id = $1::text AND bot_id = t.id
      """
    ),
    (
      "bots_removed",
      """
      UPDATE botd.bots SET removed_at = \(time("t.at")), updated_at = \(time("t.at"))
      FROM unnest($2::text[], $3::bigint[]) AS t(id, at) WHERE journal_id = $1::text AND bot_id = t.id
      """
    ),
    (
      "orders",
      """
      INSERT INTO botd.orders (journal_id, client_order_id, sequence, bot_id, symbol, side, type, time_in_force, quantity, price, stop_price,
        purpose, reason, decision_price, created_at, updated_at)
      SELECT $1::text, id, sequence, bot, symbol, side, type, force, quantity::numeric, price::numeric, stop::numeric, purpose, reason,
        decision::numeric, \(time("at")), \(time("at"))
      FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
        $12::text[], $13::text[], $14::text[], $15::bigint[])
        AS t(id, sequence, bot, symbol, side, type, force, quantity, price, stop, purpose, reason, decision, at)
      ON CONFLICT DO NOTHING
      """
    ),
    (
      "order_updates",
      """
      UPDATE botd.orders SET status = t.status, venue_order_id = CASE WHEN t.venue = 0 THEN venue_order_id ELSE t.venue END,
        executed_quantity = t.executed::numeric, cumulative_quote = t.quote::numeric, status_reason = t.reason, updated_at = \(time("t.at"))
      FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[])
        AS t(id, status, venue, executed, quote, reason, at)
      WHERE journal_id = $1::text AND client_order_id = t.id
      """
    ),
    (
      "fills",
      """
      INSERT INTO botd.fills (journal_id, sequence, symbol, trade_id, venue_order_id, bot_id, client_order_id, side, purpose, price, quantity,
        quote_quantity, commission, commission_asset, is_maker, realized_pnl, closes_position, reason, filled_at)
      SELECT $1::text, sequence, symbol, trade, venue, bot, cid, side, purpose, price::numeric, quantity::numeric, quote::numeric,
        commission::numeric, asset, maker <> 0, pnl::numeric, closes <> 0, reason, \(time("at"))
      FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
        $11::text[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::text[], $17::bigint[], $18::text[], $19::bigint[])
        AS t(sequence, symbol, trade, venue, bot, cid, side, purpose, price, quantity, quote, commission, asset, maker, pnl, closes, reason, at)
      """
    ),
    (
      "positions",
      """
      INSERT INTO botd.positions (journal_id, bot_id, symbol, quantity, cost, average_price, realized_pnl, is_open, opened_at, updated_at)
      SELECT $1::text, bot, symbol, quantity::numeric, cost::numeric, average::numeric, pnl::numeric, open <> 0,
        CASE WHEN open <> 0 THEN \(time("opened")) END, \(time("at"))
      FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[])
        AS t(bot, symbol, quantity, cost, average, pnl, open, opened, at)
      ON CONFLICT (journal_id, bot_id) DO UPDATE SET symbol = excluded.symbol, quantity = excluded.quantity, cost = excluded.cost,
        average_price = excluded.average_price, realized_pnl = excluded.realized_pnl, is_open = excluded.is_open,
        opened_at = excluded.opened_at, updated_at = excluded.updated_at
      """
    ),
    (
      "equity",
      """
      INSERT INTO botd.equity (journal_id, sequence, recorded_at, equity, realized, unrealized, exposure)
      SELECT $1::text, sequence, \(time("at")), equity::numeric, realized::numeric, unrealized::numeric, exposure::numeric
      FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
        AS t(sequence, at, equity, realized, unrealized, exposure)
      """
    ),
  ]

  /// A timestamp from microseconds since the epoch, exactly.
  private static func time(_ column: String) -> String { "'epoch'::timestamptz + \(column) * interval '1 microsecond'" }
}
