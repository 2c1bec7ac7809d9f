import { messageOf } from '../errors/caught.js';
import { readyNative } from './backend.js';
import { findChromium } from './executables.js';
import { type Machine, thisMachine } from './machine.js';
import { findForUser } from './packages.js';
import { tryInChild } from './trial.js';

export interface Probe {
  available: boolean;
  /** Why it is not available and what to do, in one line; '' when it is. */
  reason: string;
  /** The browser, for webgl. */
  executable?: string;
}

async function probeNative(machine: Machine): Promise<Probe> {
  try {
    const { folder } = await readyNative(machine);
    const problem = await tryInChild(folder);
    if (problem === '') return { available: true, reason: '' };
    return { available: false, reason: `it does not load (${problem}); run \`npx evenkeel doctor\`` };
  } catch (error) {
    return { available: false, reason: messageOf(error) };
  }
}

export function probeWasm(machine: Machine): Probe {
  if (findForUser('@tensorflow/tfjs-backend-wasm', machine)) return { available: true, reason: '' };
  const reason = 'the package is not installed; run `npm install @tensorflow/tfjs-backend-wasm`';
  return { available: false, reason };
}

export function probeWebgl(machine: Machine): Probe {
  const executable = findChromium(machine);
  if (executable) return { available: true, reason: '', executable };
  const wanted = machine.env.CHROMIUM_PATH;
  const problem = wanted ? `CHROMIUM_PATH is "${wanted}", which is no executable` : 'no Chromium';
  return {
    available: false,
    reason: `${problem}; install it (Debian: \`apt-get install chromium\`) or set CHROMIUM_PATH`,
  };
}

/** Which backends this machine can run tests on, and what the others lack. */
export async function probeBackends(
  machine: Machine = thisMachine(),
): Promise<Record<'cpu' | 'wasm' | 'native' | 'webgl', Probe>> {
  return {
    cpu: { available: true, reason: '' },
    wasm: probeWasm(machine),
    native: await probeNative(machine),
    webgl: probeWebgl(machine),
  };
}
