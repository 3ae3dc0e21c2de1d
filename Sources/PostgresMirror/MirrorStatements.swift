extension MirrorSchema {
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
      INSERT INTO botd.bots (journal_id, bot_id, created_sequence, symbol, candle_interval, strategy, parameters, capital, risk_per_trade,
        maximum_position, stop_loss, take_profit, trailing_stop, trailing_stop_atr, time_stop_candles, cooldown_candles, sizing, sizing_atr,
        compound, auto_start, created_at, updated_at, guards, entry, entry_offset, entry_lifetime, entry_then)
      SELECT $1::text, id, created, symbol, span, strategy, parameters, capital::numeric, risk::numeric, maximum::numeric, stop::numeric,
        target::numeric, trail::numeric, ranges::numeric, time_stop, cooldown, sizing, sizing_ranges::numeric, compound <> 0, auto <> 0,
        \(time("made")), \(time("at")), guards, entry, entry_offset::numeric, entry_lifetime, entry_then
      FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
        $12::text[], $13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::text[], $18::text[], $19::bigint[], $20::bigint[],
        $21::bigint[], $22::bigint[], $23::text[], $24::text[], $25::text[], $26::bigint[], $27::text[])
        AS t(id, created, symbol, span, strategy, parameters, capital, risk, maximum, stop, target, trail, ranges, time_stop, cooldown,
          sizing, sizing_ranges, compound, auto, made, at, guards, entry, entry_offset, entry_lifetime, entry_then)
      ON CONFLICT (journal_id, bot_id, created_sequence) DO UPDATE SET symbol = excluded.symbol, candle_interval = excluded.candle_interval,
        strategy = excluded.strategy, parameters = excluded.parameters, capital = excluded.capital,
        risk_per_trade = excluded.risk_per_trade, maximum_position = excluded.maximum_position, stop_loss = excluded.stop_loss,
        take_profit = excluded.take_profit, trailing_stop = excluded.trailing_stop, trailing_stop_atr = excluded.trailing_stop_atr,
        time_stop_candles = excluded.time_stop_candles, cooldown_candles = excluded.cooldown_candles, sizing = excluded.sizing,
        sizing_atr = excluded.sizing_atr, compound = excluded.compound, auto_start = excluded.auto_start, updated_at = excluded.updated_at,
        guards = excluded.guards, entry = excluded.entry, entry_offset = excluded.entry_offset,
        entry_lifetime = excluded.entry_lifetime, entry_then = excluded.entry_then
      """
    ),
    (
      "bot_states",
      """
      UPDATE botd.bots SET state = t.state, state_cause = t.cause, state_reason = t.reason, updated_at = \(time("t.at"))
      FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[]) AS t(id, created, state, cause, reason, at)
      WHERE journal_id = $1::text AND bot_id = t.id AND created_sequence = t.created
      """
    ),
    (
      "bots_removed",
      """
      UPDATE botd.bots SET removed_at = \(time("t.at")), updated_at = \(time("t.at"))
      FROM unnest($2::text[], $3::bigint[], $4::bigint[]) AS t(id, created, at)
      WHERE journal_id = $1::text AND bot_id = t.id AND created_sequence = t.created
      """
    ),
    (
      "orders",
      """
      INSERT INTO botd.orders (journal_id, client_order_id, sequence, bot_id, created_sequence, symbol, side, type, time_in_force, quantity,
        price, stop_price, purpose, reason, decision_price, quote_quantity, created_at, updated_at)
      SELECT $1::text, id, sequence, bot, created, symbol, side, type, force, quantity::numeric, price::numeric, stop::numeric, purpose,
        reason, decision::numeric, amount::numeric, \(time("at")), \(time("at"))
      FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
        $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::bigint[])
        AS t(id, sequence, bot, created, symbol, side, type, force, quantity, price, stop, purpose, reason, decision, amount, at)
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
      INSERT INTO botd.fills (journal_id, sequence, symbol, trade_id, venue_order_id, bot_id, created_sequence, client_order_id, side,
        purpose, price, quantity, quote_quantity, commission, commission_asset, commission_rate, is_maker, realized_pnl, closes_position,
        reason, filled_at)
      SELECT $1::text, sequence, symbol, trade, venue, bot, created, cid, side, purpose, price::numeric, quantity::numeric, quote::numeric,
        commission::numeric, asset, rate::numeric, maker <> 0, pnl::numeric, closes <> 0, reason, \(time("at"))
      FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[],
        $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::bigint[], $18::text[], $19::bigint[],
        $20::text[], $21::bigint[])
        AS t(sequence, symbol, trade, venue, bot, created, cid, side, purpose, price, quantity, quote, commission, asset, rate, maker, pnl,
          closes, reason, at)
      """
    ),
    (
      "positions",
      """
      INSERT INTO botd.positions (journal_id, bot_id, created_sequence, symbol, quantity, cost, average_price, realized_pnl, is_open,
        opened_at, updated_at)
      SELECT $1::text, bot, created, symbol, quantity::numeric, cost::numeric, average::numeric, pnl::numeric, open <> 0,
        CASE WHEN open <> 0 THEN \(time("opened")) END, \(time("at"))
      FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[],
        $11::bigint[])
        AS t(bot, created, symbol, quantity, cost, average, pnl, open, opened, at)
      ON CONFLICT (journal_id, bot_id, created_sequence) DO UPDATE SET symbol = excluded.symbol, quantity = excluded.quantity,
        cost = excluded.cost, average_price = excluded.average_price, realized_pnl = excluded.realized_pnl, is_open = excluded.is_open,
        opened_at = excluded.opened_at, updated_at = excluded.updated_at
      """
    ),
    (
      "equity_samples",
      """
      INSERT INTO botd.equity (journal_id, sequence, recorded_at, equity, realized, unrealized, position_value)
      SELECT $1::text, sequence, \(time("at")), equity::numeric, realized::numeric, unrealized::numeric, value::numeric
      FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
        AS t(sequence, at, equity, realized, unrealized, value)
      """
    ),
    (
      "equity",
      """
      INSERT INTO botd.equity (journal_id, sequence, recorded_at, bot_id, created_sequence, quote_asset, equity, net_profit, realized,
        unrealized, position_value, flow)
      SELECT $1::text, sequence, \(time("at")), bot, created, quote, equity::numeric, net::numeric, realized::numeric, unrealized::numeric,
        value::numeric, flow::numeric
      FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
        $11::text[], $12::text[])
        AS t(sequence, at, bot, created, quote, equity, net, realized, unrealized, value, flow)
      """
    ),
    ("statistics", MirrorFigures.statement),
    (
      "alerts",
      """
      INSERT INTO botd.alerts (journal_id, sequence, raised_at, code, severity, bot_id, created_sequence, message)
      SELECT $1::text, sequence, \(time("at")), code, severity, bot, created, message
      FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[])
        AS t(sequence, at, code, severity, bot, created, message)
      """
    ),
  ]

  /// A timestamp from microseconds since the epoch, exactly.
  static func time(_ column: String) -> String { "'epoch'::timestamptz + \(column) * interval '1 microsecond'" }
}
