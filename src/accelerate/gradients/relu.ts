import { reluGradient } from '../../ops/relu-gradient.js';
import { replaceGradient } from '../../tfjs/override-gradient.js';
import type { Acceleration } from '../acceleration.js';

/** The gradient of relu in one program on the native backend, `dx = dy where x > 0, else 0`, where tfjs runs five ops. */
export const relu: Acceleration = {
  apply: replaceGradient('Relu', ['x'], (dy, [x]) => ({ x: () => reluGradient(dy, x) })),
};
