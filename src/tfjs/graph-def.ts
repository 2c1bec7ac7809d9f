import type { NativeAttribute } from './native-backend.js';

/** A node of TensorFlow's graphs. */
export interface GraphNode {
  name: string;
  op: string;
  /** `node:output`, or `^node` for one that has to run before. */
  inputs: string[];
  attributes: GraphAttribute[];
}

/** The values of a constant, byte by byte. */
export interface ConstantValue {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** What an attribute of a node may be beyond what one of an op is. */
export type GraphAttribute =
  | NativeAttribute
  | { name: string; constant: ConstantValue }
  | { name: string; types: number[] }
  | { name: string; bytes: Uint8Array }
  | { name: string; flag: boolean }
  | { name: string; calls: string };

/** A function that a node may call, and that stays one: its arguments and results by name and TF_DataType, and where the results come from. */
export interface GraphFunction {
  name: string;
  args: { name: string; dtype: number }[];
  results: { name: string; dtype: number; from: string }[];
  nodes: GraphNode[];
}

/** A message of tfjs-node's own protocol buffers: setters, and maps. */
type Message = Record<string, (...values: unknown[]) => unknown>;
type Schema = Record<string, MessageClass>;
interface MessageClass extends Schema {
  new (): Message;
}

let loaded: Schema | null = null;

/**
 * The protocol buffers of TensorFlow's graphs, which tfjs-node has for reading models: nobody who uses its backend is
 * without them.
 *
 * @throws Error where tfjs-node is not found from the working directory and from this package
 */
function schema(): Schema {
  if (loaded) return loaded;
  const { createRequire: requireOf } = process.getBuiltinModule('node:module');
  const name = '@tensorflow/tfjs-node/dist/proto/api_pb.js';
  const [users, own] = [requireOf(`${process.cwd()}/`), requireOf(import.meta.url)];
  try {
    loaded = users(name) as Schema;
  } catch {
    loaded = own(name) as Schema;
  }
  return loaded;
}

/** A message by its fields; those of a map are set one by one. */
function message(type: string, fields: Record<string, unknown>): Message {
  const Class = type.split('.').reduce((parent, name) => parent[name]!, schema() as unknown as MessageClass);
  const made = new Class();
  for (const [field, value] of Object.entries(fields)) made[`set${field}`]!(value);
  return made;
}

const shapeOf = (shape: readonly number[]): Message =>
  message('TensorShape', { DimList: shape.map((size) => message('TensorShape.Dim', { Size: size })) });

/** By the kind of an attribute, as the binding numbers them: its field, and that of a list of such. */
const FIELDS: Record<number, string> = { 0: 'S', 1: 'I', 2: 'F', 3: 'B', 4: 'Type', 5: 'Shape' };
const SHAPE = 5;

function attributeOf(attribute: GraphAttribute): Message {
  if ('calls' in attribute)
    return message('AttrValue', { Func: message('NameAttrList', { Name: attribute.calls }) });
  if ('bytes' in attribute) return message('AttrValue', { S: attribute.bytes });
  if ('flag' in attribute) return message('AttrValue', { B: attribute.flag });
  if ('types' in attribute) {
    return message('AttrValue', { List: message('AttrValue.ListValue', { TypeList: attribute.types }) });
  }
  if ('constant' in attribute) {
    const { dtype, shape, bytes } = attribute.constant;
    const tensor = { Dtype: dtype, TensorShape: shapeOf(shape), TensorContent: bytes };
    return message('AttrValue', { Tensor: message('Tensor', tensor) });
  }
  const { type, value } = attribute;
  const field = FIELDS[type];
  if (field === undefined) throw new Error(`an attribute of kind ${type} has no form in a graph`);
  if (type === SHAPE) return message('AttrValue', { Shape: shapeOf(value as number[]) });
  if (Array.isArray(value)) {
    return message('AttrValue', { List: message('AttrValue.ListValue', { [`${field}List`]: value }) });
  }
  return message('AttrValue', { [field]: field === 'S' ? new TextEncoder().encode(String(value)) : value });
}

function nodeOf({ name, op, inputs, attributes }: GraphNode): Message {
  const node = message('NodeDef', { Name: name, Op: op, InputList: inputs });
  const map = node.getAttrMap!() as Map<string, Message>;
  for (const attribute of attributes) map.set(attribute.name, attributeOf(attribute));
  return node;
}

function functionOf({ name, args, results, nodes }: GraphFunction): Message {
  const arg = ({ name, dtype }: { name: string; dtype: number }) =>
    message('OpDef.ArgDef', { Name: name, Type: dtype });
  const signature = {
    Name: name,
    InputArgList: args.map(arg),
    OutputArgList: results.map(arg),
    IsStateful: true,
  };
  const made = message('FunctionDef', {
    Signature: message('OpDef', signature),
    NodeDefList: nodes.map(nodeOf),
  });
  const from = made.getRetMap!() as Map<string, string>;
  for (const result of results) from.set(result.name, result.from);
  const attributes = made.getAttrMap!() as Map<string, Message>;
  for (const name of ['_noinline', '_tf_data_function'])
    attributes.set(name, attributeOf({ name, flag: true }));
  return made;
}

/** The version of graphs that these nodes are of: any from 2017 on has them. */
const PRODUCER = 1882;

/** The name by which a model in a file is found. */
export const TAG = 'serve';

/** The content of the file of a saved model that has this graph and no variables of its own. */
export function savedModel(nodes: GraphNode[], functions: GraphFunction[] = []): Uint8Array {
  const graph = message('GraphDef', {
    NodeList: nodes.map(nodeOf),
    Versions: message('VersionDef', { Producer: PRODUCER }),
    Library: message('FunctionDefLibrary', { FunctionList: functions.map(functionOf) }),
  });
  const meta = message('MetaGraphDef', {
    MetaInfoDef: message('MetaGraphDef.MetaInfoDef', { TagsList: [TAG] }),
    GraphDef: graph,
  });
  const model = message('SavedModel', { SavedModelSchemaVersion: 1, MetaGraphsList: [meta] });
  return model.serializeBinary!() as Uint8Array;
}
