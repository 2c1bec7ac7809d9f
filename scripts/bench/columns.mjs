/** The columns of a comparison: which there are follows from what was measured beside tfjs. */

const UNTRAINED = 'throws';

export const ratioText = (ratio) => ratio.toFixed(ratio < 0.01 ? 3 : 2);

const text = (time) => time?.toFixed(time < 1 ? 2 : 1) ?? '';
const time = (head, key) => ({ head, cell: ({ times }) => text(times[key]) });
const limit = (which) => ({ head: 'at most', cell: ({ limits = [] }) => limits[which]?.toFixed(2) ?? '' });

/** @param others of which the fastest counts */
const ratio = (head, key, others) => ({
  head,
  cell: ({ times }) => {
    const known = others.map((other) => times[other]).filter((time) => time !== undefined);
    return known.length && times[key] !== undefined ? ratioText(times[key] / Math.min(...known)) : '';
  },
});

/** TensorFlow itself, in Python. */
const GRAPHS = ['graph', 'xla'];

/**
 * @param compiled whether compiled steps are measured
 * @param peers those of peers.mjs that are
 * @returns each with its head, and `cell({ times, limits })`, its text in a row
 */
export function columnsOf({ compiled, peers }) {
  const keys = peers.map(({ key }) => key);
  const stock = { head: 'tfjs', cell: ({ times }) => text(times.stock) || UNTRAINED };
  const own = [stock, time('accelerated', 'fast'), ratio('ratio', 'fast', ['stock']), limit(0)];
  if (compiled) own.push(time('compiled', 'compiled'), ratio('to tfjs', 'compiled', ['stock']));
  const beside = peers.flatMap(({ key, label }) => {
    if (!['torch', 'onnx'].includes(key)) return [time(label, key)];
    const goal = key === 'torch' ? [limit(1)] : [];
    const compiledTo = compiled ? [ratio('compiled to it', 'compiled', [key])] : [];
    return [time(label, key), ratio('ratio to it', 'fast', [key]), ...goal, ...compiledTo];
  });
  const graphs = GRAPHS.filter((key) => keys.includes(key));
  const best =
    compiled && graphs.length ? [ratio("compiled to TensorFlow's better", 'compiled', graphs)] : [];
  return [...own, ...beside, ...best];
}

/** As wide as any row of these names. */
export const widestRow = (names) => [names.reduce((a, b) => (b.length > a.length ? b : a), ''), UNTRAINED];
