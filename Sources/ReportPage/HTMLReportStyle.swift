/// The page's style sheet.
enum HTMLReportStyle {
  static let text = colors + page + charts + zoom + tables + narrow + paper

  /// Blue for gains and orange for losses are told apart by eyes that confuse red and green; cells also say their number.
  private static let colors = """

    :root {
      color-scheme: light dark;
      --paper: #fdfcfa; --wash: #f5f2ec; --rule: #e2ddd3; --strong: #c9c2b5; --ink: #1c242e; --soft: #4b5563; --faint: #636b77;
      --line: #14466f; --market: #938567; --gain: #17669f; --loss: #ad4607; --entry: #1c242e; --range: #d9d4c8; --close: #6f7681; --other: #8a3f97;
      --z: #f1eee8; --g1: #e4eff7; --g2: #c3dcee; --g3: #92c0e0; --g4: #2b74ac; --g5: #124a78;
      --l1: #fcecdf; --l2: #f8d3b4; --l3: #efae7c; --l4: #b3530f; --l5: #7f3705; --on-mid: #1c242e; --on-deep: #ffffff;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #12171e; --wash: #1a2129; --rule: #2a333d; --strong: #46515d; --ink: #e5e8ec; --soft: #b7c0ca; --faint: #929daa;
        --line: #83bdec; --market: #a5977a; --gain: #78b6ea; --loss: #f2a468; --entry: #e5e8ec; --range: #323c47; --close: #9aa5b1; --other: #d3a3dd;
        --z: #1e262f; --g1: #182c3e; --g2: #1b4263; --g3: #22608f; --g4: #5ea5dc; --g5: #a3d0f5;
        --l1: #38271a; --l2: #5e3817; --l3: #8a4c18; --l4: #e3944c; --l5: #f9c79c; --on-mid: #ffffff; --on-deep: #10151b;
      }
    }
    """

  private static let page = """

    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
      font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums lining-nums;
    }
    .head, main, footer { max-width: 1128px; margin: 0 auto; padding: 0 24px; }
    h1, h2, .lead { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "Liberation Serif", serif; }
    h1 { margin: 0 0 22px; font-size: clamp(30px, 5vw, 46px); line-height: 1.12; font-weight: 500; letter-spacing: -0.012em; text-wrap: balance; }
    h2 { margin: 0 0 20px; padding-top: 14px; border-top: 2px solid var(--ink); font-size: 24px; line-height: 1.25; font-weight: 500; }
    h3 { margin: 0 0 10px; font-size: 15px; line-height: 1.4; font-weight: 650; }
    p { margin: 0; }
    section { margin-top: 64px; }
    .head { padding-top: 64px; }
    .kicker { margin-bottom: 12px; font-size: 12.5px; font-weight: 600; letter-spacing: 0.13em; text-transform: uppercase; color: var(--faint); }
    .facts { display: flex; flex-wrap: wrap; gap: 12px 44px; margin: 0 0 30px; }
    .facts dt, .label { font-size: 13px; color: var(--faint); }
    .facts dd { margin: 0; }
    .aside { margin-left: 4px; color: var(--faint); }
    .lead { max-width: 40em; font-size: 20px; line-height: 1.5; text-wrap: pretty; }
    .lead strong { font-weight: 700; }
    .tiles { display: grid; grid-template-columns: minmax(190px, 1.5fr) repeat(6, minmax(0, 1fr)); margin-top: 40px; border-top: 2px solid var(--ink); border-bottom: 1px solid var(--rule); }
    .tile { padding: 14px 14px 18px; border-left: 1px solid var(--rule); }
    .tile:first-child { padding-left: 0; border-left: 0; }
    .value { margin-top: 4px; font-size: 20px; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em; white-space: nowrap; }
    .main .value { font-size: 34px; line-height: 1.1; padding-top: 2px; }
    .under { margin-top: 3px; font-size: 13px; line-height: 1.4; color: var(--faint); }
    .main .under { font-size: 14px; color: var(--soft); }
    .toc { display: flex; flex-wrap: wrap; gap: 6px 24px; margin-top: 22px; font-size: 14px; }
    .toc a { color: var(--soft); text-decoration-color: var(--strong); text-underline-offset: 4px; }
    .toc a:hover { color: var(--ink); }
    .gain { color: var(--gain); }
    .loss { color: var(--loss); }
    .empty { padding: 26px 0; color: var(--soft); }
    .caption, figcaption { margin-top: 12px; max-width: 52em; font-size: 13px; line-height: 1.5; color: var(--faint); }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .skip { position: absolute; left: -9999px; }
    .skip:focus { left: 12px; top: 12px; padding: 8px 12px; background: var(--paper); color: var(--ink); }
    .pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 44px 56px; }
    .columns { columns: 3 270px; column-gap: 56px; }
    .group { break-inside: avoid; margin-bottom: 34px; }
    .notes { margin: 0; padding-left: 18px; }
    .notes li { margin: 0 0 8px; color: var(--soft); }
    details { border-top: 1px solid var(--rule); padding: 12px 0; }
    summary { cursor: pointer; font-weight: 650; }
    footer { margin-top: 72px; padding-top: 18px; padding-bottom: 56px; font-size: 13px; color: var(--faint); }
    :focus-visible { outline: 2px solid var(--line); outline-offset: 3px; border-radius: 2px; }
    """

