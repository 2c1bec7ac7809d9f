import { iterationsSentence } from '../training/iterations.js';
import { type ComparisonRow, dataName, type FinishedRun } from '../training/records.js';
import { type LayerQuantity, type ReportData, recipesOf, reportData } from './data.js';
import { caption, engineName, plural } from './format.js';
import { Html, html } from './html.js';
import { pairedDifferences } from './paired.js';
import { stylesheet } from './stylesheet.js';
import { epochTable, layerTable, pairedTable, quantitiesIn, summaryTable } from './tables.js';

export interface Comparison {
  rows: readonly ComparisonRow[];
  /** Every finished run, at least one. */
  runs: readonly FinishedRun[];
  /** The command that makes it again. */
  command: string;
  date: Date;
  /** The script that draws the charts. */
  script: string;
}

/** The report of a comparison: one page that needs no network and no other file, whose tables need no script. */
export function reportPage({ rows, runs, command, date, script }: Comparison): string {
  const { config, environment } = runs[0]!;
  const recipes = recipesOf(runs);
  const seeds = new Set(runs.map((run) => run.config.seed)).size;
  const title = `${plural(recipes.length, 'recipe')}, ${plural(seeds, 'seed')}, ${plural(config.epochs, 'epoch')}`;
  const data = reportData(runs, pairedDifferences(runs));
  const lead = `${dataName(config)}, ${iterationsSentence(config.examples - config.holdOut, config.batchSize)}. Backend ${engineName(environment)}. ${date.toISOString().slice(0, 10)}.`;
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>evenkeel: ${title}</title>
<style>${new Html(stylesheet)}</style>
</head>
<body>
<main>
<header>
<p class="kicker">evenkeel compare</p>
<h1>${title}</h1>
<p class="lead">${lead}</p>
</header>
${summaryTable(rows)}
<p class="note">${caption(rows)}</p>
<p class="note" id="without-script">The charts are drawn by a script in this page, and scripts are off here. The tables hold the same numbers.</p>
${accuracySection(data, seeds)}
${curvesSection(data, config.holdOut > 0 ? 'hold-out' : 'test', seeds)}
${quantitiesIn(data).map((quantity) => layerSection(data, quantity))}
${configurationSection({ rows, runs, command })}
</main>
<script type="application/json" id="data">${new Html(inScript(JSON.stringify(data, shortNumbers)))}</script>
<script>${new Html(script)}</script>
</body>
</html>
`;
  return text;
}

/** Within a script element the parser looks for its end tag and for comments; the build keeps both out of the script. */
const inScript = (json: string) => json.replaceAll('<', '\\u003c');

/** Six digits are more than a chart shows. */
const shortNumbers = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

const chart = (name: string, label: string) =>
  html`<figure data-chart="${name}" aria-label="${label}" hidden></figure>`;

const numbers = (table: Html) => html`<details><summary>Numbers</summary>${table}</details>`;

function accuracySection({ recipes, paired }: ReportData, seeds: number): Html {
  const baseline = recipes[0]!;
  return html`<section>
<h2>Test accuracy</h2>
<p>Each dot is a run; each bar is the mean of its recipe.</p>
${chart('accuracy', 'Test accuracy of each run by recipe')}
${
  paired.length > 0 &&
  html`<h3>Compared over equal seeds</h3>
<p>The difference of test accuracy in percentage points from <span id="baseline">${baseline}</span>, paired by seed${seeds > 1 ? ', with the 95 % confidence interval of its mean (Student’s t). An interval that contains 0 does not tell the two recipes apart' : '. One seed has no interval: train with --seeds 5'}.</p>
${pairedTable(paired, baseline)}`
}
</section>`;
}

function curvesSection(data: ReportData, evaluated: string, seeds: number): Html {
  const shown = seeds > 1 ? ' The thick line is the mean over seeds, each thin line a seed.' : '';
  return html`<section>
<h2>Learning curves</h2>
<form id="controls" hidden></form>
<h3>Training loss</h3>
<p>Cross-entropy on a logarithmic scale, measured while the weights change.${shown} Dropout raises it, because the thinned network is measured.</p>
${chart('loss', 'Training loss')}
<h3>Accuracy on the ${evaluated} set</h3>
<p>After each epoch, the mean over seeds.</p>
${chart('evaluation', `Accuracy on the ${evaluated} set after each epoch`)}
<h3>Gap between training and ${evaluated} accuracy</h3>
<p>In percentage points; above 0, the model is better on the examples that it was trained on. The training accuracy is measured during the epoch.</p>
${chart('gap', `Training accuracy minus ${evaluated} accuracy after each epoch`)}
${numbers(epochTable(data, evaluated))}
</section>`;
}

const layerTexts: Record<LayerQuantity, { title: string; text: string }> = {
  activationSparsity: {
    title: 'Activation sparsity by layer',
    text: 'The share of a hidden layer’s outputs that are exactly zero, on 256 training images in inference mode. Near 0.5 is usual after ReLU; a layer near 1 has dying units.',
  },
  gradientNorm: {
    title: 'Gradient norm by layer',
    text: 'The norm of the loss gradient with respect to each layer’s weights, on the same images, on a logarithmic scale. Gradients vanish where the lines spread downwards from the output to the first layer; where the lines stay together, every layer learns. The norm depends on the parameterization: a cosine layer has smaller gradients and a larger learning rate.',
  },
  dropRate: {
    title: 'Drop probability by layer',
    text: 'The probability with which a training step drops units or weights. Where two lines coincide, one is drawn inside the other. Standout has a probability for each unit and input, which is not drawn.',
  },
};

function layerSection(data: ReportData, quantity: LayerQuantity): Html {
  const { title, text } = layerTexts[quantity];
  return html`<section>
<h2>${title}</h2>
<p>${text}</p>
<div data-layers="${quantity}" role="group" aria-label="${title}" hidden></div>
${numbers(layerTable(data, quantity, title))}
</section>`;
}

function configurationSection({ rows, runs, command }: Pick<Comparison, 'rows' | 'runs' | 'command'>): Html {
  const { config, environment } = runs[0]!;
  const entries = [
    ['data', dataName(config)],
    ['epochs', String(config.epochs)],
    ['batch size', String(config.batchSize)],
    ['hidden layers', config.hidden.join(', ')],
    ['training examples', String(config.examples - config.holdOut)],
    ['hold-out examples', String(config.holdOut)],
    ['seeds', [...new Set(runs.map((run) => run.config.seed))].join(', ')],
    ['learning rates', rows.map((row) => `${row.recipe} ${row.learningRate}`).join(', ')],
    ['optimizer', 'plain SGD, categorical cross-entropy'],
    ['backend', engineName(environment)],
    ['versions', `evenkeel ${environment.evenkeel}, tfjs ${environment.tfjs}, Node ${environment.node}`],
    ['machine', `${environment.processor}, ${environment.platform}`],
  ] as const;
  return html`<section>
<h2>Configuration</h2>
<dl>${entries.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>
<p>Make it again:</p>
<pre><code>${command.split(' ').map((word, i) => html`${i > 0 && ' '}<span>${word}</span>`)}</code></pre>
</section>`;
}
