import { parseHTML } from 'linkedom';
import { iterationsSentence } from '../training/iterations.js';
import { type ComparisonRow, dataName, type FinishedRun } from '../training/records.js';
import {
  accuracyChart,
  type Chart,
  finalAccuracyChart,
  type LayerQuantity,
  layerCharts,
  layerColours,
  layersOf,
  lossChart,
  recipeColours,
  recipesOf,
  type Width,
} from './charts.js';
import { best, caption, columns, engineName, plural } from './format.js';
import { stylesheet } from './stylesheet.js';

export interface Comparison {
  rows: readonly ComparisonRow[];
  /** Every finished run, at least one. */
  runs: readonly FinishedRun[];
  /** The command that makes it again. */
  command: string;
  date: Date;
}

type Child = Element | string;

/** The report of a comparison: one page that needs no network, no script and no other file. */
export function reportPage({ rows, runs, command, date }: Comparison): string {
  const { document } = parseHTML('<!doctype html><html lang="en"><head></head><body></body></html>');
  const h = (tag: string, attributes: Record<string, string> = {}, ...children: Child[]): Element => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    // Strings become text nodes: whatever a name holds is escaped.
    element.append(...children);
    return element;
  };
  const drawn = ({ svg, label }: Chart): Element => {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', label);
    return svg;
  };
  // Drawn for the page and for a phone: shrunk to that its text could not be read.
  const large = (chart: (width: Width) => Chart): Element =>
    h(
      'figure',
      {},
      ...(['wide', 'narrow'] as const).map((width) => h('div', { class: width }, drawn(chart(width)))),
    );
  const small = (chart: Chart, recipe: string): Element =>
    h('figure', {}, h('figcaption', {}, recipe), drawn(chart));
  const legend = (entries: readonly { name: string; colour: string }[]): Element =>
    h(
      'ul',
      { class: 'legend' },
      ...entries.map(({ name, colour }) => h('li', { style: `--swatch: ${colour}` }, name)),
    );
  const byLayer = (quantity: LayerQuantity): Child[] => [
    legend(layerColours(runs).filter(({ name }) => layersOf(runs, quantity).includes(name))),
    h(
      'div',
      { class: 'multiples' },
      ...layerCharts(runs, quantity, document).map(({ recipe, chart }) => small(chart, recipe)),
    ),
  ];

  const { config, environment } = runs[0] as FinishedRun;
  const recipes = recipesOf(runs);
  const seeds = new Set(runs.map((run) => run.config.seed)).size;
  const evaluated = config.holdOut > 0 ? 'hold-out' : 'test';
  const winner = best(rows);
  const title = `${plural(recipes.length, 'recipe')}, ${plural(seeds, 'seed')}, ${plural(config.epochs, 'epoch')}`;

  document.head.append(
    h('meta', { charset: 'utf-8' }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('meta', { name: 'color-scheme', content: 'light dark' }),
    h('title', {}, `evenkeel: ${title}`),
    h('style', {}, stylesheet),
  );
  document.body.append(
    h(
      'main',
      {},
      h(
        'header',
        {},
        h('p', { class: 'kicker' }, 'evenkeel compare'),
        h('h1', {}, title),
        h(
          'p',
          { class: 'lead' },
          `${dataName(config)}, ${iterationsSentence(config.examples - config.holdOut, config.batchSize)}. Backend ${engineName(environment)}. ${date.toISOString().slice(0, 10)}.`,
        ),
      ),
      h(
        'div',
        { class: 'scroll' },
        h(
          'table',
          {},
          h('thead', {}, h('tr', {}, ...columns.map(({ name, align }) => h('th', { class: align }, name)))),
          h(
            'tbody',
            {},
            ...rows.map((row) =>
              h(
                'tr',
                row === winner ? { class: 'best' } : {},
                ...columns.map(({ cell, align }, i) =>
                  h('td', { class: align }, cell(row) + (i === 1 && row === winner ? ' *' : '')),
                ),
              ),
            ),
          ),
        ),
      ),
      h('p', { class: 'note' }, caption(rows)),

      h(
        'section',
        {},
        h('h2', {}, 'Test accuracy'),
        h(
          'p',
          {},
          'A dot is a run, a bar the mean of its recipe. Where the dots of two recipes overlap, the seeds do not tell them apart.',
        ),
        large((width) => finalAccuracyChart(runs, document, width)),
      ),
      h(
        'section',
        {},
        h('h2', {}, 'Learning curves'),
        h(
          'p',
          {},
          `Training loss (cross-entropy, logarithmic scale), measured while the weights change${seeds > 1 ? ': the mean over seeds thick, each seed thin' : ''}. With dropout it is the loss of the thinned network, higher than that of the network that predicts.`,
        ),
        legend(recipeColours(recipes)),
        large((width) => lossChart(runs, document, width)),
        ...(config.epochs > 1
          ? [
              h('p', {}, `Accuracy on the ${evaluated} set after each epoch.`),
              large((width) => accuracyChart(runs, document, width)),
            ]
          : []),
      ),
      h(
        'section',
        {},
        h('h2', {}, 'Activation sparsity by layer'),
        h(
          'p',
          {},
          'The share of a hidden layer’s outputs that are exactly zero, on 256 training images in inference mode. Near 0.5 is usual behind ReLU; towards 1, units are dying.',
        ),
        ...byLayer('activationSparsity'),
      ),
      h(
        'section',
        {},
        h('h2', {}, 'Gradient norm by layer'),
        h(
          'p',
          {},
          'The length of the loss gradient with respect to each layer’s weights, on the same images, on a logarithmic scale. Lines that fan out downwards from the output to the first layer are the picture of vanishing gradients; lines that stay together mean that every layer learns. It depends on how a layer is parameterized: a cosine layer is trained with a larger rate because its gradients are smaller.',
        ),
        ...byLayer('gradientNorm'),
      ),
      ...(layersOf(runs, 'dropRate').length > 0
        ? [
            h(
              'section',
              {},
              h('h2', {}, 'Drop probability by layer'),
              h(
                'p',
                {},
                'The probability with which a training step drops units or weights, for the layers that drop any; where two lines run together, one is drawn within the other. Where the rate anneals, it falls. Standout has a probability for each unit and input, which is not drawn.',
              ),
              ...byLayer('dropRate'),
            ),
          ]
        : []),
      h(
        'section',
        {},
        h('h2', {}, 'Configuration'),
        definitions(h, [
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
          [
            'versions',
            `evenkeel ${environment.evenkeel}, tfjs ${environment.tfjs}, Node ${environment.node}`,
          ],
          ['machine', `${environment.processor}, ${environment.platform}`],
        ]),
        h('p', {}, 'Make it again:'),
        h(
          'pre',
          {},
          h(
            'code',
            {},
            ...command.split(' ').flatMap((word, i) => [...(i > 0 ? [' '] : []), h('span', {}, word)]),
          ),
        ),
      ),
    ),
  );
  return document.toString();
}

function definitions(
  h: (tag: string, attributes?: Record<string, string>, ...children: Child[]) => Element,
  entries: readonly (readonly [string, string])[],
): Element {
  return h('dl', {}, ...entries.flatMap(([term, value]) => [h('dt', {}, term), h('dd', {}, value)]));
}
