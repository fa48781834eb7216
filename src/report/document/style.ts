/** The look of the page: colours in light, dark and print, large type for a projector, one column for a phone. */

/** Colours of the light page, and of paper. */
const LIGHT = `
  --ground: #fbfaf7; --card: #ffffff; --line: #ddd8cc; --text: #1c1a17; --quiet: #5a554b; --accent: #a84200;
  --own: #c2500a; --asic: #0b5cab; --home: #3b7f9f; --ai: #6b3fa0; --low: #3d7a5a; --high: #b3261e;
  --layer1: #0b3c6f; --layer2: #2a66a3; --layer3: #6f9fce; --layer4: #b7cfe6; --layer5: #e6e1d6;
  --on-layer1: #ffffff; --on-layer2: #ffffff; --on-layer3: #10202f; --on-layer4: #10202f; --on-layer5: #1c1a17;
  --level0: #d7ead9; --level1: #f3ecc8; --level2: #f8d9b8; --level3: #f1bdb4; --on-level: #1c1a17;
  --yes: #1e6b2e; --no: #b3261e; --depends: #8a5200; --cannot: #5a554b;`;

const DARK = `
  --ground: #131210; --card: #1d1b18; --line: #3b372f; --text: #f3efe6; --quiet: #b8b1a2; --accent: #ffab5e;
  --own: #ff9a48; --asic: #7dbcff; --home: #7fd0e6; --ai: #c6a3ff; --low: #7cc79c; --high: #ff8f85;
  --layer1: #a8d1ff; --layer2: #6ea8e6; --layer3: #3f76b5; --layer4: #2a4c74; --layer5: #37332c;
  --on-layer1: #0b1723; --on-layer2: #0b1723; --on-layer3: #ffffff; --on-layer4: #ffffff; --on-layer5: #f3efe6;
  --level0: #1f4a33; --level1: #4d4718; --level2: #5f3a14; --level3: #6b211b; --on-level: #f8f4ec;
  --yes: #85d896; --no: #ff9d94; --depends: #ffc46b; --cannot: #b8b1a2;`;

