/** What a layer's own file says about it, read by TypeScript's parser. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const parse = (name, text) => ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);

/**
 * The names that a layer's file exports, found by its stem: for `cosine-conv1d` they are `CosineConv1D`,
 * `CosineConv1DArgs` and `cosineConv1d`.
 *
 * @returns {{ stem: string, layerClass: string, args: string, factory: string, className: string, firstArgument: string | undefined }}
 */
export function readLayer(stem) {
  const path = `layers/${stem}.ts`;
  const file = parse(path, readFileSync(path, 'utf8'));
  const declared = file.statements.filter(isExported).flatMap(namedParts);
  const letters = stem.replaceAll('-', '');
  const find = (what, isOne) => {
    const found = declared.find(isOne);
    if (!found)
      throw new Error(`${path} exports no ${what}: its name is the stem without hyphens, in any case`);
    return found;
  };
  const called = (name) => name.toLowerCase() === letters;
  const layerClass = find('class', ({ name, node }) => called(name) && ts.isClassDeclaration(node));
  const factory = find('factory', ({ name, node }) => called(name) && !ts.isClassDeclaration(node));
  const args = find('type of its arguments', ({ name }) => name === `${layerClass.name}Args`);
  return {
    stem,
    layerClass: layerClass.name,
    args: args.name,
    factory: factory.name,
    className: classNameOf(layerClass.node, path),
    firstArgument: firstField(file) ?? firstProperty(args.node),
  };
}

function isExported(statement) {
  return ts.canHaveModifiers(statement)
    ? (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    : false;
}

/** A statement may declare several names: `export const a = 1, b = 2`. */
function namedParts(statement) {
  const parts = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
  return parts.filter(({ name }) => name).map((node) => ({ name: node.name.text, node }));
}

function classNameOf(layerClass, path) {
  const member = layerClass.members.find(({ name }) => name?.getText() === 'className');
  if (!member?.initializer || !ts.isStringLiteral(member.initializer)) {
    throw new Error(`${path} has no static className`);
  }
  return member.initializer.text;
}

/** The first key of what the file calls `fields`, its arguments: an object, or a function that returns one. */
function firstField(file) {
  const fields = file.statements
    .filter(ts.isVariableStatement)
    .flatMap(namedParts)
    .find(({ name }) => name.startsWith('fields'));
  return fields && firstKey(fields.node);
}

function firstKey(node) {
  if (ts.isObjectLiteralExpression(node)) return node.properties[0]?.name?.getText();
  return ts.forEachChild(node, firstKey);
}

function firstProperty(node) {
  if (ts.isPropertySignature(node)) return node.name.getText();
  return ts.forEachChild(node, firstProperty);
}

/** The names of the arguments in a call such as `dropout({ rate: 0.5 })`. */
export function argumentsOf(call) {
  const names = [];
  const visit = (node, depth) => {
    if (ts.isObjectLiteralExpression(node)) {
      if (depth === 0) names.push(...node.properties.map(({ name }) => name.getText()));
      depth += 1;
    }
    ts.forEachChild(node, (child) => visit(child, depth));
  };
  visit(parse('call.ts', call), 0);
  return names;
}

/** The packages that a TypeScript file imports by name, and the names that it takes from each. */
export function packagesOf(path) {
  const file = parse(path, readFileSync(path, 'utf8'));
  const packages = new Map();
  const add = (specifier, names) => {
    if (specifier.startsWith('.') || specifier.startsWith('node:')) return;
    const parts = specifier.split('/');
    const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
    packages.set(name, [...(packages.get(name) ?? []), ...names]);
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) {
      const bindings = node.importClause?.namedBindings;
      const named = bindings && ts.isNamedImports(bindings) ? bindings.elements : [];
      add(
        node.moduleSpecifier.text,
        named.map(({ propertyName, name }) => (propertyName ?? name).text),
      );
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0].text, []);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return packages;
}

/** The function of a recipe that builds its model. */
export function buildFunctionOf(path) {
  const file = parse(path, readFileSync(path, 'utf8'));
  const [build] = file.statements
    .filter(isExported)
    .flatMap(namedParts)
    .filter(({ name }) => name.startsWith('build'));
  if (!build) throw new Error(`${path} exports no function whose name begins with build`);
  return build.name;
}
