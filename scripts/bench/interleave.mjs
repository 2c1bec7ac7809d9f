/**
 * Times variants in turns, so that whatever else the machine does meets all of them.
 *
 * A turn is `skip` steps that are not counted, in which memory is laid out again and what the others left is swept up,
 * and `steps` that are; it ends early once it has taken `patience` milliseconds and one step is counted.
 *
 * @param variants each `{ time, enter?, leave?, warmUp? }`: `time()` makes a step and resolves to its milliseconds;
 *   `warmUp()` comes before the turn, and none of it is counted
 * @returns for each variant, for each round, the milliseconds of its steps
 */
export async function interleave(variants, { rounds, steps, skip = 0, patience = Infinity }) {
  const times = variants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { time, enter, leave, warmUp }] of variants.entries()) {
      enter?.();
      try {
        await warmUp?.();
        times[i].push(await turn(time, { steps, skip, patience }));
      } finally {
        leave?.();
      }
    }
  }
  return times;
}

async function turn(time, { steps, skip, patience }) {
  const end = performance.now() + patience;
  for (let i = 0; i < skip && performance.now() < end; i++) await time();
  const times = [];
  do times.push(await time());
  while (times.length < steps && performance.now() < end);
  return times;
}

/** A step that says how many milliseconds it took. */
export const clocked = (step) => async () => {
  const start = performance.now();
  await step();
  return performance.now() - start;
};
