/** What is still wrong accelerated, or refused by tfjs: a test fails once one of these is right, so that its line goes. */
interface Wrong {
  on: readonly string[];
  titles: RegExp;
  /** What the comparison says. */
  says: RegExp;
}

const EVERY = ['cpu', 'wasm', 'tensorflow', 'webgl'];

export const STILL_WRONG: readonly Wrong[] = [
  {
    on: EVERY,
    titles: /^depthwiseConv2d.*: dilated/,
    says: /dilation rates greater than 1 are not yet supported/,
  },
  // TensorFlow gives the gradient of the largest of a window to each of equal ones.
  { on: ['tensorflow'], titles: /^maxPool3d: (?!a batch).*equal entries/, says: /largest error/ },
  { on: ['webgl'], titles: /^maxPool3d: (?!a batch).*equal entries/, says: /largest error/ },
  { on: ['webgl'], titles: /^gather of size zero/, says: /undefined|Cannot infer/ },
];
