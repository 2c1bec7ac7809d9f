import type { io, LayersModel } from '@tensorflow/tfjs';
import { SIDE } from './centre-digit.js';
import {
  type Backend,
  backends,
  buildModel,
  millisecondsPerPrediction,
  missing,
  predict,
  readModel,
  start,
} from './classifier.js';
import { drawingArea } from './drawing-area.js';

const find = <T extends Element>(selector: string, within: ParentNode = document) =>
  within.querySelector(selector) as T;
const drawing = drawingArea(find('#paper'), find('#pen'), { changed: ask, rested: measure });

/** One of the two models: what was read, what was built of it on the backend in use, and where it is shown. */
interface Card {
  folder: string;
  element: HTMLElement;
  artifacts?: io.ModelArtifacts;
  model?: LayersModel;
}
const cards: Card[] = ['folded', 'custom'].map((name) => ({
  folder: `models/${name}`,
  element: find<HTMLElement>(`#${name}`),
}));
for (const { element } of cards) {
  find('.bars', element).innerHTML = Array.from({ length: 10 }, row).join('');
}

function row(_: unknown, digit: number): string {
  return `<li><span class="digit">${digit}</span><span class="bar"></span><span class="percent"></span></li>`;
}

// One job at a time: no prediction may run while the backend changes under it.
let lastJob: Promise<unknown> = Promise.resolve();
function inTurn(job: () => Promise<void>): void {
  lastJob = lastJob.then(job).catch((error: Error) => say(error.message));
}
const say = (message: string) => {
  find('#message').textContent = message;
};

// --- what the models say ---

function show(card: Card, probabilities: Float32Array | undefined): void {
  const rows = card.element.querySelectorAll<HTMLElement>('li');
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  rows.forEach((row, digit) => {
    const share = probabilities?.[digit] ?? 0;
    row.style.setProperty('--share', String(share));
    row.classList.toggle('best', digit === best);
    find('.percent', row).textContent = probabilities ? `${(100 * share).toFixed(1)} %` : '';
  });
  find('output', card.element).textContent = probabilities ? String(best) : '–';
  if (!probabilities) find('.time', card.element).textContent = '';
}

/** What one model says; what it cannot say stands on its card, and the other goes on. */
async function answerOf(
  card: Card,
  model: LayersModel,
  pixels: Float32Array,
): Promise<Float32Array | undefined> {
  try {
    return await predict(model, pixels);
  } catch (error) {
    complain(card, (error as Error).message);
    return undefined;
  }
}

function complain({ element }: Card, message: string): void {
  find('.problem', element).textContent = message;
  element.classList.toggle('broken', message !== '');
}

let asked = false;
/** Asks both models, once for all strokes that were drawn while they were busy. */
function ask(): void {
  if (asked) return;
  asked = true;
  inTurn(async () => {
    asked = false;
    const pixels = drawing.image();
    drawSmall(find<HTMLCanvasElement>('#seen'), pixels ?? new Float32Array(SIDE * SIDE));
    const answers: Float32Array[] = [];
    for (const card of cards) {
      if (!card.model) continue;
      const probabilities = pixels && (await answerOf(card, card.model, pixels));
      if (probabilities) answers.push(probabilities);
      show(card, probabilities);
    }
    const [folded, custom] = answers;
    const apart = folded && custom ? Math.max(...folded.map((p, i) => Math.abs(p - (custom[i] ?? 0)))) : 0;
    find('#apart').textContent =
      folded && custom
        ? `Their probabilities differ by ${apart === 0 ? 0 : apart.toExponential(0)} at most.`
        : '';
  });
}

function measure(): void {
  inTurn(async () => {
    const pixels = drawing.image();
    for (const card of cards) {
      if (!card.model || !pixels) continue;
      const time = await millisecondsPerPrediction(card.model, pixels);
      find('.time', card.element).textContent = `${time.toFixed(time < 1 ? 2 : 1)} ms per prediction`;
    }
  });
}

// --- backends ---

async function use(backend: Backend): Promise<void> {
  say(`Starting ${backend} …`);
  await start(backend);
  for (const card of cards) {
    card.model?.dispose();
    delete card.model;
    try {
      card.artifacts ??= await readModel(card.folder);
      card.model = await buildModel(card.artifacts, card.folder);
      complain(card, '');
    } catch (error) {
      complain(card, (error as Error).message);
    }
    find('.time', card.element).textContent = '';
  }
  find<HTMLInputElement>(`#${backend}`).checked = true;
  document.body.dataset.backend = backend;
  say('');
  ask();
  measure();
}

function disable(backend: Backend, reason: string): void {
  find<HTMLInputElement>(`#${backend}`).disabled = true;
  find(`#${backend}-reason`).textContent = reason;
}

/** Takes the first of these that starts; one that does not is shown with the reason. */
async function useFirst(candidates: readonly Backend[]): Promise<void> {
  for (const backend of candidates) {
    try {
      return await use(backend);
    } catch (error) {
      disable(backend, (error as Error).message);
    }
  }
  say('No backend starts in this browser.');
}

const usable = async () => backends.filter((backend) => !find<HTMLInputElement>(`#${backend}`).disabled);

inTurn(async () => {
  for (const backend of backends) {
    const reason = await missing(backend);
    if (reason) disable(backend, reason);
    find(`#${backend}`).addEventListener('change', () =>
      inTurn(async () => useFirst([backend, ...(await usable())])),
    );
  }
  await useFirst(await usable());
});

find('#clear').addEventListener('click', () => drawing.clear());

// --- example digits ---

/** Puts an image of 28 x 28 numbers from 0 to 1 on a small canvas, as ink. */
function drawSmall(canvas: HTMLCanvasElement, pixels: ArrayLike<number>): void {
  const picture = new ImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) picture.data[4 * i + 3] = Math.round(255 * (pixels[i] ?? 0));
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
}

function addExample(pixels: number[], digit: number): void {
  const button = document.createElement('button');
  button.ariaLabel = `example ${digit}`;
  const canvas = Object.assign(document.createElement('canvas'), { width: SIDE, height: SIDE });
  drawSmall(canvas, pixels);
  button.append(canvas);
  button.addEventListener('click', () => drawing.put(canvas));
  find('#examples').append(button);
}

fetch('examples.json')
  .then((response) => response.json())
  .then((images: number[][]) => images.forEach(addExample))
  // A page without examples is whole but for them.
  .catch(() => find('#examples-part').remove());

// Only the built page has this file; it makes the page work offline.
navigator.serviceWorker?.register('service-worker.js').catch(() => {});
navigator.serviceWorker?.ready.then(() => {
  find('#offline').textContent = 'Kept on this device: it works offline too.';
});
