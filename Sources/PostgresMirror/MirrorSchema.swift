/// The database's schema `botd` and its migrations.
///
/// `journal` is the log itself, byte for byte. The other tables are what people query: they are derived from the log in the same
/// transaction, and nothing is ever read back from them.
enum MirrorSchema {
  /// What the derived tables of a journal are made by. Those made by an earlier version are made anew from the local journal.
  static let tablesVersion: Int64 = 3

  /// The tables that are derived from `journal`, which hold nothing else.
  static let derivedTables = ["bots", "orders", "fills", "positions", "equity", "statistics", "alerts"]

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
    """,
    """
    ALTER TABLE botd.journals ADD tables_version bigint NOT NULL DEFAULT 1;
    ALTER TABLE botd.bots DROP CONSTRAINT bots_pkey,
      ADD created_sequence bigint NOT NULL DEFAULT 0, ADD state_cause text,
      ADD trailing_stop_atr numeric NOT NULL DEFAULT 0, ADD time_stop_candles bigint NOT NULL DEFAULT 0,
      ADD cooldown_candles bigint NOT NULL DEFAULT 0, ADD sizing text NOT NULL DEFAULT 'risk',
      ADD sizing_atr numeric NOT NULL DEFAULT 2, ADD compound boolean NOT NULL DEFAULT false,
      ADD auto_start boolean NOT NULL DEFAULT false,
      ADD PRIMARY KEY (journal_id, bot_id, created_sequence);
    ALTER TABLE botd.positions DROP CONSTRAINT positions_pkey, ADD created_sequence bigint NOT NULL DEFAULT 0,
      ADD PRIMARY KEY (journal_id, bot_id, created_sequence);
    ALTER TABLE botd.orders ADD created_sequence bigint;
    ALTER TABLE botd.fills ADD created_sequence bigint, ADD commission_rate numeric;
    ALTER TABLE botd.equity DROP CONSTRAINT equity_pkey;
    ALTER TABLE botd.equity RENAME exposure TO position_value;
    ALTER TABLE botd.equity ADD bot_id text, ADD created_sequence bigint, ADD quote_asset text, ADD net_profit numeric, ADD flow numeric;
    CREATE INDEX equity_time ON botd.equity (journal_id, recorded_at);
    CREATE INDEX equity_bot ON botd.equity (journal_id, bot_id, created_sequence, recorded_at);
    CREATE TABLE botd.statistics (
      journal_id text NOT NULL, bot_id text, created_sequence bigint, quote_asset text NOT NULL,
      sequence bigint NOT NULL, updated_at timestamptz NOT NULL, position_quantity numeric,
      capital numeric, equity numeric, realized_pnl numeric, unrealized_pnl numeric, gross_pnl numeric, net_pnl numeric,
      position_value numeric, open_positions bigint, return_fraction numeric, return_on_capital numeric, exposure numeric,
      time_in_market numeric, mean_time_in_market numeric, market_change numeric, break_even_cost numeric,
      fills bigint, turnover numeric, fees jsonb, fees_total numeric, unconverted_assets jsonb, slippage numeric,
      slippage_fraction numeric, signals bigint, signals_denied bigint, denials jsonb,
      trades bigint, wins bigint, losses bigint, break_even bigint, win_rate numeric, profit_factor numeric, expectancy numeric,
      average_win numeric, average_loss numeric, best_trade numeric, worst_trade numeric,
      longest_win_streak bigint, longest_loss_streak bigint,
      average_trade_ns bigint, longest_trade_ns bigint, shortest_trade_ns bigint, system_quality double precision,
      first_time_ns bigint, last_time_ns bigint, whole_days bigint,
      max_drawdown numeric, max_drawdown_fraction numeric, max_drawdown_peak_time_ns bigint, max_drawdown_time_ns bigint,
      max_drawdown_recovery_time_ns bigint, max_drawdown_duration_ns bigint, drawdown_now numeric, largest_fall numeric,
      sharpe_ratio double precision, sortino_ratio double precision, calmar_ratio double precision,
      volatility double precision, cagr double precision) WITH (fillfactor = 50);
    CREATE UNIQUE INDEX statistics_owner
      ON botd.statistics (journal_id, (coalesce(bot_id, '')), (coalesce(created_sequence, 0)), quote_asset);
    CREATE TABLE botd.alerts (
      journal_id text NOT NULL, sequence bigint NOT NULL, raised_at timestamptz NOT NULL,
      code text NOT NULL, severity text NOT NULL, bot_id text, created_sequence bigint, message text NOT NULL,
      PRIMARY KEY (journal_id, sequence))
    """,
    """
    ALTER TABLE botd.statistics ADD answers bigint, ADD answer_delay_mean_ns bigint, ADD answer_delay_max_ns bigint
    """,
    """
    ALTER TABLE botd.orders ADD quote_quantity numeric NOT NULL DEFAULT 0
    """,
    """
    ALTER TABLE botd.statistics ADD maker_fills bigint, ADD maker_turnover numeric, ADD maker_fees numeric;
    ALTER TABLE botd.bots ADD guards text NOT NULL DEFAULT '', ADD entry text NOT NULL DEFAULT 'market',
      ADD entry_offset numeric NOT NULL DEFAULT 0, ADD entry_lifetime bigint NOT NULL DEFAULT 1, ADD entry_then text NOT NULL DEFAULT 'drop'
    """,
    MirrorViews.migration,
  ]
}
