import { fileURLToPath } from 'node:url';
import { MUTATIONS } from '../mutations.js';

/** Makes one of the mistakes of `test/mutations.ts` in what is loaded: the one that EVENKEEL_MUTATION numbers. */
export function mutate(): { name: string; transform(code: string, id: string): string | undefined }[] {
  const number = process.env.EVENKEEL_MUTATION;
  if (number === undefined) return [];
  const mutation = MUTATIONS[Number(number)];
  if (!mutation) throw new Error(`EVENKEEL_MUTATION must be below ${MUTATIONS.length}, received ${number}`);
  const { file, right, wrong } = mutation;
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  const transform = (code: string, id: string): string | undefined => {
    if (id.split('?')[0] !== path) return undefined;
    if (code.split(right).length !== 2) throw new Error(`${file} must have once: ${right}`);
    return code.replace(right, () => wrong);
  };
  return [{ name: 'mutate', enforce: 'pre', transform } as ReturnType<typeof mutate>[number]];
}
