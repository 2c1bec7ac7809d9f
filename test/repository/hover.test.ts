/** What an editor shows of a layer to someone who has installed the package: its factory, its arguments and its class. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

const { layers } = JSON.parse(readFileSync('catalogue.json', 'utf8'));
const factories = Object.values<{ call: string }>(layers).map(({ call }) => call.slice(0, call.indexOf('(')));

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile('tsconfig.build.json', ts.sys.readFile).config,
  ts.sys,
  '.',
);
options.incremental = false;

/** The declarations that `npm run build` writes, by their paths. */
function declarations(): Map<string, string> {
  const files = new Map<string, string>();
  const program = ts.createProgram(['src/index.ts', 'src/accelerate/index.ts'], {
    ...options,
    emitDeclarationOnly: true,
  });
  program.emit(undefined, (path, text) => files.set(resolve(path), text));
  return files;
}

const PATHS = {
  evenkeel: [resolve('dist/src/index.d.ts')],
  'evenkeel/accelerate': [resolve('dist/src/accelerate/index.d.ts')],
};
const READER = resolve('reader.ts');
/** Someone's code, with the places that are asked about. */
const text = `
import * as tf from '@tensorflow/tfjs';
import * as evenkeel from 'evenkeel';
import { accelerate } from 'evenkeel/accelerate';
type Args<F extends (args: never) => unknown> = NonNullable<Parameters<F>[0]>;
declare const args: {
  layer: NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;
  ${factories.map((name) => `${name}: Args<typeof evenkeel.${name}>;`).join('\n  ')}
};
args.layer.;
${factories.map((name) => `args.${name}.;\n`).join('')}evenkeel.;
accelerate.;
accelerate.compiled(null as never).;
accelerate.compiled(null as never).training[0]!.;
accelerate.compiled(null as never).training[0]!.graphs[0]!.;
accelerate({ });`;

/** An editor in which the package is installed and that file is open. */
function open(installed: Map<string, string>): ts.LanguageService {
  const read = (path: string) => (path === READER ? text : (installed.get(path) ?? ts.sys.readFile(path)));
  return ts.createLanguageService({
    getCompilationSettings: () => ({ ...options, paths: PATHS }),
    getScriptFileNames: () => [READER],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => {
      const found = read(path);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => resolve('.'),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => read(path) !== undefined,
    directoryExists: (path) =>
      ts.sys.directoryExists(path) || [...installed.keys()].some((file) => file.startsWith(`${path}/`)),
    readFile: read,
  });
}

let editor: ts.LanguageService;

beforeAll(() => {
  editor = open(declarations());
}, 120_000);

const after = (start: string) => text.indexOf(`\n${start}`) + 1 + start.length;

/** What is offered behind a dot. */
function offered(start: string): string[] {
  const found = editor.getCompletionsAtPosition(READER, after(start), {})?.entries ?? [];
  return found.map(({ name }) => name);
}

/** The documentation of one of them. */
function documentation(start: string, name: string): string {
  const details = editor.getCompletionEntryDetails(READER, after(start), name, {}, undefined, {}, undefined);
  return ts.displayPartsToString(details?.documentation);
}

describe.each(factories)('the editor shows of %s', (factory) => {
  it('what it computes, its shapes, its reference and an example', () => {
    const shown = documentation('evenkeel.', factory);
    expect(shown).toMatch(/`[^`]*=/);
    expect(shown).toMatch(/\bInput\b/);
    expect(shown).toMatch(/^Reference: /m);
    expect(shown).toMatch(new RegExp(`^\`\`\`ts\n[^]*\\b${factory}\\([^]*\n\`\`\`$`, 'm'));
  });

  it('the way from its class to it, in one line', () => {
    const name = offered('evenkeel.').find(
      (one) => one !== factory && one.toLowerCase() === factory.toLowerCase(),
    );
    expect(documentation('evenkeel.', name ?? '')).toMatch(
      new RegExp(`^The (layer|cell) of \\{@link ${factory}\\}\\.$`),
    );
  });

  it('what each of its arguments is', () => {
    const every = offered('args.layer.');
    const own = offered(`args.${factory}.`).filter((name) => !every.includes(name));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((name) => documentation(`args.${factory}.`, name) === '')).toEqual([]);
  });
});

describe('the editor shows of accelerate', () => {
  const report = 'accelerate.compiled(null as never).';
  it.each([
    ['accelerate.', ['compiled', 'restore']],
    ['accelerate({ ', ['compile', 'only', 'repair']],
    [report, ['evaluation', 'prediction', 'training']],
    [`${report}training[0]!.`, ['compiled', 'graphs', 'reason', 'shapes']],
    [`${report}training[0]!.graphs[0]!.`, ['bytes', 'calls', 'milliseconds', 'nodes', 'steps']],
  ])('what belongs to %s', (start, names) => {
    const own = offered(start).filter((name) => documentation(start, name) !== '');
    expect(own).toEqual(expect.arrayContaining(names));
  });
});
