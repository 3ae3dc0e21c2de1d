/// The views that people query, with what each column means, and who may read. A migration like the others: never edited once released.
enum MirrorViews {
  static let migration = """
    CREATE VIEW botd.profit_per_bot_and_day AS
    WITH ends AS (
      SELECT DISTINCT ON (journal_id, bot_id, created_sequence, (recorded_at AT TIME ZONE 'UTC')::date)
        journal_id, bot_id, created_sequence, quote_asset, (recorded_at AT TIME ZONE 'UTC')::date AS day, realized, net_profit, equity
      FROM botd.equity WHERE bot_id IS NOT NULL
      ORDER BY journal_id, bot_id, created_sequence, (recorded_at AT TIME ZONE 'UTC')::date, recorded_at DESC, sequence DESC),
    traded AS (
      SELECT e.journal_id, e.bot_id, e.created_sequence, (e.recorded_at AT TIME ZONE 'UTC')::date AS day, count(*) AS fills,
        sum(f.quote_quantity) AS turnover
      FROM botd.fills f
      JOIN botd.equity e ON e.journal_id = f.journal_id AND e.sequence = f.sequence AND e.bot_id = f.bot_id
        AND e.created_sequence = f.created_sequence
      GROUP BY 1, 2, 3, 4)
    SELECT ends.journal_id, ends.day, ends.bot_id, ends.created_sequence, ends.quote_asset,
      ends.realized - lag(ends.realized, 1, 0::numeric) OVER bot AS realized_profit,
      ends.net_profit - lag(ends.net_profit, 1, 0::numeric) OVER bot AS net_profit,
      coalesce(traded.fills, 0) AS fills, coalesce(traded.turnover, 0) AS turnover, ends.equity AS equity_at_end
    FROM ends LEFT JOIN traded USING (journal_id, bot_id, created_sequence, day)
    WINDOW bot AS (PARTITION BY ends.journal_id, ends.bot_id, ends.created_sequence ORDER BY ends.day);

    CREATE VIEW botd.profit_per_day AS
    SELECT journal_id, day, quote_asset, sum(realized_profit) AS realized_profit, sum(net_profit) AS net_profit, sum(fills)::bigint AS fills,
      sum(turnover) AS turnover
    FROM botd.profit_per_bot_and_day GROUP BY journal_id, day, quote_asset;

    CREATE VIEW botd.equity_per_bot AS
    SELECT s.journal_id, s.bot_id, s.created_sequence, b.symbol, b.strategy, b.state, s.quote_asset, s.capital, s.equity,
      s.realized_pnl AS realized_profit, s.unrealized_pnl AS unrealized_profit, s.net_pnl AS net_profit, s.return_fraction,
      s.max_drawdown_fraction, s.trades, s.win_rate, s.fees_total AS fees, s.updated_at
    FROM botd.statistics s JOIN botd.bots b USING (journal_id, bot_id, created_sequence)
    WHERE b.removed_at IS NULL;

    CREATE VIEW botd.positions_now AS
    SELECT p.journal_id, p.bot_id, p.created_sequence, p.symbol, p.quantity, p.average_price, p.cost, s.quote_asset,
      s.position_value, s.unrealized_pnl AS unrealized_profit, p.opened_at,
      (SELECT max(o.stop_price) FROM botd.orders o
        WHERE o.journal_id = p.journal_id AND o.bot_id = p.bot_id AND o.created_sequence = p.created_sequence
          AND o.side = 'sell' AND o.stop_price > 0 AND o.status IN ('accepted', 'partially_filled')) AS resting_stop_price
    FROM botd.positions p
    JOIN botd.bots b USING (journal_id, bot_id, created_sequence)
    LEFT JOIN botd.statistics s USING (journal_id, bot_id, created_sequence)
    WHERE p.is_open AND b.removed_at IS NULL;

    COMMENT ON SCHEMA botd IS 'The journal of botd, and what is derived from it. botd writes it and reads nothing but the journal back.';
    COMMENT ON VIEW botd.profit_per_bot_and_day IS
      'What each bot, removed ones included, earned on each UTC day on which anything about its money changed; the sums are the totals of botd.statistics. A fill belongs to the day on which it was journaled.';
    COMMENT ON COLUMN botd.profit_per_bot_and_day.created_sequence IS 'Tells bots of the same name apart: a bot created again starts at zero.';
    COMMENT ON COLUMN botd.profit_per_bot_and_day.realized_profit IS 'Realized that day, after fees, in quote_asset.';
    COMMENT ON COLUMN botd.profit_per_bot_and_day.net_profit IS 'Change of realized and unrealized profit that day, in quote_asset.';
    COMMENT ON COLUMN botd.profit_per_bot_and_day.turnover IS 'What the fills were worth, in quote_asset.';
    COMMENT ON COLUMN botd.profit_per_bot_and_day.equity_at_end IS 'Capital and net profit after the last change of the day.';
    COMMENT ON VIEW botd.profit_per_day IS 'The same for all bots together, by quote asset.';
    COMMENT ON VIEW botd.equity_per_bot IS
      'What each bot has now, after the last entry that concerned it (updated_at); removed bots are left out. Amounts are in quote_asset.';
    COMMENT ON COLUMN botd.equity_per_bot.equity IS 'Capital, realized and unrealized profit.';
    COMMENT ON COLUMN botd.equity_per_bot.return_fraction IS 'Time-weighted return since the first start: 0.05 is 5 %.';
    COMMENT ON COLUMN botd.equity_per_bot.win_rate IS 'Of the trades that ended, the fraction that won; NULL before the first.';
    COMMENT ON VIEW botd.positions_now IS 'Open positions, at the last price that the journal knows.';
    COMMENT ON COLUMN botd.positions_now.cost IS 'What the position cost, fees included, in quote_asset.';
    COMMENT ON COLUMN botd.positions_now.resting_stop_price IS
      'Where a stop of the bot''s own rests; NULL: none does, it is watched by botd alone, or covered by a stop that bots share.';
    COMMENT ON TABLE botd.bots IS 'A row for each bot that is or was.';
    COMMENT ON TABLE botd.orders IS 'A row for each order ever.';
    COMMENT ON TABLE botd.fills IS 'A row for each fill ever.';
    COMMENT ON TABLE botd.positions IS 'What each bot holds or held, dust included.';
    COMMENT ON TABLE botd.equity IS 'A row for each change of a bot''s or a portfolio''s value.';
    COMMENT ON TABLE botd.statistics IS 'Every figure of each bot and portfolio.';
    COMMENT ON TABLE botd.alerts IS 'A row for each alert.';
    COMMENT ON TABLE botd.journal IS 'The journal, byte for byte: what an empty state directory is restored from.';

    CREATE FUNCTION botd.let_read(reader name) RETURNS void LANGUAGE plpgsql AS $let_read$
    BEGIN
      EXECUTE format('GRANT USAGE ON SCHEMA botd TO %I', reader);
      EXECUTE format('GRANT SELECT ON botd.profit_per_bot_and_day, botd.profit_per_day, botd.equity_per_bot, botd.positions_now,'
        ' botd.journals, botd.bots, botd.orders, botd.fills, botd.positions, botd.equity, botd.statistics, botd.alerts TO %I', reader);
    END $let_read$;
    REVOKE ALL ON FUNCTION botd.let_read(name) FROM PUBLIC;
    COMMENT ON FUNCTION botd.let_read(name) IS
      'Lets a role read the views and tables, not the journal, and write nothing. Called by the owner of the schema.';
    DO $reader$
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'botd_reader') THEN
        BEGIN
          CREATE ROLE botd_reader NOLOGIN;
        EXCEPTION
          -- Roles are the cluster's: this user may not make them, or another database just did.
          WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL;
        END;
      END IF;
      IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'botd_reader') THEN PERFORM botd.let_read('botd_reader'); END IF;
    END $reader$
    """
}