const PAGE = `
* { box-sizing: border-box; }
html { font-size: clamp(17px, 0.65vw + 13px, 24px); scroll-behavior: auto; }
body { margin: 0; padding: 0 1rem 3rem; background: var(--ground); color: var(--text); line-height: 1.5;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: break-word; }
header, main, footer { max-width: 62rem; margin: 0 auto; }
header { padding: 1.6rem 0 0.4rem; }
.brand { margin: 0; color: var(--accent); font-weight: 700; }
h1 { margin: 0.1rem 0 0.5rem; font-size: clamp(1.9rem, 5vw, 3rem); line-height: 1.15; text-wrap: balance; }
.lead { max-width: 50rem; margin: 0; font-size: clamp(1.15rem, 2.4vw, 1.5rem); line-height: 1.4; }
.about, .from, .confidence, footer { color: var(--quiet); font-size: 0.9rem; }
p { max-width: 46rem; margin: 0.5rem 0; }
a { color: var(--asic); overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--own); outline-offset: 2px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 0.7rem; margin: 1.2rem 0 0.8rem; }
.facts div { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: 0.7rem 1rem; border: 1px solid var(--line);
  border-left: 0.35rem solid var(--own); border-radius: 0.6rem; background: var(--card); }
.facts dd { margin: 0; font-size: 1.45rem; font-weight: 700; line-height: 1.25; }
.facts dt { color: var(--quiet); }
nav ol { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; margin: 0.6rem 0; padding: 0; list-style: none; font-size: 0.95rem; }
nav a { display: inline-block; padding: 0.25rem 0; }
section { margin: 1.4rem 0; padding: 1.2rem clamp(0.9rem, 2.5vw, 2rem) 1.4rem; border: 1px solid var(--line); border-radius: 0.8rem;
  background: var(--card); }
h2 { margin: 0 0 0.6rem; font-size: clamp(1.4rem, 3vw, 1.9rem); line-height: 1.2; text-wrap: balance; }
h3 { margin: 1.4rem 0 0.5rem; font-size: 1.15rem; line-height: 1.3; }
h4 { margin: 0 0 0.3rem; font-size: 1rem; }
figure { margin: 0; }
svg { display: block; width: 100%; height: auto; margin: 0.3rem 0; }
svg.narrow { display: none; }
.key { display: flex; flex-wrap: wrap; gap: 0.2rem 1.4rem; margin: 0.4rem 0; padding: 0; list-style: none; }
.key li { display: flex; gap: 0.5rem; align-items: center; }
svg.swatch { width: 1.6rem; height: 0.8rem; margin: 0; }
.swatch path { stroke-width: 3.5; } .swatch .stack { stroke-width: 12; } .swatch .dashed { stroke-dasharray: 6 4; }
summary { padding: 0.4rem 0; color: var(--quiet); cursor: pointer; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.92rem; }
caption { padding: 0.3rem 0; color: var(--quiet); text-align: left; }
th, td { padding: 0.35rem 0.6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th.number, td.number { text-align: right; }
tbody th { font-weight: 600; }
sup { line-height: 0; font-size: 0.75em; }
sup a { padding: 0 0.15em; }
.legend, .map ul { display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0; padding: 0; list-style: none; }
.legend { margin-bottom: 0.8rem; font-size: 0.85rem; }
.map { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem 1.4rem; }
.tile { padding: 0.35rem 0.6rem; border-radius: 0.4rem; color: var(--on-level); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.tile strong { white-space: nowrap; }
.tile a { color: inherit; }
.map .tile { flex: 1 1 auto; }
.level0 { background: var(--level0); } .level1 { background: var(--level1); }
.level2 { background: var(--level2); } .level3 { background: var(--level3); }
.claims { display: grid; gap: 0.9rem; }
.claims article { padding-left: 0.9rem; border-left: 0.25rem solid var(--line); }
.claims p { max-width: 50rem; margin: 0.2rem 0; }
.verdict { display: inline-block; margin-right: 0.3rem; padding: 0 0.5rem; border: 2px solid currentColor; border-radius: 1rem; font-size: 0.85rem; }
.verdict.yes { color: var(--yes); } .verdict.no { color: var(--no); } .verdict.depends { color: var(--depends); } .verdict.cannot { color: var(--cannot); }
.terms { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 0.8rem 1.6rem; margin: 0; }
.terms dt { font-weight: 700; } .terms dd { margin: 0; }
.sources, .notes { font-size: 0.85rem; }
.sources li, .notes li { margin: 0.3rem 0; }
li:target { outline: 2px solid var(--own); outline-offset: 4px; }
`;

/** On a phone each row of a table is a card, so that nothing has to be scrolled sideways. */
const PHONE = `
@media screen and (max-width: 640px) {
  svg.wide { display: none; }
  svg.narrow { display: block; }
  body { padding: 0 0.6rem 2rem; }
  .facts { grid-template-columns: 1fr 1fr; gap: 0.5rem; }
  .facts div { padding: 0.5rem 0.6rem; }
  .facts dd { font-size: 1.2rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, caption, tbody, tr, tbody th, td { display: block; }
  tr { padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  th, td, td.number { padding: 0.1rem 0; border: 0; }
  td, td.number { display: flex; justify-content: space-between; gap: 1rem; text-align: right; }
  td::before { content: attr(data-heading); color: var(--quiet); text-align: left; }
  .terms, .map { grid-template-columns: 1fr; }
}
`;

const PRINT = `
@media print {
  html { font-size: 10.5pt; }
  body { padding: 0; background: none; }
  nav, summary { display: none; }
  section { margin: 0 0 1rem; padding: 0; border: 0; }
  h2, h3, h4 { break-after: avoid; }
  svg, tr, article, .terms div, .part, .facts { break-inside: avoid; }
  details::details-content { display: block; content-visibility: visible; height: auto; }
  a { color: inherit; text-decoration: none; }
}
@page { margin: 16mm; }
`;

/** The style sheet. Paper is always light. */
export const STYLE = `:root { color-scheme: light dark;${LIGHT}
}
@media screen and (prefers-color-scheme: dark) { :root {${DARK}
} }${PAGE}${PHONE}${PRINT}`;
