import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const quietAddon = 'quiet_stderr.node';

const noise = [
  /^WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR/,
  // Information and warnings of TensorFlow's two log formats: level 3 hides them too.
  /^[IW]\d{4} \d\d:\d\d:/,
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IW] /,
  /^To enable the following instructions: /,
];

/** The library's start-up output without the known noise. */
export function withoutNoise(text: string): string {
  return text
    .split(/(?<=\n)/)
    .filter((line) => !noise.some((pattern) => pattern.test(line)))
    .join('');
}

interface Addon {
  start(): void;
  stop(): string;
}

/**
 * Runs `load` with the library's start-up noise silenced; anything else that it wrote is passed on to stderr.
 * Someone who set TF_CPP_MIN_LOG_LEVEL asked for the library's own behaviour and gets it.
 */
export function loadQuietly<T>(load: () => T, binding: string): T {
  if (process.env.TF_CPP_MIN_LOG_LEVEL !== undefined) return load();
  // What fails is thrown with its reason. Among what is logged as an error is that oneDNN leaves a type to another kernel.
  process.env.TF_CPP_MIN_LOG_LEVEL = '3';
  // Two lines come before TensorFlow reads that variable: only file descriptor 2 itself can hold them back.
  const path = join(dirname(binding), quietAddon);
  if (!existsSync(path)) return load();
  const addon = createRequire(import.meta.url)(path) as Addon;
  addon.start();
  try {
    return load();
  } finally {
    const rest = withoutNoise(addon.stop());
    if (rest) process.stderr.write(rest);
  }
}
