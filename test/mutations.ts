/**
 * Mistakes that a test must catch: each puts a wrong line in place of a right one. `npm run mutations` makes them one at
 * a time, in what the tests load and never on disk, and shows which tests see them.
 */
export interface Mutation {
  /** What is wrong then. */
  name: string;
  /** The source file, from the root. */
  file: string;
  /** Occurs once in it. */
  right: string;
  wrong: string;
  /** Where it is to be seen, if not on the backend that is asked for. */
  backend?: 'native' | 'wasm' | 'node';
}

const cosine = 'src/ops/cosine.ts';
const cosineConv = 'src/ops/cosine-conv.ts';
const weightNorm = 'src/ops/weight-norm.ts';
const lengths = 'src/ops/lengths.ts';
const accelerate = 'src/accelerate';

export const MUTATIONS: Mutation[] = [
  // A missing square root.
  {
    name: 'lengths without the root',
    file: lengths,
    right: 'tf.sqrt(sumOfSquares(kernel, inputAxes(kernel, outputAxes), false).add(normGuard(epsilon)))',
    wrong: 'sumOfSquares(kernel, inputAxes(kernel, outputAxes), false).add(normGuard(epsilon))',
  },
  {
    name: 'weight norm divides by the square of the length',
    file: weightNorm,
    right: 'const inverse = inverseLength(sumOfSquares(v, [0]), guard); // [units]',
    wrong: 'const inverse = tf.reciprocal(sumOfSquares(v, [0]).add(guard));',
  },
  {
    name: 'cosine divides by the square of the length of x',
    file: cosine,
    right: 'const inverse = inverseLength(tf.sum(tf.square(all), 1, true), guard, rounding);',
    wrong: 'const inverse = tf.reciprocal(tf.sum(tf.square(all), 1, true).add(guard));',
  },
  {
    name: 'cosine convolution divides by the square of the length of a patch',
    file: cosineConv,
    right: 'const inverse = inverseLength(one ? patch2.add(tf.square(one)) : patch2, guard);',
    wrong: 'const inverse = tf.reciprocal(one ? patch2.add(tf.square(one)) : patch2);',
  },
  // A wrong axis.
  {
    name: 'lengths over the outputs',
    file: lengths,
    right: 'filter((axis) => !outputs.includes(axis))',
    wrong: 'filter((axis) => outputs.includes(axis))',
  },
  {
    name: 'a transposed convolution normalized by its last axis',
    file: 'src/arguments/kernels.ts',
    right: 'kernels: { kernel: [-2] }',
    wrong: 'kernels: { kernel: [-1] }',
  },
  {
    name: 'a depthwise convolution normalized over its input channels',
    file: 'src/arguments/kernels.ts',
    right: 'DepthwiseConv2D: { ...conv2d, kernels: { depthwise_kernel: [-2, -1] } }',
    wrong: 'DepthwiseConv2D: { ...conv2d, kernels: { depthwise_kernel: [-1] } }',
  },
  {
    name: 'examples centred over the batch',
    file: cosine,
    right: 'const own = center ? subtractMean(subtractMean(inside, 1), 1) : inside;',
    wrong: 'const own = center ? subtractMean(subtractMean(inside, 0), 0) : inside;',
  },
  {
    name: 'the lengths of patches without their channels',
    file: cosineConv,
    right: 'const squares = tf.sum(tf.square(x), 3, true) as tf.Tensor4D;',
    wrong: 'const squares = tf.mean(tf.square(x), 3, true) as tf.Tensor4D;',
  },
  // A dropped term of a gradient.
  {
    name: 'weight norm: dv keeps its part along v',
    file: weightNorm,
    right: 'return [dy.mul(s), v.mul(dg.mul(s).mul(inverse).neg()), dg];',
    wrong: 'return [dy.mul(s), tf.zerosLike(v), dg];',
  },
  {
    name: 'weight norm: g has no gradient',
    file: weightNorm,
    right: 'return [dy.mul(s), v.mul(dg.mul(s).mul(inverse).neg()), dg];',
    wrong: 'return [dy.mul(s), v.mul(dg.mul(s).mul(inverse).neg()), tf.zerosLike(dg)];',
  },
  {
    name: 'unit kernel: dv keeps its part along v',
    file: weightNorm,
    right: 'return [dw.sub(w.mul(tf.sum(dw.mul(w), axes, true))).mul(inverse)];',
    wrong: 'return [dw.mul(inverse)];',
  },
  {
    name: 'cosine: dx keeps its part along x',
    file: cosine,
    right: 'const dx = dy.sub(value.mul(pull)).mul(inverse);',
    wrong: 'const dx = dy.mul(inverse);',
  },
  {
    name: 'cosine: dw keeps its part along w',
    file: cosine,
    right: 'return [dc.mul(inverse), w.mul(pull)];',
    wrong: 'return [dc.mul(inverse), tf.zerosLike(w)];',
  },
  {
    name: 'cosine convolution: no gradient through the lengths of patches',
    file: cosineConv,
    right: 'x.mul(pull.neg())',
    wrong: 'tf.zerosLike(x)',
  },
  {
    name: 'patches: the gradient forgets what lies before the image',
    file: 'src/ops/patches.ts',
    right: 'tf.slice(tf.addN(whole), [0, top, left, 0], shape)',
    wrong: 'tf.slice(tf.addN(whole), [0, 0, 0, 0], shape)',
  },
  {
    name: 'relu: the gradient of an identity',
    file: 'src/ops/activate.ts',
    right: 'throughReluOf(dy, y as tf.Tensor)',
    wrong: 'dy.clone()',
  },
  // An epsilon outside the root.
  {
    name: 'weight norm with epsilon outside the root',
    file: weightNorm,
    right: 'const inverse = inverseLength(sumOfSquares(v, [0]), guard); // [units]',
    wrong: 'const inverse = tf.reciprocal(tf.sqrt(sumOfSquares(v, [0])).add(guard));',
  },
  {
    name: 'unit kernel with epsilon outside the root',
    file: weightNorm,
    right: 'const inverse = inverseLength(sumOfSquares(v, axes, true), guard);',
    wrong: 'const inverse = tf.reciprocal(tf.sqrt(sumOfSquares(v, axes, true)).add(guard));',
  },
  {
    name: 'cosine without an epsilon for w',
    file: cosine,
    right: 'const inverse = inverseLength(sumOfSquares(w, [0]), guard, rounding); // [units]',
    wrong: 'const inverse = tf.rsqrt(sumOfSquares(w, [0]));',
  },
  // A forgotten bias.
  {
    name: 'cosine: the bias is not in the length of w',
    file: cosine,
    right: 'return overLengths(tf.matMul(directions, w), w, guard, rounding);',
    wrong:
      'return overLengths(tf.matMul(directions, w), own.concat(tf.zeros([w.shape[0] - own.shape[0], w.shape[1]])) as tf.Tensor2D, guard, rounding);',
  },
  {
    name: 'cosine convolution: the bias is not added',
    file: cosineConv,
    right: 'const total = bias && one ? product.add(bias.mul(one)) : product;',
    wrong: 'const total = product;',
  },
  {
    name: 'cosine layers: the added bias is not added',
    file: 'src/arguments/cosine.ts',
    right: "return b && bias === 'add' ? scaled.add(b) : scaled;",
    wrong: 'return scaled;',
  },
  {
    name: 'weight norm: the bias of dense is not added',
    file: 'layers/weight-norm.ts',
    right: 'bias ? y.add(bias.read()) : y',
    wrong: 'y',
  },
  // What a forward-only test lets pass, and what stands around the ops.
  {
    name: 'weight norm: g is never trained',
    file: 'src/arguments/normalized-kernel.ts',
    right: 'trainable: trainableScale,',
    wrong: 'trainable: false,',
  },
  {
    name: 'weight norm: g starts at 1',
    file: 'src/arguments/normalized-kernel.ts',
    right: "...part('g', () => kernelLengths(start(), outputAxes, epsilon)),",
    wrong: "...part('g', () => kernelLengths(start(), outputAxes, epsilon).mul(0).add(1)),",
  },
  {
    name: 'data-dependent initialization measures with the bias in place',
    file: 'layers/weight-norm.ts',
    right: 'bias?.write(tf.zerosLike(bias.read()));',
    wrong: '',
  },
  {
    name: 'data-dependent initialization forgets the mean',
    file: 'src/initialization/data-init.ts',
    right: 'bias?.write(tf.mul(mean, lengths).neg());',
    wrong: '',
  },
  {
    name: 'data-dependent initialization measures with g in place',
    file: 'layers/weight-norm.ts',
    right: 'g.write(tf.onesLike(g.read()));',
    wrong: '',
  },
  {
    name: 'a learned scale is not kept positive',
    file: 'src/arguments/cosine.ts',
    right: 'c.mul(tf.exp(logScale))',
    wrong: 'c.mul(logScale)',
  },
  {
    name: 'images are not scaled before they are squared',
    file: lengths,
    right: 'return tf.where(tf.greater(largest, SMALLEST), largest, tf.onesLike(largest));',
    wrong: 'return tf.onesLike(largest);',
  },
  // The companions, dropout and standout.
  {
    name: 'mean-only batch norm: the gradient keeps its mean',
    file: 'src/ops/batch-mean.ts',
    right: 'return [addToChannels(dy, db.div(-values), axis), db];',
    wrong: 'return [dy.clone(), db];',
  },
  {
    name: 'mean-only batch norm: the bias has no gradient',
    file: 'src/ops/batch-mean.ts',
    right: 'return [addToChannels(dy, db.div(-values), axis), db];',
    wrong: 'return [addToChannels(dy, db.div(-values), axis), tf.zerosLike(db)];',
  },
  {
    name: 'layer norm with epsilon outside the root',
    file: 'src/ops/layer-norm.ts',
    right: 'const inverse = tf.rsqrt(tf.mean(tf.square(centred), 1, true).add(guard));',
    wrong: 'const inverse = tf.reciprocal(tf.sqrt(tf.mean(tf.square(centred), 1, true)).add(guard));',
  },
  {
    name: 'layer norm: dx keeps its part along the normalized input',
    file: 'src/ops/layer-norm.ts',
    right: 'const along = normal.mul(tf.mean(d.mul(normal), 1, true));',
    wrong: 'const along = tf.zerosLike(normal);',
  },
  {
    name: 'layer norm: the bias is not added',
    file: 'src/ops/layer-norm.ts',
    right: '(bias ? scaled.add(bias) : scaled) as tf.Tensor2D',
    wrong: 'scaled as tf.Tensor2D',
  },
  {
    name: 'whitening without the root of the trace',
    file: 'src/ops/whitening.ts',
    right: 'const whitening = root.mul(tf.rsqrt(trace)) as tf.Tensor3D;',
    wrong: 'const whitening = root.mul(tf.reciprocal(trace)) as tf.Tensor3D;',
  },
  {
    name: 'whitening without epsilon',
    file: 'src/ops/whitening.ts',
    right: '.div(examples).add(unit.mul(least)) as tf.Tensor3D;',
    wrong: '.div(examples) as tf.Tensor3D;',
  },
  {
    name: 'whitening: no gradient through the trace',
    file: 'src/ops/whitening.ts',
    right: 'const dTrace = inner(dNormal, normal).add(inner(dWhitening, whitening).div(2));',
    wrong: 'const dTrace = inner(dNormal, normal);',
  },
  // What is random.
  {
    name: 'dropout without the scale of what is kept',
    file: 'layers/dropout.ts',
    right: "this.scaling === 'classical' ? 1 : 1 / (1 - rate)",
    wrong: '1',
  },
  {
    name: 'classical dropout predicts with all of each unit',
    file: 'layers/dropout.ts',
    right: 'x.mul(1 - drawnRate(this.rate))',
    wrong: 'x.clone()',
  },
  {
    name: 'Gaussian dropout with the variance for a deviation',
    file: 'src/ops/dropout.ts',
    right: 'Math.sqrt(rate / (1 - rate))',
    wrong: '(rate / (1 - rate))',
  },
  {
    name: 'a mask keeps one integer too few',
    file: 'src/random/bernoulli.ts',
    right: '(integers[i] as number) >= least ? 1 : 0',
    wrong: '(integers[i] as number) > least ? 1 : 0',
  },
  {
    name: 'the rate scaled by is not the one drawn by',
    file: 'src/random/bernoulli.ts',
    right: 'const least = drawn * 2 ** bits;',
    wrong: 'const least = Math.floor(0.9 * drawn * 2 ** bits);',
  },
  {
    name: 'the seed and the first letter of a name cancel',
    file: 'src/random/uniform.ts',
    right: 'let hash = 0x811c9dc5 ^ mixed(seed);',
    wrong: 'let hash = 0x811c9dc5 ^ seed;',
  },
  {
    name: 'a step that is not saved',
    file: 'src/layer/random-layer.ts',
    right: 'this.counted[name] = step + 1;',
    wrong: 'this.counted[name] = 1;',
  },
  {
    name: 'a count saved as a weight is not read',
    file: 'src/layer/random-layer.ts',
    right: 'if (count.isLoaded) this.counted[name] = count.read();',
    wrong: '',
  },
  {
    name: 'a place is given twice in a model',
    file: 'src/random/place.ts',
    right: 'while (taken.has(place) && taken.get(place) !== layer) place++;',
    wrong: '',
  },
  {
    name: 'a layer without a name draws by the name that tfjs gives it',
    file: 'src/arguments/chance.ts',
    right: "return name ? null : 'unsettled'",
    wrong: 'return null',
  },
  {
    name: 'a frozen model is not looked for around a layer',
    file: 'src/tfjs/frozen.ts',
    right: '  return isInFrozenModel(layer);',
    wrong: '  return false;',
  },
  {
    name: 'dropout scales by the rate before it is rounded',
    file: 'layers/dropout.ts',
    right: 'const rate = drawnRate(this.rate);',
    wrong: 'const rate = this.rate;',
  },
  {
    name: 'folded dropout scales by the rate before it is rounded',
    file: 'layers/dropout.ts',
    right: 'scaled(1 - drawnRate(this.rate), this.features)',
    wrong: 'scaled(1 - this.rate, this.features)',
  },
  {
    name: 'annealed dropout scales by the rate before it is rounded',
    file: 'layers/annealed-dropout.ts',
    right: 'const rate = drawnRate(this.rateAt(this.now(draw.step)));',
    wrong: 'const rate = this.rateAt(this.now(draw.step));',
  },
  {
    name: 'drop-connect scales by the rate before it is rounded',
    file: 'layers/drop-connect-dense.ts',
    right: 'const rate = drawnRate(this.rate);',
    wrong: 'const rate = this.rate;',
  },
  {
    name: 'rrelu has the gradient of a positive number at 0',
    file: 'src/ops/rrelu.ts',
    right: 'tf.greater(x, 0)',
    wrong: 'tf.greaterEqual(x, 0)',
  },
  {
    name: 'normal numbers of half the angle',
    file: 'src/random/normal.ts',
    right: 'const angle = 2 * Math.PI * (drawn[half + i] as number);',
    wrong: 'const angle = Math.PI * (drawn[half + i] as number);',
  },
  {
    name: 'uniform dropout adds beta to the mean',
    file: 'src/ops/uniform-dropout.ts',
    right: '.add(1 - beta)',
    wrong: '.add(1)',
  },
  {
    name: 'rrelu without a slope in its gradient',
    file: 'src/ops/rrelu.ts',
    right: '[dy.mul(factor as tf.Tensor)]',
    wrong: '[dy.mul(tf.step(factor as tf.Tensor))]',
  },
  {
    name: 'rrelu predicts by the mean of slopes where it draws divisors',
    file: 'src/ops/rrelu.ts',
    right: "return law === 'slope' ? mean : 1 / mean;",
    wrong: "return law === 'slope' ? mean : (1 / lower + 1 / upper) / 2;",
  },
  {
    name: 'drop connect: the gradient by the input without the mask',
    file: 'src/ops/drop-connect.ts',
    right: 'tf.matMul(masked(kernel, kept), dy.expandDims(2))',
    wrong: 'tf.matMul(kernel.expandDims(0).tile([dy.shape[0], 1, 1]), dy.expandDims(2))',
  },
  {
    name: 'drop connect: the gradient by the kernel without the mask',
    file: 'src/ops/drop-connect.ts',
    right: 'masked(x.expandDims(2), kept).mul(dy.expandDims(1)).sum(0)',
    wrong: 'x.expandDims(2).mul(dy.expandDims(1)).sum(0)',
  },
  {
    name: 'drop connect without the scale of what is kept',
    file: 'layers/drop-connect-dense.ts',
    right: 'scale: rate < 1 ? 1 / (1 - rate) : 1',
    wrong: 'scale: 1',
  },
  {
    name: 'drop connect: the deviation of a single draw',
    file: 'src/ops/drop-connect-gaussian.ts',
    right: 'Math.sqrt(rate * (1 - rate))',
    wrong: 'Math.sqrt(rate)',
  },
  {
    name: 'a training that goes on starts its schedule anew',
    file: 'src/callbacks/clock.ts',
    right: 'return { step: this.epoch * this.batches + batch,',
    wrong: 'return { step: batch,',
  },
  {
    name: 'a learning rate that SGD does not hear of',
    file: 'src/callbacks/schedule-learning-rate.ts',
    right: 'if (optimizer.setLearningRate) optimizer.setLearningRate(rate);',
    wrong: 'if (false) return;',
  },
  {
    name: 'standout keeps where it should drop',
    file: 'src/ops/standout.ts',
    right: 'const margin = tf.sigmoid(logit).sub(noise);',
    wrong: 'const margin = tf.sub(noise, tf.sigmoid(logit));',
  },
  {
    name: 'standout: the belief learns without the activity',
    file: 'src/ops/standout.ts',
    right: 'dy.mul(activity).mul(q).mul(tf.sub(1, q))',
    wrong: 'dy.mul(q).mul(tf.sub(1, q))',
  },
  {
    name: 'standout folds without beta on the weights',
    file: 'layers/standout-dense.ts',
    right: '[kernel.add(beta), ',
    wrong: '[kernel, ',
  },
  {
    name: 'fold: a map moved past flatten to the wrong axis',
    file: 'src/inference/axis-map.ts',
    right: '(a === axis ? -1 : 1)',
    wrong: '(a === sizes.length - 1 ? -1 : 1)',
  },
  // Built-in layers, accelerated.
  {
    name: 'accelerated dense: relu keeps the gradient of what it cut',
    file: `${accelerate}/dense.ts`,
    right: 'clearPadding(y ? throughReluOf(dy, y) : dy)',
    wrong: 'clearPadding(dy)',
  },
  {
    name: 'accelerated dense: the bias is not added',
    file: `${accelerate}/dense.ts`,
    right: "op('BiasAdd', BIAS, product, b)",
    wrong: 'product',
    backend: 'native',
  },
  {
    name: 'cross-entropy of logits: the gradient takes the targets to add up to 1',
    file: `${accelerate}/unclipped-cross-entropy.ts`,
    right: "op('Mul', FLOAT, p, op('Sum', KEEP, t, last))",
    wrong: 'p',
    backend: 'native',
  },
  {
    name: 'cross-entropy of logits: the gradient by the whole loss, not by each example',
    file: `${accelerate}/unclipped-cross-entropy.ts`,
    right: '.mul(tf.expandDims(dy, -1))',
    wrong: '.mul(tf.sum(dy))',
  },
  {
    name: 'cross-entropy: a gradient where the probability is clipped',
    file: `${accelerate}/cross-entropy.ts`,
    right: 'const counted = mul(equal(q, c), t);',
    wrong: 'const counted = t;',
  },
  {
    name: 'cross-entropy: not clipped',
    file: `${accelerate}/cross-entropy.ts`,
    right: 'return { within, sum, q, c: clip(q, least, most) };',
    wrong: 'return { within, sum, q, c: clip(q, 1e-30, most) };',
  },
  {
    name: 'cross-entropy: evaluated without repair',
    file: `${accelerate}/unclipped-cross-entropy.ts`,
    right: 'this.testFunction = noting(this.testFunction);',
    wrong: '',
  },
  {
    name: 'adam: ready with one moment of two',
    file: `${accelerate}/adam.ts`,
    right: 'haveSlots(gradients, (i) => slotsOf(this, i))',
    wrong: 'haveSlots(gradients, (i) => slotsOf(this, i).slice(1))',
  },
  {
    name: 'accelerated batch norm: averages move the other way',
    file: `${accelerate}/batch-normalization.ts`,
    right: 'tf.sub(a, tf.mul(tf.sub(a, values[i] as tf.Tensor), share))',
    wrong: 'tf.add(a, tf.mul(tf.sub(a, values[i] as tf.Tensor), share))',
  },
  {
    name: 'accelerated batch norm: gain and bias exchanged in the gradient',
    file: `${accelerate}/batch-normalization.ts`,
    right: 'const [dx, dgain, dbias] = nativeProgram(',
    wrong: 'const [dx, dbias, dgain] = nativeProgram(',
    backend: 'native',
  },
  {
    name: "a batch norm's axis as Keras writes it, a list of one, is text once a number is added",
    file: 'src/tfjs/batch-normalization.ts',
    right: 'Array.isArray(axis) && axis.length === 1 ? axis[0] : axis',
    wrong: 'axis',
  },
  {
    name: 'accelerated batch norm: not shifted before the fused op',
    file: `${accelerate}/rough-shift.ts`,
    right: 'scalar(1 / rows)',
    wrong: 'scalar(0)',
    backend: 'native',
  },
  {
    name: 'normalization: centred once',
    file: 'src/ops/centre.ts',
    right: 'centred: tf.sub(rough, rest)',
    wrong: 'centred: rough',
  },
  {
    name: 'accelerated batch norm: predicts without its epsilon',
    file: `${accelerate}/batch-normalization.ts`,
    right: 'tf.add(variance as tf.Tensor, layer.epsilon)',
    wrong: '(variance as tf.Tensor)',
  },
  {
    name: 'accelerated layer norm: the gradient without the gain',
    file: `${accelerate}/layer-normalization.ts`,
    right: 'const d = gain',
    wrong: 'const d = false',
    backend: 'native',
  },
  {
    name: 'normalize: dx keeps its part along the normalized input',
    file: 'src/ops/normalize.ts',
    right: 'tf.mul(normal, projection)',
    wrong: 'tf.zerosLike(normal)',
  },
  {
    name: 'accelerated LSTM by its op: the parts of the kernel not put back in their order',
    file: `${accelerate}/block-lstm.ts`,
    right: 'first, third, second, last, integer(axis)',
    wrong: 'first, second, third, last, integer(axis)',
    backend: 'native',
  },
  {
    name: 'accelerated LSTM by its op: the cell of the step itself for the one before',
    file: `${accelerate}/block-lstm.ts`,
    right: 'c[t - 1] ?? zeros',
    wrong: 'c[t] ?? zeros',
    backend: 'native',
  },
  {
    name: 'accelerated LSTM: the gradient through the cell forgets its gate',
    file: `${accelerate}/lstm.ts`,
    right: 'dcNext = mul(dc, forget[t] as T);',
    wrong: 'dcNext = dc;',
  },
  {
    name: 'accelerated LSTM: the states of the step itself for those before',
    file: `${accelerate}/lstm.ts`,
    right: 'rows(algebra, before(algebra, trace[6] as T))',
    wrong: 'rows(algebra, trace[6] as T)',
  },
  {
    name: 'accelerated GRU: the update gate the other way round',
    file: `${accelerate}/gru.ts`,
    right: 'h = add(k, mul(z, sub(h, k)));',
    wrong: 'h = add(h, mul(z, sub(k, h)));',
  },
  {
    name: 'accelerated GRU: the reset gate is not in the gradient of its kernel',
    file: `${accelerate}/gru.ts`,
    right: 'rows(algebra, algebra.mul(r as T, g))',
    wrong: 'rows(algebra, g)',
  },
  {
    name: 'a hard sigmoid whose slope lacks its factor',
    file: `${accelerate}/recurrent.ts`,
    right: 'scale(throughClip(v, y, 0, 1), 0.2)',
    wrong: 'scale(throughClip(v, y, 0, 1), 1)',
  },
  {
    name: 'a stateful LSTM or GRU forgets its state',
    file: `${accelerate}/recurrent.ts`,
    right: 'kwargs?.initialState != null || stateful || returnState',
    wrong: 'kwargs?.initialState != null || returnState',
  },
  {
    name: 'an LSTM or GRU that is to return its state returns none',
    file: `${accelerate}/recurrent.ts`,
    right: 'kwargs?.initialState != null || stateful || returnState',
    wrong: 'kwargs?.initialState != null || stateful',
  },
  {
    name: "a user's gradient is replaced",
    file: `${accelerate}/patches.ts`,
    right: 'if (isUsersGradient(kernelName)) return;\n    const before',
    wrong: 'const before',
  },
  {
    name: "a user's method is replaced",
    file: `${accelerate}/patches.ts`,
    right: 'if (isUsersMethod(prototype, name)) return;',
    wrong: '',
  },
  {
    name: "a user's cell is computed as tfjs's own",
    file: `${accelerate}/recurrent.ts`,
    right: "inherits(layer, className, 'getInitialState') && inherits(layer.cell, cellName, 'call')",
    wrong: "inherits(layer, className, 'getInitialState')",
  },
  {
    name: "activations' terms are not folded into the bias",
    file: `${accelerate}/recurrent.ts`,
    right: 'b ? add(mul(b, factors), terms) : terms',
    wrong: 'b ? mul(b, factors) : b',
  },
  {
    name: 'TensorFlow ops: a slope by the value and the gradient exchanged',
    file: `${accelerate}/algebra.ts`,
    right: "op('TanhGrad', FLOAT, y, v)",
    wrong: "op('TanhGrad', FLOAT, v, y)",
    backend: 'native',
  },
  {
    name: 'the gradient of a mean is that of a sum',
    file: `${accelerate}/reductions.ts`,
    right: 'const scaled = factor === 1 ? dy : tf.mul(dy, factor);',
    wrong: 'const scaled = dy;',
  },
  {
    name: 'a sum over any axes by the op for all but the last',
    file: `${accelerate}/sum-on-native.ts`,
    right: '!axes.includes(x.rank - 1)',
    wrong: 'true',
    backend: 'native',
  },
  {
    name: 'a shared tensor that is not counted',
    file: `${accelerate}/native-kernel.ts`,
    right: '(backend as tf.KernelBackend).incRef(x.dataId);',
    wrong: '',
    backend: 'native',
  },
  {
    name: 'a cast to another type shares its values',
    file: `${accelerate}/cast.ts`,
    right: 'x.dtype === (call.attrs as unknown as { dtype: tf.DataType }).dtype ?',
    wrong: 'true ?',
    backend: 'native',
  },
  {
    name: 'a program keeps what it does not return',
    file: 'src/ops/native-op.ts',
    right: 'if (!returned.has(handle)) binding.deleteTensor(handle.id);',
    wrong: 'if (false) binding.deleteTensor(handle.id);',
    backend: 'native',
  },
  {
    name: 'tile: the gradient of one copy',
    file: `${accelerate}/tile.ts`,
    right: 'return tf.sum(tf.reshape(dy, split), copies).reshape(shape);',
    wrong: 'return tf.mean(tf.reshape(dy, split), copies).reshape(shape);',
  },
  {
    name: 'einsum: a letter that was summed over has no gradient',
    file: `${accelerate}/einsum.ts`,
    right: 'return tf.broadcastTo(y.reshape(along), shape);',
    wrong: 'return tf.broadcastTo(y.reshape(along), shape).div(tf.util.sizeFromShape(shape) / y.size);',
  },
  {
    name: 'the root has an infinite gradient at zero',
    file: `${accelerate}/sqrt.ts`,
    right: 'return tf.divNoNan(dy, root);',
    wrong: 'return tf.div(dy, root);',
  },
  {
    name: 'constraints are never applied',
    file: `${accelerate}/constraints.ts`,
    right: 'if (weight.constraint) weight.write(weight.val.clone());',
    wrong: '',
  },
  {
    name: 'a frozen batch norm goes on with the batch',
    file: `${accelerate}/frozen-batch-normalization.ts`,
    right: 'isFrozen(this) ? { ...kwargs, training: false } : kwargs',
    wrong: 'kwargs',
  },
  {
    name: 'a seeded dropout repeats its mask',
    file: `${accelerate}/dropout.ts`,
    right: 'step: step + 1',
    wrong: 'step: own.step',
  },
  // Folding.
  {
    name: 'fold: batch norm with epsilon outside the root',
    file: 'src/inference/prediction.ts',
    right: 'tf.div(1, tf.sqrt(tf.add(movingVariance.read(), epsilon)))',
    wrong: 'tf.div(1, tf.add(tf.sqrt(movingVariance.read()), epsilon))',
  },
  {
    name: 'fold: the bias before a map is forgotten',
    file: 'src/inference/axis-map.ts',
    right: 'return tf.add(timesLast(vector, map), map.shift) as tf.Tensor1D;',
    wrong: 'return map.shift.clone();',
  },
  {
    name: 'fold: a transposed convolution scaled along its inputs',
    file: 'src/inference/kernels.ts',
    right: 'outputs: ([kernel], map) => [timesSecondLast(kernel as tf.Tensor, transposed(map))],',
    wrong: 'outputs: ([kernel], map) => [timesLast(kernel as tf.Tensor, map)],',
  },
  // Files.
  {
    name: 'model.json is written before its weights',
    file: 'src/data/save-model.ts',
    right: `    await writeThrough(weights, data);
    await rename(announced, join(folder, 'model.json'));`,
    wrong: `    await rename(announced, join(folder, 'model.json'));
    await writeThrough(weights, data);`,
    backend: 'node',
  },
  {
    name: 'a save takes out what another process is about to need',
    file: 'src/data/save-model.ts',
    right: 'if (id && isAlive(Number(pid)))',
    wrong: 'if (id && !isAlive(Number(pid)))',
    backend: 'node',
  },
  {
    name: 'a model.json leads out of its folder',
    file: 'src/data/inside.ts',
    right: "if (typeof name !== 'string' || LEAVES.test(name)) {",
    wrong: "if (typeof name !== 'string') {",
    backend: 'node',
  },
  {
    name: 'a link leads out of the folder of a model',
    file: 'src/data/inside.ts',
    right: 'const way = relative(home, real);',
    wrong: 'const way = relative(home, home);',
    backend: 'node',
  },
  // Derivatives of derivatives.
  {
    name: 'a second derivative by what the first gradient saved',
    file: 'src/ops/gradient.ts',
    right: '(isNested() ? composed(...inputs) : run(definition, inputs))',
    wrong: 'run(definition, inputs)',
  },
  {
    name: 'saved outputs stay constants',
    file: `${accelerate}/saved-outputs.ts`,
    right: 'if (isNested()) putBeforeClones(this);',
    wrong: '',
  },
  // What has no direction, and what is no number.
  {
    name: 'a vector of zeros has the slope of the root',
    file: lengths,
    right: 'return tf.rsqrt(squares.add(guard)).mul(isLong);',
    wrong: 'return tf.rsqrt(squares.add(guard));',
  },
  {
    name: 'a constant unit is not zero for rounding',
    file: cosine,
    right: 'const rounding = center ? constantOf(kernel, roundingOf) : 0;',
    wrong: 'const rounding = 0;',
    backend: 'wasm',
  },
  {
    name: 'units centred once',
    file: cosine,
    right: 'value: subtractMean(subtractMean(kernel, 0), 0)',
    wrong: 'value: subtractMean(kernel, 0)',
    backend: 'native',
  },
  {
    name: 'examples centred once',
    file: cosine,
    right: 'const own = center ? subtractMean(subtractMean(inside, 1), 1) : inside;',
    wrong: 'const own = center ? subtractMean(inside, 1) : inside;',
    backend: 'wasm',
  },
  {
    name: 'relu: no gradient where it is not a number',
    file: 'src/ops/through-relu.ts',
    right: "op('Mul', FLOAT, v, op('Sign', FLOAT, y))",
    wrong: "op('ReluGrad', FLOAT, v, y)",
    backend: 'native',
  },
  {
    name: 'accelerated dense on wasm: relu in the product, which turns NaN to 0',
    file: `${accelerate}/dense.ts`,
    right: "const fuses = tf.getBackend() !== 'wasm' || !isRecording();",
    wrong: 'const fuses = true;',
    backend: 'wasm',
  },
  {
    name: 'whitening squares what it is given',
    file: 'src/ops/whitening.ts',
    right: 'tf.maximum(tf.max(largest, 2, true), 1)',
    wrong: 'tf.onesLike(tf.max(largest, 2, true))',
  },
  {
    name: 'whitening: epsilon is less than rounding',
    file: 'src/ops/whitening.ts',
    right: 'const least = tf.maximum(tf.div(guard, scale).div(scale), normGuard(ROUNDING));',
    wrong: 'const least = tf.div(guard, scale).div(scale);',
  },
  {
    name: 'DropConnect by a Gaussian squares what it is given',
    file: 'src/ops/drop-connect-gaussian.ts',
    right: 'const [ofExample, ofUnit] = [magnitude(x, [1]), magnitude(kernel, [0])];',
    wrong: 'const [ofExample, ofUnit] = [tf.scalar(1), tf.scalar(1)];',
  },
  // Layers within layers within models.
  {
    name: 'fold leaves a layer that takes one tensor twice',
    file: 'src/inference/merge.ts',
    right: ' && !meetsItself(graph, id, source)',
    wrong: '',
  },
  {
    name: "fold takes a user's class for the built-in that it extends",
    file: 'src/tfjs/builtin-layers.ts',
    right: ' && layer.constructor === builtin(name)',
    wrong: '',
  },
  {
    name: 'a folded layer saves no more than tfjs does',
    file: 'src/inference/blueprint.ts',
    right: '    saveWhole(layer);\n',
    wrong: '',
  },
  {
    name: 'two layers of one name are one for data-dependent initialization',
    file: 'src/initialization/data-init.ts',
    right: 'if (!done.has(layer))',
    wrong: 'if (![...done.keys()].some(({ name }) => name === layer.name))',
  },
  // Kernels of tfjs that are wrong, left as they are.
  {
    name: 'a convolution on wasm whose strides are above the window sees all of the image',
    file: 'src/accelerate/unseen.ts',
    right: 'return Math.min(size, (Math.ceil(size / stride) - 1) * stride + extent);',
    wrong: 'return size;',
    backend: 'wasm',
  },
  {
    name: 'a transposed convolution on wasm has the usual shape, whatever was asked for',
    file: 'src/accelerate/conv-2d-backprop-input.ts',
    right: 'dy.shape[1] !== info.outHeight || dy.shape[2] !== info.outWidth',
    wrong: 'dy.shape[1] === -1',
    backend: 'wasm',
  },
  {
    name: 'batches of matrices are counted through as one axis',
    file: 'src/accelerate/batch-mat-mul.ts',
    right: 'if (isOne || tf.util.arraysEqual(batchA, batchB)) return before(call);',
    wrong: 'if (isOne || batchA.length > 0) return before(call);',
  },
  {
    name: 'the planes of a 3d convolution begin without padding',
    file: 'src/accelerate/conv-3d-by-planes.ts',
    right: 'Math.floor(Math.max(around, 0) / 2)',
    wrong: '0',
    backend: 'wasm',
  },
  {
    name: 'the mean of nothing is 0',
    file: 'src/accelerate/of-nothing.ts',
    right: 'Mean: () => Number.NaN,',
    wrong: 'Mean: () => 0,',
    backend: 'wasm',
  },
];
