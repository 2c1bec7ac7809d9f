/** Pixels a side of the image that a model gets, and of the box that the digit fills in it, as in MNIST. */
export const SIDE = 28;
const BOX = 20;

/**
 * A drawing in the form of MNIST's digits: scaled to fit a box of 20 x 20, with its centre of mass in the middle of
 * 28 x 28. A model has seen no digit that is larger or sits elsewhere, so that it guesses without this step.
 *
 * @param ink one number from 0 (paper) to 1 (ink) for each pixel of the drawing, row by row
 * @returns 784 numbers in the same form; undefined where nothing is drawn
 */
export function centreDigit(ink: Float32Array, width: number): Float32Array | undefined {
  const box = boundsOf(ink, width);
  if (!box) return undefined;
  const scale = BOX / Math.max(box.width, box.height);
  const columns = Math.max(1, Math.round(box.width * scale));
  const rows = Math.max(1, Math.round(box.height * scale));
  const digit = resize(ink, width, box, columns, rows);

  const [x, y] = centreOfMass(digit, columns);
  const left = shift(x, columns);
  const top = shift(y, rows);
  const image = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < rows; row++) {
    image.set(digit.subarray(row * columns, (row + 1) * columns), (top + row) * SIDE + left);
  }
  return image;
}

/** Brings the centre to pixel 14, where MNIST has it, but never a part of the digit out of the image. */
const shift = (centre: number, size: number) =>
  Math.min(Math.max(Math.round(SIDE / 2 - centre), 0), SIDE - size);

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

function boundsOf(ink: Float32Array, width: number): Box | undefined {
  let [left, right, top, bottom] = [width, -1, -1, -1];
  ink.forEach((value, i) => {
    if (value === 0) return;
    const row = Math.floor(i / width);
    left = Math.min(left, i % width);
    right = Math.max(right, i % width);
    if (top < 0) top = row;
    bottom = row;
  });
  return bottom < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Each new pixel is the mean of the part of the drawing that it covers: thin strokes turn grey, none gets lost. */
function resize(ink: Float32Array, width: number, box: Box, columns: number, rows: number): Float32Array {
  const result = new Float32Array(columns * rows);
  const [stepX, stepY] = [box.width / columns, box.height / rows];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (const [y, high] of covered(row * stepY, (row + 1) * stepY)) {
        for (const [x, wide] of covered(column * stepX, (column + 1) * stepX)) {
          sum += high * wide * (ink[(box.top + y) * width + box.left + x] ?? 0);
        }
      }
      result[row * columns + column] = sum / (stepX * stepY);
    }
  }
  return result;
}

/** The pixels between two places, each with how much of it lies there. */
function covered(from: number, to: number): [pixel: number, part: number][] {
  const first = Math.floor(from);
  return Array.from({ length: Math.ceil(to) - first }, (_, i) => [
    first + i,
    Math.min(first + i + 1, to) - Math.max(first + i, from),
  ]);
}

function centreOfMass(digit: Float32Array, columns: number): [x: number, y: number] {
  let [mass, x, y] = [0, 0, 0];
  digit.forEach((value, i) => {
    mass += value;
    x += value * (i % columns);
    y += value * Math.floor(i / columns);
  });
  return [x / mass, y / mass];
}
