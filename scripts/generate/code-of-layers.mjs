import { readFileSync } from 'node:fs';

export const NOTICE = '// Written by `npm run generate` from catalogue.json: not to be edited.';

/** The files that name every layer, by path. */
export function codeOfLayers(layers) {
  const sorted = [...layers].sort((a, b) => (a.stem < b.stem ? -1 : 1));
  return {
    'src/index.ts': withExports(readFileSync('src/index.ts', 'utf8'), sorted),
    'src/register-all.ts': registerAll(readFileSync('src/register-all.ts', 'utf8'), sorted),
    'test/support/every-layer.ts': everyLayer(sorted),
    ...Object.fromEntries(sorted.map((layer) => [`src/entries/layers/${layer.stem}.ts`, entry(layer)])),
  };
}

const PARTLY = '// The lines of layers are written by `npm run generate` from catalogue.json.\n';
const isOfLayers = /^(?:import|export) \{[^}]*\} from '\.\.\/layers\/[^']*';\n/gm;

function withExports(old, layers) {
  const lines = layers.map(
    ({ stem, layerClass, args, factory }) =>
      `export { ${layerClass}, type ${args}, ${factory} } from '../layers/${stem}.js';\n`,
  );
  return PARTLY + lines.join('') + old.replace(PARTLY, '').replace(isOfLayers, '');
}

function registerAll(old, layers) {
  const imports = layers.map(
    ({ layerClass, stem }) => `import { ${layerClass} } from '../layers/${stem}.js';\n`,
  );
  const calls = layers.map(({ layerClass }) => `  register(${layerClass});\n`).join('');
  const rest = old.replace(PARTLY, '').replace(isOfLayers, '');
  return PARTLY + imports.join('') + rest.replace(/(registerAll\(\): void \{\n)[^}]*/, `$1${calls}`);
}

function entry({ stem, layerClass }) {
  return `${NOTICE}
import { ${layerClass} } from '../../../layers/${stem}.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/${stem}.js';

register(${layerClass});
`;
}

/** What tests need to try something on every layer. */
function everyLayer(layers) {
  const lines = layers.map(({ call, factory, firstArgument }) => {
    const argument = call.slice(factory.length + 1, -1).trim();
    const own = argument ? `${argument.slice(1, -1).trim()}, ` : '';
    const facts = `name: '${factory}', factory: ${factory}, firstArgument: '${firstArgument}'`;
    return `{ ${facts}, make: (more) => ${factory}({ ${own}...more }) },`;
  });
  return `${NOTICE}
import * as tf from '@tensorflow/tfjs';
import { ${layers.map(({ factory }) => factory).join(', ')} } from 'evenkeel';

export interface LayerOfAll {
  /** That of its factory. */
  name: string;
  factory: (args: never) => tf.layers.Layer | Parameters<typeof tf.layers.rnn>[0]['cell'];
  firstArgument: string;
  /** A new layer, with further arguments, whether it knows them or not. */
  make: (more?: object) => unknown;
}

export const everyLayer: readonly LayerOfAll[] = [
  ${lines.join('\n  ')}
];
`;
}
