// The lines of layers are written by `npm run generate` from catalogue.json.
import { AnnealedDropout } from '../layers/annealed-dropout.js';
import { CosineConv1D } from '../layers/cosine-conv1d.js';
import { CosineConv2D } from '../layers/cosine-conv2d.js';
import { CosineDense } from '../layers/cosine-dense.js';
import { DropConnectDense } from '../layers/drop-connect-dense.js';
import { Dropout } from '../layers/dropout.js';
import { IterativeWhitening } from '../layers/iterative-whitening.js';
import { LayerNormLSTMCell } from '../layers/layer-norm-lstm-cell.js';
import { MeanOnlyBatchNorm } from '../layers/mean-only-batch-norm.js';
import { RReLU } from '../layers/rrelu.js';
import { StandoutDense } from '../layers/standout-dense.js';
import { UniformDropout } from '../layers/uniform-dropout.js';
import { WeightNorm } from '../layers/weight-norm.js';
import { register } from './layer/register.js';

/**
 * Makes every layer of this package known to `tf.loadLayersModel`, as often as it is called.
 *
 * An imported layer registers itself, and so does `import 'evenkeel/layers/<name>'`. For a page that loads models of any
 * of them and names none: a bundler leaves out what nobody uses.
 *
 * ```ts
 * registerAll();
 * const model = await tf.loadLayersModel('model/model.json');
 * ```
 */
export function registerAll(): void {
  register(AnnealedDropout);
  register(CosineConv1D);
  register(CosineConv2D);
  register(CosineDense);
  register(DropConnectDense);
  register(Dropout);
  register(IterativeWhitening);
  register(LayerNormLSTMCell);
  register(MeanOnlyBatchNorm);
  register(RReLU);
  register(StandoutDense);
  register(UniformDropout);
  register(WeightNorm);
}
