import type { FinishedRun, LogRecord } from '../../src/training/records.js';

const environment = {
  backend: 'native',
  accelerated: true,
  evenkeel: '0.0.0',
  tfjs: '4.22.0',
  node: '20.0.0',
  platform: 'linux x64',
  processor: '2 x a processor',
};

interface Options {
  recipes: readonly string[];
  seeds: number;
  epochs: number;
}

/** Finished runs as training would leave them, with numbers that follow from recipe, seed and epoch. */
export function finishedRuns({ recipes, seeds, epochs }: Options): FinishedRun[] {
  return recipes.flatMap((recipe, i) =>
    Array.from({ length: seeds }, (_, s) => {
      const config = {
        recipe,
        seed: s + 1,
        epochs,
        batchSize: 10,
        learningRate: 0.1,
        hidden: [4, 4],
        examples: 100,
        holdOut: 0,
      };
      const accuracy = (epoch: number) => 0.9 + 0.01 * i - 0.2 / (1 + epoch) + 0.002 * ((s * (i + 2)) % 5);
      const log = Array.from({ length: epochs }, (_, e): LogRecord[] => [
        steps(e + 0.5, 2 / (1 + e + 0.1 * i)),
        steps(e + 1, 1.8 / (1 + e + 0.1 * i)),
        {
          kind: 'epoch',
          step: 10 * (e + 1),
          epoch: e + 1,
          loss: 1.9 / (1 + e),
          accuracy: accuracy(e) + 0.01,
          evaluationLoss: 0.5,
          evaluationAccuracy: accuracy(e),
          millisecondsPerStep: 3,
          seconds: 2 + i,
        },
      ]).flat();
      const result = {
        testLoss: 0.3,
        testAccuracy: accuracy(epochs - 1),
        parameters: 1234,
        millisecondsPerStep: 3,
        seconds: 6,
      };
      return { config, environment, log, result };
    }),
  );
}

function steps(epoch: number, loss: number): LogRecord {
  return {
    kind: 'steps',
    step: 10 * epoch,
    epoch,
    loss,
    accuracy: 0.8,
    activationSparsity: { hidden_1: 0.5, hidden_2: 0.25 },
    gradientNorm: { hidden_1: loss / 2, hidden_2: loss, output: 0 },
    dropRate: { dropout_1: 0.5 },
  };
}
