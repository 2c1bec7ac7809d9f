"""Writes src/accelerate/compile/op-outputs.ts: how TensorFlow calls the outputs of each op that tfjs-node or evenkeel may
run, by which a function of TensorFlow's refers to them; and op-types.ts beside it, which of their attributes are the type
of an input. Needs Python's tensorflow, of the version that is installed.

    python3 scripts/op-outputs.py
"""

import json
import re
from pathlib import Path

from tensorflow.core.framework import op_def_pb2
from tensorflow.python.client import pywrap_tf_session as session

root = Path(__file__).parent.parent
folders = [root / "node_modules/@tensorflow/tfjs-node/dist", root / "src", root / "layers"]
kernels = root / "node_modules/@tensorflow/tfjs-core/dist/kernel_names.js"
files = [kernels] + [file for folder in folders for kind in ("*.js", "*.ts") for file in folder.rglob(kind)]
texts = [file.read_text() for file in files if file.name not in ("api_pb.js", "op-outputs.ts", "op-types.ts")]
quoted = {word for text in texts for word in re.findall(r"['\"](_?[A-Z][A-Za-z0-9]+)['\"]", text)}

ops = op_def_pb2.OpList()
ops.ParseFromString(session.TF_GetBuffer(session.TF_GetAllOpList()))
lines = {}
for op in ops.op:
    if op.name not in quoted:
        continue
    # A list is one output of many tensors.
    is_list = any(arg.number_attr or arg.type_list_attr for arg in op.output_arg)
    if is_list and len(op.output_arg) > 1:
        continue
    names = " ".join(arg.name for arg in op.output_arg)
    if names != "output" or is_list:
        lines.setdefault(names + ("..." if is_list else ""), []).append(op.name)
    else:
        lines.setdefault("output", []).append(op.name)

types = {}
for op in ops.op:
    if op.name not in quoted:
        continue
    found = {}
    for at, arg in enumerate(op.input_arg):
        if arg.type_attr:
            found.setdefault(arg.type_attr, at)
        if arg.number_attr or arg.type_list_attr:
            break  # What comes behind a list has no fixed place.
    if found:
        types.setdefault(" ".join(f"{name}:{at}" for name, at in found.items()), []).append(op.name)


def table_of(lists):
    return "".join(f"  {json.dumps(key)}:\n    {json.dumps(' '.join(sorted(lists[key])))},\n" for key in sorted(lists))


table = table_of(lines)
(root / "src/accelerate/compile/op-outputs.ts").write_text(
    f"""/** Ops by the names of their outputs, from TensorFlow's own list; scripts/op-outputs.py writes this. `...` marks one of many. */
const OPS: Record<string, string> = {{
{table}}};

interface Outputs {{
  names: string[];
  /** Whether the one output is a list of tensors. */
  isList: boolean;
}}

const outputs = new Map<string, Outputs>(
  Object.entries(OPS).flatMap(([names, ops]) => {{
    const isList = names.endsWith('...');
    const one = {{ names: names.replace('...', '').split(' '), isList }};
    return ops.split(' ').map((op) => [op, one] as const);
  }}),
);

/** How a function refers to an output of an op in it; null for an op that is not known here. */
export function outputName(op: string, output: number): string | null {{
  const known = outputs.get(op);
  if (!known) return null;
  return known.isList ? `${{known.names[0]}}:${{output}}` : `${{known.names[output]}}:0`;
}}
"""
)
(root / "src/accelerate/compile/op-types.ts").write_text(
    f"""/** Ops by those of their attributes that are the type of an input, with its place; scripts/op-outputs.py writes this. */
const OPS: Record<string, string> = {{
{table_of(types)}}};

const types = new Map<string, [attribute: string, input: number][]>(
  Object.entries(OPS).flatMap(([attributes, ops]) => {{
    const one = attributes.split(' ').map((attribute): [string, number] => {{
      const [name, input] = attribute.split(':') as [string, string];
      return [name, Number(input)];
    }});
    return ops.split(' ').map((op) => [op, one] as const);
  }}),
);

/** The attributes of an op that are the type of an input, with the place of that input. */
export const inputTypes = (op: string): readonly [attribute: string, input: number][] => types.get(op) ?? [];
"""
)
