import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folders of the packages whose code is in a bundle, such as `node_modules/commander`. */
export function packagesIn({ inputs }) {
  const folders = Object.keys(inputs).flatMap((path) => {
    const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path) ?? [];
    return folder ? [folder] : [];
  });
  return [...new Set(folders)].sort();
}

/** The licences of packages, as they ask to be kept with copies. */
export function noticesOf(root, folders) {
  const notices = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    if (!file) throw new Error(`${name} ${version} has no licence file, so its code cannot be bundled`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n`;
  });
  const rule = `\n${'-'.repeat(80)}\n\n`;
  return [
    'Parts of these packages are bundled into the command line and the report of evenkeel.\n',
    ...notices,
  ].join(rule);
}