  private static let charts = """

    .figure { margin: 0; }
    .figure + h3 { margin-top: 48px; }
    .legend { display: flex; flex-wrap: wrap; gap: 6px 24px; margin-bottom: 14px; font-size: 14px; color: var(--soft); }
    .key { display: inline-flex; align-items: center; gap: 8px; white-space: nowrap; }
    .key b { font-weight: 600; color: var(--ink); }
    .swatch { display: inline-block; width: 20px; height: 0; border-top: 2.5px solid var(--line); }
    .swatch.market { border-top: 1.5px solid var(--market); }
    .swatch.other { border-top: 2px dashed var(--other); }
    .swatch.fall { height: 10px; border-top: 1.5px solid var(--loss); background: color-mix(in srgb, var(--loss) 22%, transparent); }
    .swatch.close { height: 10px; border-top: 0; background: linear-gradient(var(--range) 4px, var(--close) 4px 6px, var(--range) 6px); }
    .swatch.gain, .swatch.loss { width: 11px; height: 11px; border: 0; border-radius: 50%; background: currentColor; }
    .swatch.gain { color: var(--gain); }
    .swatch.loss { color: var(--loss); }
    .mark { width: 14px; height: 16px; flex: none; }
    .plot { position: relative; }
    .chart, .histogram { display: block; width: 100%; height: auto; overflow: visible; touch-action: pan-y; }
    .histogram { max-width: 540px; }
    .chart.narrow { display: none; }
    .tick, .panel, .note { font-size: 12.5px; fill: var(--faint); }
    .narrow .tick, .narrow .panel, .narrow .note { font-size: 11.5px; }
    .histogram .tick, .histogram .panel { font-size: 10px; }
    .parent, .panel, .note { fill: var(--soft); font-weight: 600; }
    .note { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
    .grid, .axis, .capital, .market, .equity, .fall, .close, .wick { fill: none; stroke-linejoin: round; }
    .grid { stroke: var(--rule); }
    .axis { stroke: var(--strong); }
    .capital { stroke: var(--strong); stroke-dasharray: 2 4; }
    path.market { stroke: var(--market); stroke-width: 1.2; }
    .equity { stroke: var(--line); stroke-width: 2; }
    .only { fill: var(--line); }
    path.fall { stroke: var(--loss); stroke-width: 1.2; }
    .fall-area { fill: var(--loss); fill-opacity: 0.16; }
    .deepest { fill: var(--loss); stroke: var(--paper); stroke-width: 1.5; }
    .range { fill: var(--range); stroke: var(--range); stroke-width: 0.8; }
    path.close { stroke: var(--close); stroke-width: 1.2; }
    .wick { stroke: var(--close); }
    .rising { fill: var(--paper); stroke: var(--close); }
    .falling { fill: var(--close); stroke: var(--close); }
    .span { fill: currentColor; fill-opacity: 0.09; }
    .entry { fill: var(--entry); stroke: var(--paper); stroke-width: 0.7; }
    .exit { fill: currentColor; stroke: var(--paper); stroke-width: 0.7; }
    .exit.hollow { fill: var(--paper); stroke: currentColor; stroke-width: 1.3; }
    .exit.even, .exit.plain { color: var(--soft); }
    .bar { fill: currentColor; }
    .cross { visibility: hidden; pointer-events: none; }
    .cross.on { visibility: visible; }
    .cross path { stroke: var(--soft); stroke-dasharray: 3 3; fill: none; }
    .cross circle { fill: var(--paper); stroke: var(--line); stroke-width: 2; }
    .tip {
      position: absolute; top: 8px; left: 0; z-index: 2; max-width: min(320px, 76%); padding: 10px 14px; pointer-events: none;
      background: var(--paper); border: 1px solid var(--strong); border-radius: 4px; font-size: 13px; line-height: 1.5; color: var(--soft);
    }
    .tip p:first-child { margin-bottom: 2px; font-weight: 650; color: var(--ink); }
    .tip .pairs { display: grid; grid-template-columns: auto auto; gap: 0 16px; }
    .tip .pairs span:nth-child(even) { text-align: right; color: var(--ink); }
    .tip .trade { margin-top: 4px; padding-top: 4px; border-top: 1px solid var(--rule); }
    """

