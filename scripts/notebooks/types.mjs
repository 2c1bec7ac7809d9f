/** The types of what notebooks hold: Deno's kernel runs TypeScript and does not check it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

function codeOf(notebook) {
  const { cells } = JSON.parse(readFileSync(notebook, 'utf8'));
  const code = cells.filter(({ cell_type }) => cell_type === 'code').map(({ source }) => source.join(''));
  return code.join('\n').replace("'./figure.ts'", "'../figure.js'");
}

const config = {
  extends: '../../tsconfig.json',
  // Indexing without a guard is left to notebooks, which fail in front of their reader.
  compilerOptions: { noEmit: true, rootDir: '../..', noUncheckedIndexedAccess: false },
  include: ['*.ts'],
};

/** Prints what is wrong, in lines of a file that has all cells of a notebook; true if nothing is. */
export function checkTypes(notebooks) {
  // Beside the notebooks, where the package's own name means the same.
  const folder = join(dirname(notebooks[0]), '.types');
  mkdirSync(folder, { recursive: true });
  try {
    for (const notebook of notebooks) {
      writeFileSync(join(folder, `${basename(notebook, '.ipynb')}.ts`), codeOf(notebook));
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    return spawnSync('npx', ['tsc', '-p', folder], { stdio: 'inherit' }).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
