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
  {
    on: ['cpu', 'wasm'],
    titles: /^avgPool: (same(?!, a stride above the window)|even|a window larger|windows over)/,
    says: /largest error/,
  },
  { on: ['cpu', 'wasm', 'webgl'], titles: /^avgPool3d: (same|strides)/, says: /largest error/ },
  { on: ['cpu'], titles: /^resizeNearestNeighbor \[2,(2,3,2|3,2,1|4,5,2)\]/, says: /largest error/ },
  { on: ['cpu'], titles: /^resizeBilinear \[2,/, says: /does not match the shape of the input/ },
  // TensorFlow gives the gradient of the largest of a window to each of equal ones.
  { on: ['tensorflow'], titles: /^maxPool3d: (?!a batch).*equal entries/, says: /largest error/ },
  {
    on: ['tensorflow'],
    titles: /^(conv2d|depthwiseConv2d, 2 a channel|conv2dTranspose): a batch of none/,
    says: /to deeply equal|does not match the shape/,
  },
  // Of one channel, or of nothing, the shader does not compile.
  {
    on: ['webgl'],
    titles: /^conv3d(Transpose)?: (strides|a batch of none)/,
    says: /Failed to compile fragment shader/,
  },
  { on: ['webgl'], titles: /^maxPool3d: (?!a batch).*equal entries/, says: /largest error/ },
  {
    on: ['webgl'],
    titles: /^matMul of \[(0,4|3,0|2,3,0)\]|^gather of nothing/,
    says: /undefined|Cannot infer/,
  },
];
