/** What pages of charts and tables look like: light and dark, on a phone and on paper. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, "Noto Sans KR", "Apple SD Gothic Neo", sans-serif;
  --ink: #1b1f24; --paper: #fff; --quiet: #5b6570; --line: #d7dbe0; --grid: #e6e9ed; --shade: #fde8d7; --bad: #b91c1c; --good: #15803d; --link: #1f5fbf;
  --l0: #1f5fbf; --l1: #c2410c; --l2: #15803d; --l3: #7e22ce; --l4: #b91c1c; --l5: #475569; color: var(--ink); background: var(--paper); }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --paper: #14171b; --quiet: #9aa5b1; --line: #3a424b; --grid: #2a3037; --shade: #4a2f1a; --bad: #f87171; --good: #4ade80; --link: #8ab4f8;
  --l0: #6ea8fe; --l1: #fb923c; --l2: #4ade80; --l3: #c084fc; --l4: #f87171; --l5: #94a3b8; } }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
h3 { font-size: 1rem; margin: 1rem 0 .2rem; } p { margin: .3rem 0; } .lead { font-size: 1.05rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; } th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--grid); overflow-wrap: anywhere; }
tbody th { font-weight: 500; width: 40%; } td:first-child { font-variant-numeric: tabular-nums; }
a { color: var(--link); } .note { color: var(--quiet); }
figure { margin: 1rem 0; break-inside: avoid; } figcaption { font-weight: 600; font-size: .92rem; } figcaption span, .legend output { color: var(--quiet); font-weight: 400; }
.plot { position: relative; height: 9.5rem; margin: .5rem 0 1.6rem 2.7rem; }
.plot svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.plot span { position: absolute; font-size: .73rem; line-height: 1; color: var(--quiet); font-variant-numeric: tabular-nums; white-space: nowrap; }
.plot .y { right: calc(100% + .4rem); transform: translateY(-50%); } .plot .x { top: calc(100% + .4rem); }
.chart path, .chart line { fill: none; vector-effect: non-scaling-stroke; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.chart .grid { stroke: var(--grid); stroke-width: 1; } .chart .limit { stroke: var(--bad); stroke-width: 1; stroke-dasharray: 3 3; } .chart .mark { stroke: var(--ink); stroke-width: .7; opacity: .55; } .chart .shade { fill: var(--shade); }
.chart .l0 { stroke: var(--l0); } .chart .l1 { stroke: var(--l1); } .chart .l2 { stroke: var(--l2); } .chart .l3 { stroke: var(--l3); } .chart .l4 { stroke: var(--l4); } .chart .l5 { stroke: var(--l5); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .2rem 0 0; padding: 0; font-size: .85rem; } .legend li { overflow-wrap: anywhere; } .legend svg { vertical-align: middle; margin-right: .3rem; } .legend output { font-variant-numeric: tabular-nums; }
@media print { body { margin: 0; max-width: none; } nav { display: none; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
@page { margin: 16mm; }`;
