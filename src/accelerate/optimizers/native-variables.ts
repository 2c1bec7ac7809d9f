import * as tf from '@tensorflow/tfjs';
import {
  loadedNativeBackend,
  type NativeAttribute,
  type NativeBackend,
  nativeBackend,
} from '../../tfjs/native-backend.js';
import { adopt } from '../../tfjs/native-data.js';
import type { Overrides } from '../../tfjs/overrides.js';

/** A TensorFlow variable that mirrors one of tfjs. While the tfjs variable still has `data`, both share one buffer. */
interface Shared {
  handle: number;
  data: object;
  /** The id of TensorFlow's tensor in that data. */
  id: number;
}

const FLOAT = 1;
/** TensorFlow's reserved name for anonymous variables, which are freed with their handle. */
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

const shared = new Map<tf.Variable, Shared>();

/**
 * Releases TensorFlow's variables when those of tfjs are disposed, and when the overrides are undone.
 *
 * tfjs has no hook for the end of a variable, hence the override of `dispose`. Every optimizer that updates in place calls
 * this, since each can be accelerated alone; releasing a variable twice does no harm.
 */
export function followVariables(overrides: Overrides): void {
  overrides.method(tf.Variable.prototype, 'dispose', (dispose) => {
    return function (this: tf.Variable) {
      release(this);
      dispose.call(this);
    };
  });
  overrides.onUndo(() => {
    for (const variable of [...shared.keys()]) release(variable);
  });
}

/** The variables that are mirrored, by the handles of TensorFlow's. */
export const mirrored = (): Map<number, tf.Variable> =>
  new Map([...shared].map(([variable, { handle }]) => [handle, variable]));

/** Frees TensorFlow's mirror of a variable, which the next update in place makes again. */
export function release(variable: tf.Variable): void {
  const found = shared.get(variable);
  if (!found) return;
  shared.delete(variable);
  // Not `nativeBackend()`: by now another backend may be in use.
  loadedNativeBackend()?.binding.deleteTensor(found.handle);
}

/** Updates are made in place only while the native backend is in use. */
function native(): NativeBackend {
  const backend = nativeBackend();
  if (!backend) throw new Error('accelerate: an update in place needs the native backend');
  return backend;
}

/**
 * Runs one of TensorFlow's training ops, which update their variables in place: one pass over memory, where tfjs makes a
 * new tensor for every operation of the update.
 *
 * Other tensors with the same buffer keep their values: TensorFlow copies a shared buffer before it writes.
 */
export function updateInPlace(
  op: string,
  variables: tf.Variable[],
  inputs: tf.Tensor[],
  attributes: Record<string, boolean> = {},
): void {
  const { binding } = native();
  const described = Object.entries({ use_locking: false, ...attributes }).map(([name, value]) => ({
    name,
    type: binding.TF_ATTR_BOOL,
    value,
  }));
  const T = { name: 'T', type: binding.TF_ATTR_TYPE, value: FLOAT };
  const handles = variables.map(handleOf);
  // An input may share its data with a variable (the gradient of x^2 / 2 is x): a clone keeps it from being freed.
  const held = inputs
    .filter((input) => variables.some(({ dataId }) => dataId === input.dataId))
    .map(tf.clone);
  const ids = native().getInputTensorIds(inputs);
  for (const variable of variables) tf.engine().disposeTensor(variable);
  try {
    binding.executeOp(op, [T, ...described], [...handles, ...ids], 0);
  } finally {
    for (const [i, variable] of variables.entries()) read(variable, handles[i]!);
    tf.dispose(held);
  }
}

/** The handle of TensorFlow's variable, made or updated where tfjs has assigned other values since. */
function handleOf(variable: tf.Variable): number {
  const known = shared.get(variable);
  if (known && known.data === variable.dataId && known.id === native().tensorMap.get(known.data).id) {
    return known.handle;
  }
  const { binding } = native();
  const dtype = { name: 'dtype', type: binding.TF_ATTR_TYPE, value: FLOAT };
  const handle = known?.handle ?? make(dtype);
  const [id] = native().getInputTensorIds([variable]) as [number];
  binding.executeOp('AssignVariableOp', [dtype], [handle, id], 0);
  shared.set(variable, { handle, data: variable.dataId, id });
  return handle;

  function make(dtype: NativeAttribute): number {
    const attributes = [
      dtype,
      { name: 'shape', type: binding.TF_ATTR_SHAPE, value: variable.shape },
      { name: 'shared_name', type: binding.TF_ATTR_STRING, value: ANONYMOUS },
      { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
    ];
    return binding.executeOp('VarHandleOp', attributes, [], 1)[0]!.id;
  }
}

/** Points the variable of tfjs to the buffer of TensorFlow's, without a copy. */
function read(variable: tf.Variable, handle: number): void {
  const { binding } = native();
  const dtype = { name: 'dtype', type: binding.TF_ATTR_TYPE, value: FLOAT };
  const [output] = binding.executeOp('ReadVariableOp', [dtype], [handle], 1);
  adopt(variable, output!, native());
  shared.set(variable, { handle, data: variable.dataId, id: output!.id });
}
