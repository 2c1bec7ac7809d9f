import { ratioText } from './columns.mjs';

/**
 * What a comparison is made for, in words.
 *
 * @param results each with name, limits, times and accuracy by what was measured, the problem of tfjs, and those of others
 *   by their labels
 * @param labels by what was measured
 */
export function verdicts(results, labels) {
  const ratios = results.flatMap(({ name, limits: [toStock, toTorch] = [], times }) => [
    { name, other: 'tfjs', ratio: times.fast / times.stock, limit: toStock },
    { name, other: 'PyTorch', ratio: times.fast / times.torch, limit: toTorch },
    { name, other: 'accelerated', ratio: times.compiled / times.fast },
  ]);
  const list = (found) =>
    found.map(({ name, other, ratio }) => `${name} (${ratioText(ratio)} to ${other})`).join('; ') || 'none';
  const slower = (to) => list(ratios.filter(({ other, ratio }) => other === to && ratio > 1));
  const compiled = results.some(({ times }) => times.compiled !== undefined);
  return [
    `slower than tfjs: ${slower('tfjs')}`,
    ...(compiled ? [`compiled, but slower than accelerated: ${slower('accelerated')}`] : []),
    `over what is aimed at: ${list(ratios.filter(({ ratio, limit }) => ratio > limit))}`,
    ...results.flatMap((result) => remarks(result, labels)),
  ];
}

function remarks({ name, accuracy, problem, problems }, labels) {
  const known = Object.entries(accuracy).filter(([, value]) => value !== undefined);
  const values = known.map(([key, value]) => `${labels[key]} ${value.toFixed(4)}`);
  return [
    ...(values.length ? [`accuracy in the last epoch of ${name}: ${values.join(', ')}`] : []),
    ...(problem ? [`tfjs does not train ${name}: ${problem}`] : []),
    ...Object.entries(problems).map(([label, why]) => `${label} left out of ${name}: ${why}`),
  ];
}
