/** The examples of the documents and of doc comments, compiled under `strict` against the package's own types. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const DOCUMENTS = ['README.md', 'layers/README.md', 'recipes/README.md'];
const ENTRIES: Record<string, string> = {
  evenkeel: 'src/index.ts',
  'evenkeel/accelerate': 'src/accelerate/index.ts',
  'evenkeel/node': 'src/node.ts',
  'evenkeel/testing': 'src/testing/index.ts',
};
/**
 * All that an example may use without declaring it, beside `tf` and what this package exports: a model with its data,
 * and a module of the reader's own.
 */
const AROUND = `
import * as tf from '@tensorflow/tfjs';
declare global {
  const model: tf.Sequential;
  const x: tf.Tensor;
  const y: tf.Tensor;
}`;
const READERS_LAYER = `
import * as tf from '@tensorflow/tfjs';
export declare function myLayer(args: { units: number }): tf.layers.Layer;`;

interface Example {
  /** Where it stands: the file and the line. */
  place: string;
  code: string;
}

/** Blocks of code in a document, or in the comments of a source file. */
function examplesIn(path: string): Example[] {
  const text = readFileSync(path, 'utf8');
  const margin = path.endsWith('.md') ? '[ ]*' : '[ ]*\\*[ ]?';
  const block = new RegExp(`^${margin}\`\`\`(?:ts|js)\\n([^]*?)^${margin}\`\`\`$`, 'gm');
  return [...text.matchAll(block)].map(({ index, 1: code = '' }) => ({
    place: `${path}:${text.slice(0, index).split('\n').length}`,
    code: code.replace(new RegExp(`^${margin}`, 'gm'), ''),
  }));
}

/** The names that a file exports. */
function exportsOf(program: ts.Program, path: string): string[] {
  const checker = program.getTypeChecker();
  const symbol = checker.getSymbolAtLocation(program.getSourceFile(path) as ts.SourceFile);
  return symbol ? checker.getExportsOfModule(symbol).map(({ name }) => name) : [];
}

/** The names that an example declares or imports, anywhere in it, and those that it uses. */
function namesIn(code: string): { declared: Set<string>; used: Set<string> } {
  const [declared, used] = [new Set<string>(), new Set<string>()];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const declares =
        (ts.isVariableDeclaration(parent) || ts.isBindingElement(parent)) && parent.name === node;
      if (declares || ts.isImportSpecifier(parent) || ts.isNamespaceImport(parent)) declared.add(node.text);
      else used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true));
  return { declared, used };
}

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  paths: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, [resolve(file)]])),
};

/** What the compiler says about these examples, each with its place. */
function complaints(examples: Example[]): string[] {
  const entries = ts.createProgram(Object.values(ENTRIES), options);
  const exported = Object.entries(ENTRIES).map(([name, path]) => [name, exportsOf(entries, path)] as const);
  const folder = resolve('test/repository/examples');
  const files = new Map([
    [join(folder, 'around.ts'), AROUND],
    [join(folder, 'my-layer.ts'), READERS_LAYER],
  ]);
  const places = new Map<string, { place: string; linesBefore: number }>();
  for (const [i, { place, code }] of examples.entries()) {
    const { declared, used } = namesIn(code);
    const free = (name: string) => used.has(name) && !declared.has(name);
    const imports = exported.map(
      ([from, names]) => `import { ${names.filter(free).join(', ')} } from '${from}';\n`,
    );
    const before = [...(free('tf') ? ["import * as tf from '@tensorflow/tfjs';\n"] : []), ...imports];
    const file = join(folder, `example-${i}.ts`);
    files.set(file, `${before.join('')}${code}`);
    places.set(file, { place, linesBefore: before.length });
  }
  const host = ts.createCompilerHost(options);
  const { fileExists, directoryExists, readFile, getSourceFile } = host;
  host.directoryExists = (path) => path === folder || (directoryExists?.(path) ?? true);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = files.get(path);
    if (text !== undefined) return ts.createSourceFile(path, text, target, true);
    return entries.getSourceFile(path) ?? getSourceFile(path, target, ...rest);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...places].flatMap(([path, { place, linesBefore }]) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText, start = 0, file: at }) => {
        const line = (at?.getLineAndCharacterOfPosition(start).line ?? 0) - linesBefore + 1;
        return `${place}, line ${line} of the example: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
      },
    );
  });
}

const sources = ['layers', 'src'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`),
);

test('every example compiles', { timeout: 120_000 }, () => {
  const examples = [...DOCUMENTS, ...sources].flatMap(examplesIn);
  expect(examples.length).toBeGreaterThan(20);
  expect(complaints(examples)).toEqual([]);
});

test('a wrong name and a wrong argument are found', { timeout: 120_000 }, () => {
  const wrong = ["import { dropOut } from 'evenkeel';", 'model.add(rrelu({ lowre: 0.1 }));', 'fold(modell);'];
  const found = complaints(wrong.map((code, i) => ({ place: `example ${i}`, code })));
  expect(found).toEqual([
    expect.stringMatching(/^example 0, line 1 .*dropOut/),
    expect.stringMatching(/^example 1, line 1 .*lowre/),
    expect.stringMatching(/^example 2, line 1 .*modell/),
  ]);
});
