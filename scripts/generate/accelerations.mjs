/** README's table of accelerations, from the registry's entries and the comment before each. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const REGISTRIES = ['gradients/registry.ts', 'kernels/registry.ts', 'registry.ts'];

/** One row for each name; the backends of a kernel with one sentence are one row. */
export function rowsOfAccelerations() {
  const rows = [];
  for (const { name, comment } of REGISTRIES.flatMap(entriesOf)) {
    const sentence = comment ?? rows.at(-1).sentence;
    const [, effect, text] = /^(Faster|Fixed|Repair): (.*)$/s.exec(sentence) ?? [];
    if (!text) throw new Error(`the comment before ${name} must start with Faster, Fixed or Repair`);
    const [, backend, stem] = /^kernel\/(\w+)\/(\w+)$/.exec(name) ?? [];
    const last = rows.at(-1);
    if (stem && last.stem === stem && last.sentence === sentence) last.backends.push(backend);
    else rows.push({ name, stem, backends: [backend], sentence, effect: effect.toLowerCase(), text });
  }
  return rows.map(({ name, stem, backends, effect, text }) => {
    const shown = backends.length > 1 ? `kernel/{${backends.join(',')}}/${stem}` : name;
    return [`\`${shown}\``, effect, text];
  });
}

/** The properties of the objects in a file that are named after an acceleration, with the comment before each. */
function entriesOf(path) {
  const text = readFileSync(`src/accelerate/${path}`, 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const entries = [];
  const visit = (node) => {
    if (ts.isPropertyAssignment(node) && ts.isStringLiteral(node.name)) {
      const [comment] = ts.getJSDocCommentsAndTags(node);
      entries.push({ name: node.name.text, comment: comment?.comment?.replaceAll(/\s+/g, ' ') });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return entries;
}
