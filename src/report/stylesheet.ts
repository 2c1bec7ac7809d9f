/**
 * The look of the report. The recipes' colours are told apart by colour-blind readers too (after Okabe and Ito); those of
 * the layers run from the first layer to the last in one direction of lightness.
 */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --ink: #1c1e21; --soft: #62676e; --rule: #dcdfe3; --mark: #f1f4f8; --edge: #0003;
  --recipe-0: #30343b; --recipe-1: #0072b2; --recipe-2: #d55e00; --recipe-3: #00855f;
  --recipe-4: #2f8fc9; --recipe-5: #b8548b; --recipe-6: #a87700; --recipe-7: #6a51a3;
  --recipe-8: #8c564b; --recipe-9: #0f8f8f; --recipe-10: #7a8b00; --recipe-11: #7f858f;
  --layer-0: #08306b; --layer-1: #2a7f9e; --layer-2: #b8741c; --layer-3: #c43c39;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --ink: #e8e9ea; --soft: #a0a6ad; --rule: #33383e; --mark: #20242a; --edge: #000c;
    --recipe-0: #d9dce0; --recipe-1: #4a9fe0; --recipe-2: #ff8a3d; --recipe-3: #2fc79a;
    --recipe-4: #93d0f5; --recipe-5: #e592c0; --recipe-6: #f0c75e; --recipe-7: #b39ddb;
    --recipe-8: #d0a08f; --recipe-9: #5fd6d6; --recipe-10: #c3d34f; --recipe-11: #7d838c;
    --layer-0: #79a9e8; --layer-1: #4cc3d9; --layer-2: #f0b565; --layer-3: #ff7a70;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 57rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .6rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; margin: 3rem 0 .3rem; }
h3 { font-size: 1rem; margin: 1.8rem 0 .2rem; }
[hidden] { display: none !important; }
p { margin: .4rem 0 1rem; max-width: 44rem; }
.kicker, .note, .lead, figcaption, dt { color: var(--soft); }
.kicker { margin: 0 0 .3rem; font-size: .85rem; letter-spacing: .04em; }
.note, figcaption { font-size: .85rem; }
.scroll {
  overflow-x: auto; margin-top: 1.5rem;
  /* Shadows at the edges say that the table goes on: each is covered where there is nothing more to see. */
  background:
    linear-gradient(to right, var(--paper) 40%, transparent) left / 3rem 100% no-repeat local,
    linear-gradient(to left, var(--paper) 40%, transparent) right / 3rem 100% no-repeat local,
    linear-gradient(to right, var(--edge), transparent) left / 1rem 100% no-repeat scroll,
    linear-gradient(to left, var(--edge), transparent) right / 1rem 100% no-repeat scroll;
}
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .95rem; }
th, td { padding: .45rem .7rem; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; font-size: .85rem; }
th button { all: unset; cursor: pointer; }
th button:focus-visible { outline: 2px solid currentColor; outline-offset: 3px; }
th button::after { content: ' ↕'; opacity: .45; }
th[aria-sort=ascending] button::after { content: ' ↑'; opacity: 1; }
th[aria-sort=descending] button::after { content: ' ↓'; opacity: 1; }
.left { text-align: left; }
td.left:first-child, th.left:first-child { padding-left: 0; }
.right { text-align: right; }
tr.best td { font-weight: 650; }
figure { margin: 0; }
figcaption { margin-bottom: .1rem; color: var(--ink); }
svg { display: block; font-family: inherit; }
svg [aria-label=tip] { fill: var(--paper); }
details { margin: .6rem 0 0; }
summary { cursor: pointer; color: var(--soft); font-size: .9rem; }
details .scroll { max-height: 26rem; overflow: auto; margin-top: .6rem; }
form { display: flex; flex-wrap: wrap; gap: .8rem 2rem; margin: .6rem 0 1rem; font-size: .9rem; }
fieldset { border: 1px solid var(--rule); border-radius: 6px; padding: .3rem .8rem .6rem; margin: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; align-items: center; }
legend { color: var(--soft); padding: 0 .3rem; }
label { display: inline-flex; align-items: center; gap: .4em; min-height: 1.6rem; }
button, select { font: inherit; color: inherit; background: var(--mark); border: 1px solid var(--rule); border-radius: 5px; padding: .15rem .6rem; }
.swatch { width: 1.1em; height: .28em; border-radius: 2px; background: var(--swatch); }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(15.5rem, 1fr)); gap: 1.4rem 1.2rem; }
.legend { list-style: none; padding: 0; margin: .4rem 0 .9rem; display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; font-size: .9rem; }
.legend li::before { content: ''; display: inline-block; width: 1.1em; height: .28em; margin-right: .45em; vertical-align: middle; border-radius: 2px; background: var(--swatch); }
dl { display: grid; grid-template-columns: minmax(8rem, auto) 1fr; gap: .3rem 1.2rem; margin: .8rem 0 1.4rem; font-size: .95rem; }
dd { margin: 0; }
pre { background: var(--mark); padding: .8rem 1rem; border-radius: 6px; white-space: pre-wrap; font-size: .9rem; }
pre span { white-space: nowrap; }
@media (max-width: 32rem) {
  main { padding-top: 1.5rem; }
  h1 { font-size: 1.5rem; }
  table { font-size: .85rem; }
  th, td { padding: .4rem .45rem; }
}
@media print { main { max-width: none; padding: 0; } section, figure { break-inside: avoid; } }
`;
