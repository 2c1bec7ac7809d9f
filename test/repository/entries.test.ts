import { readdirSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';

const stems = readdirSync('layers')
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3));
const { classNameMap } = tf.serialization.SerializationMap.getMap();
const registered = () =>
  Object.keys(classNameMap)
    .filter((name) => name.startsWith('Evenkeel'))
    .sort();
const all = stems.map((stem) => {
  const [, className] = /static className = '(\w+)'/.exec(readFileSync(`layers/${stem}.ts`, 'utf8')) ?? [];
  return className;
});

function forget(): void {
  for (const name of registered()) delete classNameMap[name];
}

test('each layer has an entry, which registers it where the layer itself was loaded before', async () => {
  for (const stem of stems) {
    await import(`../../layers/${stem}.ts`);
    forget();
    await import(`../../src/entries/layers/${stem}.ts`);
    expect(registered(), stem).toHaveLength(1);
  }
});

test('registerAll registers every layer, as often as it is called', async () => {
  const { registerAll } = await import('evenkeel');
  forget();
  registerAll();
  const once = registered();
  registerAll();
  expect(once).toEqual([...all].sort());
  expect(registered()).toEqual(once);
});
