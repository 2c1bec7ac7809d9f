/** What runs beside tfjs: other frameworks, each in a Python process of its own, with a column in the table. */
import { startPython } from './python.mjs';

/** `does`: the first words of the lines that it answers. */
const PEERS = [
  {
    key: 'torch',
    label: 'PyTorch',
    library: 'PyTorch',
    script: 'pytorch.py',
    args: ['highest'],
    does: ['step', 'alone', 'epoch'],
  },
  {
    key: 'graph',
    label: 'tf.function',
    library: "Python's TensorFlow",
    script: 'tf_function.py',
    args: [],
    does: ['step'],
  },
  {
    key: 'xla',
    label: 'tf.function, XLA',
    library: "Python's TensorFlow",
    script: 'tf_function.py',
    args: ['jit_compile'],
    does: ['step'],
  },
  {
    key: 'inductor',
    label: 'torch.compile',
    library: 'PyTorch',
    script: 'pytorch.py',
    args: ['highest', 'compile'],
    does: ['step'],
  },
  {
    key: 'onnx',
    label: 'onnxruntime',
    library: 'onnxruntime',
    script: 'onnx_runtime.py',
    args: [],
    does: ['predict'],
  },
];

/** How long a net may take to be built and compiled, in milliseconds. */
const PATIENCE = 60_000;

/**
 * Those that answer one of these kinds of lines and that this Python has; says of each other one that it is left out.
 *
 * @returns each with key, label, library, version, `timer(line)` and `end()`
 */
export async function openPeers(kinds, python = process.env.PYTHON ?? 'python3') {
  const opened = [];
  for (const peer of PEERS.filter(({ does }) => does.some((kind) => kinds.includes(kind)))) {
    const { label, script, args } = peer;
    const started = await startPython(python, script, args);
    if (started.problem === undefined) opened.push(open(peer, python, started));
    else console.error(`${label} left out: ${started.problem}; name a Python that has it in PYTHON`);
  }
  return opened;
}

function open({ script, args, does, ...named }, python, started) {
  let running = started;

  /** Begins again after a failure, which ends the process. */
  async function attempt(line) {
    running ??= await startPython(python, script, args);
    if (running.problem) throw new Error(running.problem);
    return await running.ask(line);
  }

  function stop() {
    running?.end?.();
    running = null;
  }

  return {
    ...named,
    version: started.version,
    /**
     * What is to be timed: `step()`, which resolves to milliseconds, and `accuracy()`; null where this peer does no such
     * thing, and only `problem` where it fails or takes too long the first time.
     */
    async timer(line) {
      const [kind] = line.split(' ');
      if (!does.includes(kind)) return null;
      // An epoch is long, and compiles nothing.
      const problem = kind === 'epoch' ? '' : await problemOf(attempt(line));
      if (problem) {
        stop();
        return { problem };
      }
      let accuracy;
      return {
        async step() {
          const [time, found] = await attempt(line);
          accuracy = found;
          return time;
        },
        accuracy: () => accuracy,
      };
    },
    end: stop,
  };
}

/** Why a first answer does not come, or ''. */
async function problemOf(answer) {
  let timeout;
  const late = new Promise((resolve) => {
    timeout = setTimeout(resolve, PATIENCE, `takes more than ${PATIENCE / 1000} s the first time`);
  });
  try {
    return await Promise.race([answer.then(() => ''), late]);
  } catch ({ message }) {
    return message;
  } finally {
    clearTimeout(timeout);
    // Where it is late, the process is ended and the answer fails.
    answer.catch(() => {});
  }
}
