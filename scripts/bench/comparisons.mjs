/**
 * What is compared with and without `accelerate`. Each: its subjects, the first words of their lines for the peers, what
 * the numbers of a row are and how many milliseconds their unit has, the steps of a turn, and how many rounds there are
 * unless told.
 */
import { EPOCHS } from './epochs.mjs';
import { CALLS, PREDICTIONS } from './predictions.mjs';
import { STEPS } from './timed.mjs';

export const steps = {
  subjects: STEPS,
  kinds: ['step', 'alone'],
  what: 'ms per step, batch 128',
  milliseconds: 1,
  turn: { skip: 2, steps: 5, patience: 10_000 },
  rounds: 8,
};

export const epochs = {
  subjects: EPOCHS,
  kinds: ['epoch'],
  what: 's per epoch, MNIST, batch 128',
  milliseconds: 1000,
  turn: { steps: 1 },
  rounds: 2,
};

export const predictions = {
  subjects: PREDICTIONS,
  kinds: ['predict'],
  what: 'µs per predict, one example',
  milliseconds: CALLS / 1000,
  turn: { skip: 2, steps: 5 },
  rounds: 8,
};