  private static let zoom = """

    .zoom { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 18px; margin-bottom: 12px; font-size: 13.5px; color: var(--soft); }
    .zoom .buttons { display: inline-flex; }
    .zoom button { min-width: 34px; padding: 3px 9px; margin-left: -1px; border-radius: 0; line-height: 1.4; }
    .zoom button:first-child { border-radius: 4px 0 0 4px; }
    .zoom button:last-child { border-radius: 0 4px 4px 0; }
    .zoom button:hover:enabled { background: var(--wash); }
    .zoom label { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; cursor: pointer; }
    .zoom input { width: auto; margin: 0; accent-color: var(--line); }
    .zoom .extent { margin-left: auto; color: var(--faint); text-align: right; }
    .alone .swatch.market, .alone .swatch.market + b { opacity: 0.35; }
    .chart { cursor: crosshair; user-select: none; -webkit-user-select: none; }
    .chart.pressed { outline: none; }
    .band { fill: var(--line); fill-opacity: 0.14; stroke: var(--line); stroke-width: 0.8; }
    .held { fill: none; stroke: currentColor; stroke-width: 1.2; stroke-dasharray: 4 3; }
    .other { fill: none; stroke: var(--other); stroke-width: 1.8; stroke-linejoin: round; stroke-dasharray: 6 3; }
    .thin { stroke-width: 1.2; }
    .dots { fill: none; stroke: currentColor; stroke-width: 5; stroke-linecap: round; stroke-opacity: 0.62; }
    .dots.even { color: var(--soft); }
    .go { padding: 0; border: 0; background: none; color: inherit; text-decoration: underline; text-decoration-color: var(--strong); text-underline-offset: 3px; }
    .go:hover { color: var(--ink); text-decoration-color: currentColor; }
    .say { max-width: 52em; margin-bottom: 22px; color: var(--soft); }
    .say b { color: var(--ink); font-weight: 600; }
    .after { margin-top: 34px; }
    .short { max-width: 420px; }
    .now th, .now td { font-weight: 650; }
    .now th { color: var(--ink); }
    .part th { padding-top: 20px; font-weight: 650; color: var(--ink); }
    .compared { margin-top: 28px; }
    .compared td { min-width: 88px; }
    .changed td { min-width: 130px; }
    """

