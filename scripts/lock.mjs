/**
 * Makes a new package-lock.json that `npm ci` takes on every machine.
 *
 *   npm run lock
 *
 * npm leaves a package for another platform out of the lock when the registry that it asks does not hold it, and `npm ci`
 * then calls the lock out of step. Such a package is named here by its version alone: npm installs it on its own platform
 * only. Addresses are left out: each machine asks its own registry.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const platform = /[-/](android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|aix|win32)-([a-z0-9]+)/;

function stub(name, version) {
  const [, os, cpu] = platform.exec(name) ?? [];
  if (os) return { version, os: [os], cpu: [cpu], dev: true, optional: true };
  if (name.includes('wasm32')) return { version, cpu: ['wasm32'], dev: true, optional: true };
  throw new Error(`${name} is not in the registry, and its name does not say for which platform it is`);
}

// In a folder of its own: what is installed here would decide which packages get a checksum.
const folder = mkdtempSync(join(tmpdir(), 'lock-'));
for (const name of ['package.json', '.npmrc']) copyFileSync(join(root, name), join(folder, name));
execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], {
  cwd: folder,
  stdio: 'inherit',
});
const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
const absent = {};
for (const entry of Object.values(lock.packages)) {
  delete entry.resolved;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    if (!lock.packages[path]?.version) absent[path] = stub(name, version.replace(/^[\^~]/, ''));
  }
}
lock.packages = Object.fromEntries(
  Object.entries({ ...lock.packages, ...absent }).sort(([a], [b]) => (a < b ? -1 : 1)),
);
writeFileSync(join(root, 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
rmSync(folder, { recursive: true });
console.log(`named by version alone: ${Object.keys(absent).length} packages for other platforms`);
