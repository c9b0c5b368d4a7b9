// How the page looks: one set of colours for light, one for dark, nothing from elsewhere.

import type { Contender } from '../peers/contenders.js'

type Colours = Readonly<Record<Contender, string>>

const LIGHT: Colours = {
  ledgerstone: '#1458c8',
  'classic-level': '#c2570c',
  lmdb: '#0b7f6b',
  'better-sqlite3': '#8a3fb0',
  map: '#7a7f87',
  'append-loop': '#7a7f87',
  'bare-log': '#7a7f87',
  'bare-node': '#7a7f87',
}

const DARK: Colours = {
  ledgerstone: '#6aa5ff',
  'classic-level': '#ff9d5c',
  lmdb: '#3fcbb0',
  'better-sqlite3': '#cf95f2',
  map: '#9aa0a8',
  'append-loop': '#9aa0a8',
  'bare-log': '#9aa0a8',
  'bare-node': '#9aa0a8',
}

const variables = (colours: Colours): string =>
  Object.entries(colours)
    .map(([name, value]) => `--${name}:${value};`)
    .join('')

const classes = Object.keys(LIGHT)
  .map((name) => `.of-${name}{color:var(--${name})}`)
  .join('\n')

export const style = `
:root{color-scheme:light dark;--page:#fff;--card:#f7f8fa;--text:#1b1f24;--soft:#5b636d;
  --line:#dfe3e8;--even:#8b939d;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{--page:#14171b;--card:#1c2025;--text:#e6e9ed;
  --soft:#9ba4ae;--line:#31373e;--even:#7d8690;${variables(DARK)}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1040px;padding:32px 24px 64px;background:var(--page);
  color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI","Liberation Sans",sans-serif}
h1{font-size:26px;margin:0 0 4px}
h2{font-size:19px;margin:44px 0 4px}
h3{font-size:14px;margin:0;font-weight:600}
p{margin:4px 0 12px;color:var(--soft);max-width:76ch}
svg{display:block;width:100%;height:auto;font-size:12px}
svg text{fill:var(--text)}
svg .tick{fill:var(--soft);font-size:11px}
svg .number{font-weight:600;font-variant-numeric:tabular-nums}
.grid{stroke:var(--line);stroke-width:1}
.even{stroke:var(--even);stroke-width:1.5}
.whisker{stroke:currentColor;stroke-width:2;opacity:.45}
.dot{fill:currentColor;stroke:var(--page);stroke-width:1}
.dot.hollow{fill:var(--page);stroke:currentColor;stroke-width:1.5}
.curve{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}
.curve.thin{stroke-width:1.5}
svg .curve-name{fill:currentColor;font-weight:600}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;color:var(--text);font-size:13px;max-width:none}
.legend i{display:inline-block;width:11px;height:11px;border-radius:50%;margin-right:6px;
  background:currentColor}
.legend i.hollow{background:none;border:2px solid currentColor}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:14px}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px}
.card p{font-size:12px;line-height:1.35;min-height:2.7em;margin:2px 0 6px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:12px;width:100%;font-variant-numeric:tabular-nums}
th{font-weight:600;color:var(--soft);border-bottom:1px solid var(--even);vertical-align:bottom}
th,td{padding:2px 6px;text-align:right;white-space:nowrap}
th:first-child,td:first-child,td.text,th.text{text-align:left}
tr.first td{border-top:1px solid var(--line);padding-top:7px}
tr.last td{padding-bottom:7px}
td.soft{color:var(--soft)}
td.ours{font-weight:600}
ul{color:var(--soft);padding-left:20px;margin:6px 0}
${classes}
`