  private static let tables = """

    table { border-collapse: collapse; width: 100%; font-size: 14px; line-height: 1.4; }
    th { font-weight: 400; text-align: left; color: var(--soft); }
    thead th { font-size: 13px; color: var(--faint); vertical-align: bottom; border-bottom: 1px solid var(--strong); }
    th, td { padding: 7px 16px 7px 0; vertical-align: top; border-bottom: 1px solid var(--rule); }
    th:last-child, td:last-child { padding-right: 0; }
    .box + h3 { margin-top: 36px; }
    .box, .heat-box { overflow-x: auto; }
    .numbers td, .numbers th:not(:first-child) { text-align: right; white-space: nowrap; }
    .numbers th[scope=row] { overflow-wrap: normal; }
    .pairs-list { margin: 0; font-size: 14px; line-height: 1.4; }
    .pairs-list div { display: flex; justify-content: space-between; gap: 20px; padding: 7px 0; border-bottom: 1px solid var(--rule); }
    .pairs-list dt { color: var(--soft); min-width: 30%; }
    .whole { white-space: nowrap; }
    .pairs-list dd { margin: 0; text-align: right; }
    .heat { border-collapse: separate; border-spacing: 3px; table-layout: fixed; min-width: 640px; }
    .heat th, .heat td { padding: 10px 2px; border: 0; text-align: center; font-size: 13.5px; white-space: nowrap; border-radius: 3px; }
    .heat thead th { padding: 2px; font-size: 13px; }
    .heat th:first-child { text-align: left; }
    .heat tbody th { font-weight: 600; color: var(--ink); }
    .heat .total { font-weight: 650; border-left: 0; }
    .z { background: var(--z); }
    .g1 { background: var(--g1); } .g2 { background: var(--g2); } .g3 { background: var(--g3); } .g4 { background: var(--g4); } .g5 { background: var(--g5); }
    .l1 { background: var(--l1); } .l2 { background: var(--l2); } .l3 { background: var(--l3); } .l4 { background: var(--l4); } .l5 { background: var(--l5); }
    .g1, .g2, .g3, .l1, .l2, .l3 { color: var(--on-mid); }
    .g4, .g5, .l4, .l5 { color: var(--on-deep); }
    .scale { display: flex; align-items: center; gap: 10px; margin-top: 14px; font-size: 13px; color: var(--faint); }
    .steps { display: inline-flex; gap: 2px; }
    .steps i { width: 18px; height: 10px; border-radius: 2px; }
    .controls { display: flex; flex-wrap: wrap; gap: 12px 24px; margin: 18px 0 14px; font-size: 14px; color: var(--soft); }
    .controls[hidden], .pager[hidden] { display: none; }
    .controls label { display: inline-flex; align-items: center; gap: 8px; }
    .controls .sort { display: none; }
    input, select, button { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--strong); border-radius: 4px; padding: 6px 10px; }
    input { width: 220px; }
    .pager { display: flex; align-items: center; justify-content: center; gap: 18px; margin-top: 20px; font-size: 14px; color: var(--soft); }
    button { cursor: pointer; }
    button:disabled { color: var(--faint); border-color: var(--rule); cursor: default; }
    .trades { font-size: 13px; }
    .trades td, .trades th { padding: 8px 14px 8px 0; }
    .trades .n { text-align: right; }
    .trades .n, .trades .op, .trades .cl, .trades .sy { white-space: nowrap; }
    .trades .no { color: var(--faint); }
    .trades .wi, .trades .wo { min-width: 150px; color: var(--soft); overflow-wrap: break-word; }
    .trades .bo { min-width: 96px; }
    .trades .wo b { display: block; font-weight: 600; color: var(--ink); }
    .trades th button { padding: 0; border: 0; background: none; color: inherit; font: inherit; text-align: inherit; white-space: nowrap; }
    .trades th[aria-sort] button { color: var(--ink); font-weight: 650; }
    .trades th[aria-sort=ascending] button::after { content: " ↑"; }
    .trades th[aria-sort=descending] button::after { content: " ↓"; }
    .trades tbody tr:hover { background: var(--wash); }
    """

