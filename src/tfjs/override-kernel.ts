import * as tf from '@tensorflow/tfjs';
import type { AnyRank, Attributes, Inputs, KernelName } from './kernels.js';
import type { NativeBackend } from './native-backend.js';
import type { Overrides } from './overrides.js';
import type { WasmBackend } from './wasm-backend.js';

/** The backends by their names in tfjs. */
export interface Backends {
  cpu: object;
  webgl: object;
  wasm: WasmBackend;
  tensorflow: NativeBackend;
}

type Kernel = Parameters<typeof tf.registerKernel>[0];
type Call = Parameters<Kernel['kernelFunc']>[0];
type Result = ReturnType<Kernel['kernelFunc']>;

/** The inputs and attributes of a call that are to be replaced. */
interface Changes<K extends KernelName> {
  inputs?: Partial<AnyRank<Inputs<K>>>;
  attributes?: Partial<Attributes<K>>;
}

/** One call of the kernel that an override replaces. */
export class Original<K extends KernelName, B extends keyof Backends> {
  constructor(
    readonly name: K,
    private readonly kernel: Kernel | undefined,
    private readonly call: Call,
  ) {}

  get backend(): Backends[B] {
    return this.call.backend as Backends[B];
  }

  /** Runs the kernel, with some inputs and attributes replaced. */
  run({ inputs, attributes }: Changes<K> = {}): Result {
    if (!this.kernel) {
      throw new Error(`accelerate: the backend has no kernel ${this.name} for such inputs`);
    }
    return this.kernel.kernelFunc({
      ...this.call,
      inputs: { ...this.call.inputs, ...inputs },
      attrs: { ...this.call.attrs, ...attributes },
    });
  }

  /** The same for a kernel of one output, as a tensor that ops take. */
  tensor(changes?: Changes<K>): tf.Tensor {
    const [result] = [this.run(changes)].flat() as [tf.TensorInfo];
    return result instanceof tf.Tensor ? result : tf.engine().makeTensorFromTensorInfo(result);
  }
}

/** Computes what a kernel does, or returns null to leave the call to the original. */
export type KernelOverride<K extends KernelName, B extends keyof Backends> = (
  inputs: Inputs<K>,
  attributes: Attributes<K>,
  original: Original<K, B>,
) => Result | null;

type Apply = (overrides: Overrides) => void;

/** Overrides each of these kernels that the backend has. */
export const overrideKernels =
  <K extends KernelName, B extends keyof Backends>(
    backendName: B,
    kernelNames: readonly K[],
    override: KernelOverride<K, B>,
  ): Apply =>
  (overrides) => {
    for (const name of kernelNames) {
      const kernel = tf.getKernel(name, backendName);
      if (kernel) overrides.kernel({ ...kernel, kernelFunc: withFallback(name, kernel, override) });
    }
  };

/** Gives a backend a kernel that it lacks. */
export const addKernel =
  <K extends KernelName, B extends keyof Backends>(
    backendName: B,
    kernelName: K,
    kernel: KernelOverride<K, B>,
  ): Apply =>
  (overrides) =>
    overrides.kernel({ kernelName, backendName, kernelFunc: withFallback(kernelName, undefined, kernel) });

function withFallback<K extends KernelName, B extends keyof Backends>(
  name: K,
  kernel: Kernel | undefined,
  override: KernelOverride<K, B>,
): Kernel['kernelFunc'] {
  return (call) => {
    const original = new Original<K, B>(name, kernel, call);
    const result = override(call.inputs as Inputs<K>, call.attrs as Attributes<K>, original);
    return result ?? (kernel ? kernel.kernelFunc(call) : original.run());
  };
}
