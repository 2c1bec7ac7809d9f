import fc from 'fast-check';

type Json = unknown;
type Place = (string | number)[];

/** What stands in a file that a hand, a disk or an enemy has changed. */
const INSTEAD: Json[] = [
  null,
  true,
  -1,
  0.5,
  1e15,
  1e300,
  '',
  'text',
  '../../x',
  '/etc/hostname',
  'constructor',
  '__proto__',
  'toString',
  [],
  [null],
  [[]],
  {},
  { class_name: 'toString', config: null },
];

/** Of everything in it, however deep. */
function places(json: Json, under: Place = []): Place[] {
  if (typeof json !== 'object' || json === null) return [under];
  const inside = Object.entries(json).flatMap(([key, value]) =>
    places(value, [...under, Array.isArray(json) ? Number(key) : key]),
  );
  return under.length > 0 ? [under, ...inside] : inside;
}

/** A text of JSON with one thing in it left out, put twice or replaced, or cut short. */
export function damaged(json: Json): fc.Arbitrary<string> {
  const text = JSON.stringify(json);
  const place = fc.constantFrom(...places(json));
  const changed = (
    place: Place,
    change: (holder: Record<string | number, Json>, key: string | number) => void,
  ) => {
    const copy = JSON.parse(text);
    const holder = place.slice(0, -1).reduce((part, key) => part[key], copy);
    change(holder, place.at(-1) as string | number);
    return JSON.stringify(copy);
  };
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(place, fc.constantFrom(...INSTEAD)).map(([place, value]) =>
        changed(place, (holder, key) => {
          holder[key] = value;
        }),
      ),
    },
    {
      weight: 3,
      arbitrary: place.map((place) =>
        changed(place, (holder, key) => {
          if (Array.isArray(holder)) holder.splice(Number(key), 1);
          else delete holder[key];
        }),
      ),
    },
    {
      weight: 1,
      arbitrary: place.map((place) =>
        changed(place, (holder, key) => {
          if (Array.isArray(holder)) holder.push(holder[Number(key)]);
          else holder[`${key}${key}`] = holder[key];
        }),
      ),
    },
    { weight: 1, arbitrary: fc.nat(text.length - 1).map((end) => text.slice(0, end)) },
    { weight: 1, arbitrary: fc.constantFrom(...INSTEAD).map((value) => JSON.stringify(value)) },
  );
}

/** Ours are for a reader: one line, that says what was received and what to do. */
const OURS = ['DataFailure', 'ConfigError', 'CliError', 'ArgumentError'];
/** What tfjs says of its own layers where a model.json alone cannot tell that it is wrong. */
const THEIRS = [
  // An output that a layer does not have.
  /^Cannot read properties of undefined \(reading 'rank'\)$/,
];

/** What the engine says, rather than a person. */
const ENGINE =
  /^Cannot |is not (a function|iterable|defined|a constructor)|^Invalid (array|typed)|call stack|allocation failed|JSON/;

/** That something damaged works, or says what is wrong: fails for every other error, which is a bug. */
export async function worksOrSays(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { name, message, stack = '' } = error as Error;
    if (OURS.includes(name) && !message.includes('\n')) return;
    const [place = ''] = stack.split('\n').filter((line) => /^ +at /.test(line));
    const inTfjs = place.includes('@tensorflow');
    if (inTfjs && (!ENGINE.test(message) || THEIRS.some((known) => known.test(message)))) return;
    throw error;
  }
}