  private static let narrow = """

    @media screen and (min-width: 1180px) {
      #trades { --wide: min(1400px, 100vw - 96px); width: var(--wide); margin-left: calc(50% - var(--wide) / 2); }
    }
    @media (max-width: 1060px) {
      .tiles { grid-template-columns: repeat(3, minmax(0, 1fr)); }
      .tile.main { grid-column: 1 / -1; padding-left: 0; border-left: 0; }
      .tile:not(.main) { border-top: 1px solid var(--rule); }
      .tile:nth-child(3n + 2) { padding-left: 0; border-left: 0; }
      .wide .tick, .wide .panel, .wide .note { font-size: 14.5px; }
    }
    @media (pointer: coarse) { .zoom button { min-width: 42px; padding: 8px 12px; } }
    @media (min-width: 641px) and (max-width: 1179px) { .trades .wi, .trades .wo { min-width: 230px; } }
    @media (max-width: 860px) { .pair { grid-template-columns: minmax(0, 1fr); } }
    @media (max-width: 640px) {
      .head, main, footer { padding: 0 16px; }
      .head { padding-top: 32px; }
      section { margin-top: 48px; }
      h1 { margin-bottom: 18px; }
      .facts { display: grid; grid-template-columns: 1fr 1fr; gap: 10px 16px; margin-bottom: 24px; }
      .facts div:first-child { grid-column: 1 / -1; }
      .lead { font-size: 18px; }
      .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); margin-top: 28px; }
      .tile:nth-child(3n + 2) { padding-left: 14px; border-left: 1px solid var(--rule); }
      .tile:nth-child(even) { padding-left: 0; border-left: 0; }
      .chart.wide { display: none; }
      .chart.narrow { display: block; }
      .legend { gap: 4px 18px; font-size: 13.5px; }
      .tip { top: 100%; left: 0 !important; right: 0; max-width: none; }
      .pair { gap: 36px; }
      .histogram .tick { font-size: 11.5px; }
      .groups, .groups thead, .groups tbody { display: block; }
      .groups tr { display: grid; grid-template-columns: 0.7fr 0.8fr 1.5fr 1.2fr 1.1fr; column-gap: 8px; padding: 8px 0; border-bottom: 1px solid var(--rule); }
      .groups thead tr { border-color: var(--strong); }
      .groups th, .groups td { padding: 0; border: 0; font-size: 13px; }
      .groups th:first-child { grid-column: 1 / -1; margin-bottom: 2px; font-size: 14px; font-weight: 600; color: var(--ink); }
      .groups thead th:first-child { display: none; }
      .groups td:nth-child(2), .groups thead th:nth-child(2) { text-align: left; }
      .compared thead th:first-child { display: none; }
      .compared tr { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 2px 8px; padding: 7px 0; border-bottom: 1px solid var(--rule); }
      .compared thead tr { border-bottom-color: var(--strong); }
      .compared th, .compared td { padding: 0; border: 0; font-size: 13px; min-width: 0; white-space: normal; }
      .compared td { color: var(--ink); }
      .compared td.gain { color: var(--gain); }
      .compared td.loss { color: var(--loss); }
      .compared tbody th { grid-column: 1 / -1; }
      .compared .part th { padding-top: 12px; }
      .changed td { min-width: 84px; }
      .zoom .extent { margin-left: 0; text-align: left; }
      .heat { min-width: 0; display: block; }
      .heat thead { display: none; }
      .heat tbody { display: block; }
      .heat tr { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 3px; margin-bottom: 18px; }
      .heat tbody th { grid-column: 1 / 3; padding: 4px 0; font-size: 16px; }
      .heat .total { grid-column: 3 / 5; grid-row: 1; padding: 4px 0; text-align: right; font-size: 16px; }
      .heat .total::after { content: " %"; }
      .heat td { padding: 6px 4px 8px; font-size: 14.5px; }
      .heat td:not(.total)::before { content: attr(data-m); display: block; font-size: 11.5px; opacity: 0.85; }
      .heat .none { color: var(--faint); }
      .heat .none::after { content: "–"; }
      .controls { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
      .controls label { display: block; }
      .controls label:first-child { grid-column: 1 / -1; }
      .controls .sort { display: block; grid-column: 1 / -1; }
      input, select { display: block; width: 100%; font-size: 16px; }
      .trades, .trades tbody { display: block; }
      .trades thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      .trades tbody tr { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 8px 10px; padding: 14px 0; border-bottom: 1px solid var(--strong); }
      .trades td, .trades td.n { display: block; grid-column: span 2; min-width: 0; padding: 0; border: 0; text-align: left; white-space: normal; }
      .trades td::before { display: block; font-size: 11.5px; font-weight: 400; color: var(--faint); }
      .trades td.no, .trades td.sy, .trades td.re { grid-row: 1; font-size: 15px; font-weight: 600; }
      .trades td.no { grid-column: 1; font-weight: 400; }
      .trades .no::before { content: "#"; display: inline; font-size: 15px; }
      .trades td.sy { grid-column: 2 / 5; }
      .trades td.re { grid-column: 5 / 7; text-align: right; }
      .trades td.op, .trades td.cl, .trades td.wi, .trades td.wo { grid-column: span 3; }
      .trades td.bo { grid-column: span 6; }
      .trades .bo::before { content: "Bot"; }
      .trades .op::before { content: "Opened"; }
      .trades .cl::before { content: "Closed"; }
      .trades .pr::before { content: "Profit"; }
      .trades .en::before { content: "Entry"; }
      .trades .ex::before { content: "Exit"; }
      .trades .he::before { content: "Held"; }
      .trades .qu::before { content: "Quantity"; }
      .trades .fe::before { content: "Fees"; }
      .trades .ma::before { content: "MAE"; }
      .trades .mf::before { content: "MFE"; }
      .trades .wi::before { content: "Why in"; }
      .trades .wo::before { content: "Why out"; }
      .trades .pr { order: 1; } .trades .en { order: 2; } .trades .ex { order: 3; } .trades .he { order: 4; }
      .trades .qu { order: 5; } .trades .fe { order: 6; } .trades .ma, .trades .mf { order: 7; }
      .trades .wi { order: 8; } .trades .wo { order: 9; }
    }
    """

