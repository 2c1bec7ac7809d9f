/**
 * What is compared with and without `accelerate`. Each: its subjects, what the numbers of a row are and how many
 * milliseconds their unit has, the steps of a turn, and how many rounds there are unless told.
 */
import { EPOCHS } from './epochs.mjs';
import { STEPS } from './timed.mjs';

export const steps = {
  subjects: STEPS,
  what: 'ms per step, batch 128',
  milliseconds: 1,
  turn: { skip: 2, steps: 5, patience: 10_000 },
  rounds: 8,
};

export const epochs = {
  subjects: EPOCHS,
  what: 's per epoch, MNIST, batch 128',
  milliseconds: 1000,
  turn: { steps: 1 },
  rounds: 2,
};
