import { typeOfData } from '../../../tfjs/native-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn } from '../on-backends.js';
import { share } from './share.js';

/**
 * A cast to the type that a tensor already has shares its values, where tfjs-node copies them. tfjs casts so in the gradients
 * of products, means and clones.
 */
export const cast: Acceleration = overrideOn('tensorflow', ['Cast'], ({ x }, { dtype }, { backend }) =>
  x.dtype === dtype && typeOfData(x, backend) === dtype ? share(x, backend) : null,
);
