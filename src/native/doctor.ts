import { type Check, checkCompiler, checkPlatform, checkPython, pipOf } from './chain.js';
import { findCopies } from './copies.js';
import { type Machine, thisMachine } from './machine.js';
import { findForUser } from './packages.js';
import { isOlder } from './platforms.js';
import { bfloat16Units } from './precision.js';
import { probeWasm, probeWebgl } from './probe.js';
import { type NativeStatus, nativeStatus } from './status.js';
import { tryInChild } from './trial.js';

const oldestNode = '20.19.0';

export interface ChainLink {
  name: string;
  /** `missing`: training goes on without it, on another backend. `broken`: something is installed and does not work. */
  state: 'ok' | 'missing' | 'broken';
  detail: string;
  /** '' where nothing is to be done. */
  remedy: string;
}

export interface Diagnosis {
  /** No link is broken. */
  ok: boolean;
  /** What `loadBackend` takes on this machine. */
  backend: 'native' | 'wasm' | 'cpu' | 'none';
  links: ChainLink[];
}

const fine = (name: string, detail: string): ChainLink => ({ name, state: 'ok', detail, remedy: '' });

function fromCheck(name: string, check: Check, needed: boolean): ChainLink {
  if (check.ok) return fine(name, check.detail);
  if (!needed) return fine(name, `${check.problem}; not needed, the native backend is installed`);
  return { name, state: 'missing', detail: check.problem, remedy: check.remedy };
}

function nodeLink({ node }: Machine): ChainLink {
  if (!isOlder(node, oldestNode)) return fine('Node', node);
  return { name: 'Node', state: 'broken', detail: node, remedy: `install Node ${oldestNode} or later` };
}

/** A layer of one copy is a stranger to another copy's models and fails far from the cause. */
function tfjsLink(machine: Machine): ChainLink {
  const packages = ['@tensorflow/tfjs', '@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'];
  const copies = packages.map((name) => ({ name, found: findCopies(name, machine.cwd) }));
  const absent = copies.find(({ found }) => found.length === 0);
  if (absent) {
    return {
      name: 'tfjs',
      state: 'broken',
      detail: `${absent.name} is not installed`,
      remedy: 'run `npm install @tensorflow/tfjs`',
    };
  }
  const double = copies.filter(({ found }) => found.length > 1);
  const [first] = double;
  if (first) {
    const where = double.map(({ name, found }) => {
      const places = found.map(({ folder, version }) => `${version} in ${folder}`);
      return `${found.length} copies of ${name} (${places.join(', ')})`;
    });
    return {
      name: 'tfjs',
      state: 'broken',
      detail: where.join('; '),
      remedy: `keep one: see \`npm ls ${first.name}\`, give one version in package.json, run \`npm dedupe\``,
    };
  }
  return fine('tfjs', `${copies[0]?.found[0]?.version}, one copy`);
}

function tfjsNodeLink({ tfjsNode }: NativeStatus): ChainLink {
  if (tfjsNode) return fine('tfjs-node', tfjsNode.version);
  const remedy = 'run `npx evenkeel native install`, which adds it';
  return { name: 'tfjs-node', state: 'missing', detail: 'not installed', remedy };
}

function libraryLink({ state, detail, remedy }: NativeStatus): ChainLink {
  if (state === 'linked' || state === 'stock') return fine('library', detail);
  if (state === 'cached') return fine('library', `${detail}; linked at the next start`);
  return { name: 'library', state: state === 'broken' ? 'broken' : 'missing', detail, remedy };
}

async function bindingLink({ state, tfjsNode, remedy }: NativeStatus): Promise<ChainLink> {
  const name = 'binding';
  if (!tfjsNode || (state !== 'linked' && state !== 'stock')) {
    if (state === 'cached') return fine(name, 'in the cache with the library');
    return { name, state: 'missing', detail: 'not built', remedy };
  }
  const problem = await tryInChild(tfjsNode.folder);
  if (!problem) return fine(name, 'loads and multiplies two matrices');
  const again = 'run `npx evenkeel native remove`, then `npx evenkeel native install`';
  return { name, state: 'broken', detail: `does not work: ${problem}`, remedy: again };
}

function wasmLink(machine: Machine): ChainLink {
  const probe = probeWasm(machine);
  const version = findForUser('@tensorflow/tfjs-backend-wasm', machine)?.version ?? '';
  const [detail = '', remedy = ''] = probe.reason.split('; ');
  return probe.available ? fine('wasm', version) : { name: 'wasm', state: 'missing', detail, remedy };
}

function chromiumLink(machine: Machine): ChainLink {
  const { available, executable = '', reason } = probeWebgl(machine);
  const [detail = '', remedy = ''] = reason.split('; ');
  return available ? fine('Chromium', executable) : { name: 'Chromium', state: 'missing', detail, remedy };
}

/** Never a fault: it is asked for, and float32 where it is not there. */
function bfloat16Link(machine: Machine): ChainLink {
  const units = bfloat16Units(machine);
  const detail = units
    ? `${units.name}, which --precision bfloat16 uses`
    : 'the processor has no units for it; products are float32';
  return fine('bfloat16', detail);
}

/** Looks at each link between this machine and a running backend; changes nothing. */
export async function diagnose(machine: Machine = thisMachine()): Promise<Diagnosis> {
  const status = await nativeStatus(machine);
  const binding = await bindingLink(status);
  const library = libraryLink(status);
  const native = binding.state === 'ok' && library.state === 'ok' && status.tfjsNode !== undefined;
  const tfjs = tfjsLink(machine);
  const wasm = wasmLink(machine);
  const links = [
    nodeLink(machine),
    tfjs,
    fromCheck('platform', checkPlatform(machine), !native),
    tfjsNodeLink(status),
    library,
    binding,
    bfloat16Link(machine),
    fromCheck('compiler', checkCompiler(machine), !native),
    fromCheck('Python', checkPython(machine), !native),
    fromCheck('pip', await pipOf(machine), !native),
    wasm,
    chromiumLink(machine),
  ];
  const working = native ? 'native' : wasm.state === 'ok' ? 'wasm' : 'cpu';
  const backend = tfjs.remedy.includes('npm install') ? 'none' : working;
  return { ok: links.every(({ state }) => state !== 'broken'), backend, links };
}
