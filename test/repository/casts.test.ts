/** Casts (`x as T`) are few, and only src/tfjs knows what tfjs keeps to itself. */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** In all of src and layers; `as const` is none. */
const MOST_CASTS = 249;

/** At most so many casts outside src/tfjs that the compiler would refuse without a detour. */
const MOST_FORCED = 0;

/** What an object of tfjs may be taken for outside src/tfjs: what layers may be, and a weight with its rank. */
const MAY_BE = ['Partial<Foldable>', 'Partial<Rated>', 'Weight<RankOf<Shape>>'];

/** At most so many objects of tfjs are taken for something else. */
const MOST_REACHING = 0;

const files = ['src', 'layers']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  .filter((file) => file.endsWith('.ts'));
const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile('tsconfig.json', ts.sys.readFile).config,
  ts.sys,
  '.',
);
const program = ts.createProgram(files, options);
const checker = program.getTypeChecker();

interface Cast {
  file: string;
  node: ts.AsExpression;
  /** As written: `x as T`, in one line. */
  text: string;
}

const casts = files.flatMap((file): Cast[] => {
  const found: Cast[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isAsExpression(node) && node.type.getText() !== 'const') {
      found.push({ file, node, text: node.getText().replace(/\s+/g, ' ') });
    }
    ts.forEachChild(node, visit);
  };
  visit(program.getSourceFile(resolve(file)) as ts.SourceFile);
  return found;
});
const outside = casts.filter(({ file }) => !file.startsWith('src/tfjs/'));

/** `as never`, `as any` and the first half of `as unknown as T`. */
function isForced({ node }: Cast): boolean {
  const { kind } = node.type;
  return (
    kind === ts.SyntaxKind.NeverKeyword ||
    kind === ts.SyntaxKind.AnyKeyword ||
    (kind === ts.SyntaxKind.UnknownKeyword && ts.isAsExpression(node.parent))
  );
}

const isOfTfjs = ({ declarations }: ts.Symbol) =>
  declarations?.some((each) => each.getSourceFile().fileName.includes('/@tensorflow/')) ?? false;

/** An object of tfjs as something with fields that tfjs does not declare, or that it declares as private. */
function reachesIn({ node }: Cast): boolean {
  const symbol = checker.getTypeAtLocation(node.expression).getSymbol();
  if (!symbol || !isOfTfjs(symbol)) return false;
  if (MAY_BE.includes(node.type.getText())) return false;
  const target = checker.getTypeAtLocation(node.type);
  return target.getProperties().some((property) => !isOfTfjs(property));
}

const list = (some: Cast[]) => some.map(({ file, text }) => `${file}: ${text}`).join('\n');

test(`there are at most ${MOST_CASTS} casts`, () => {
  expect(casts.length).toBeLessThanOrEqual(MOST_CASTS);
});

test(`at most ${MOST_FORCED} casts outside src/tfjs are forced`, () => {
  const forced = outside.filter(isForced);
  expect(forced.length, list(forced)).toBeLessThanOrEqual(MOST_FORCED);
});

test(`at most ${MOST_REACHING} casts outside src/tfjs reach private fields of tfjs`, {
  timeout: 120_000,
}, () => {
  const reaching = outside.filter(reachesIn);
  expect(reaching.length, list(reaching)).toBeLessThanOrEqual(MOST_REACHING);
});