  private static let paper = """

    @media print {
      :root {
        color-scheme: light; --paper: #fff; --wash: #fff; --rule: #ddd; --strong: #aaa; --ink: #000; --soft: #333; --faint: #555;
        --line: #14466f; --market: #857757; --gain: #17669f; --loss: #ad4607; --entry: #000; --range: #d9d4c8; --close: #6f7681; --other: #8a3f97;
        --z: #f1eee8; --g1: #e4eff7; --g2: #c3dcee; --g3: #92c0e0; --g4: #2b74ac; --g5: #124a78;
        --l1: #fcecdf; --l2: #f8d3b4; --l3: #efae7c; --l4: #b3530f; --l5: #7f3705; --on-mid: #000; --on-deep: #fff;
      }
      @page { margin: 16mm 14mm; }
      body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      .head, main, footer { max-width: none; padding: 0; }
      section { margin-top: 24pt; }
      h2, h3 { break-after: avoid; }
      figure, .heat-box, .group, .pair > div, tr { break-inside: avoid; }
      .controls, .zoom.whole, .zoom .buttons, .zoom label, .pager, .skip, .tip, .toc, .cross, .band { display: none; }
      .go { text-decoration: none; }
      .zoom .extent { margin-left: 0; }
      #excursions .pair { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20pt; }
      .head { padding-top: 0; }
      h1 { font-size: 24pt; margin-bottom: 12pt; }
      .facts { margin-bottom: 14pt; }
      .lead { font-size: 13pt; }
      .tiles { grid-template-columns: 1.6fr repeat(6, minmax(0, 1fr)); margin-top: 16pt; }
      .tile, .tile.main, .tile:not(.main), .tile:nth-child(3n + 2) { grid-column: auto; padding: 6pt 4pt 8pt 7pt; border-top: 0; border-left: 1px solid var(--rule); }
      .tile.main { padding-left: 0; border-left: 0; }
      .value { font-size: 11pt; }
      .main .value { font-size: 17pt; }
      .label, .under, .main .under { font-size: 8pt; }
      @page trades { size: landscape; }
      #trades { page: trades; margin-top: 0; }
      .caption { break-after: avoid; }
      thead { display: table-header-group; break-inside: avoid; }
      .box + h3 { margin-top: 36px; }
    .box, .heat-box { overflow: visible; }
      .heat { min-width: 0; }
      .trades { font-size: 7pt; }
      .trades td, .trades th { padding: 3pt 5pt 3pt 0; }
      .trades .wi, .trades .wo { min-width: 0; }
      .trades .wo b { display: inline; margin-right: 4pt; }
    }

    """
}
