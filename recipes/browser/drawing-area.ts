import { centreDigit, SIDE } from './centre-digit.js';

interface Point {
  x: number;
  y: number;
}

/** What is told of the drawing: that it has changed, and that it has changed and the pen is up. */
interface Listeners {
  changed(): void;
  rested(): void;
}

export interface DrawingArea {
  /** The drawing as a model gets it; undefined where nothing is drawn. */
  image(): Float32Array | undefined;
  clear(): void;
  /** Puts a picture in place of the drawing, pixel by pixel, so that a model gets the very picture. */
  put(picture: HTMLCanvasElement): void;
}

const arrows: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/**
 * Lets mouse, finger and keyboard draw on a square canvas.
 *
 * @param mark shows where the pen is that the keyboard moves
 */
export function drawingArea(paper: HTMLCanvasElement, mark: HTMLElement, on: Listeners): DrawingArea {
  const ink = paper.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  const size = paper.width;
  const width = 0.08 * size;
  let pen: Point = { x: size / 2, y: size / 2 };
  let drawing = false;
  let keyIsDown = false;

  /** A line from where the pen is; a dot, where it stays. */
  function drawTo(to: Point): void {
    ink.lineWidth = width;
    ink.lineCap = 'round';
    ink.beginPath();
    ink.moveTo(pen.x, pen.y);
    ink.lineTo(to.x, to.y);
    ink.stroke();
    // A line of no length leaves no ink.
    ink.beginPath();
    ink.arc(to.x, to.y, width / 2, 0, 2 * Math.PI);
    ink.fill();
    pen = to;
    on.changed();
  }

  function clear(): void {
    ink.clearRect(0, 0, size, size);
    on.changed();
  }

  function place({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width } = paper.getBoundingClientRect();
    return { x: ((clientX - left) * size) / width, y: ((clientY - top) * size) / width };
  }

  function liftKey(): void {
    keyIsDown = false;
    mark.classList.remove('down');
  }

  paper.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    liftKey();
    paper.setPointerCapture(event.pointerId);
    drawing = true;
    pen = place(event);
    drawTo(pen);
  });
  paper.addEventListener('pointermove', (event) => {
    if (!drawing || !event.isPrimary) return;
    // The browser hands over several movements at once, and a fast stroke has its curve in them.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length > 0 ? moves : [event]) drawTo(place(move));
  });
  paper.addEventListener('lostpointercapture', () => {
    drawing = false;
    on.rested();
  });

  const inside = (value: number) => Math.min(Math.max(value, width), size - width);
  paper.addEventListener('keydown', (event) => {
    const arrow = arrows[event.key];
    if (!arrow && event.key !== ' ' && event.key !== 'Delete') return;
    event.preventDefault();
    if (event.key === 'Delete') clear();
    if (event.key === ' ' && !event.repeat) {
      keyIsDown = !keyIsDown;
      if (keyIsDown) drawTo(pen);
      else on.rested();
    }
    if (arrow) {
      const to = { x: inside(pen.x + (arrow.x * size) / SIDE), y: inside(pen.y + (arrow.y * size) / SIDE) };
      if (keyIsDown) drawTo(to);
      else pen = to;
    }
    mark.style.left = `${(100 * pen.x) / size}%`;
    mark.style.top = `${(100 * pen.y) / size}%`;
    mark.classList.toggle('down', keyIsDown);
  });
  paper.addEventListener('blur', liftKey);

  return {
    image() {
      const { data } = ink.getImageData(0, 0, size, size);
      // Ink is in the alpha channel, so that its colour may follow the theme.
      const alpha = Float32Array.from({ length: size * size }, (_, i) => (data[4 * i + 3] as number) / 255);
      return centreDigit(alpha, size);
    },
    clear,
    put(picture) {
      ink.clearRect(0, 0, size, size);
      ink.imageSmoothingEnabled = false;
      ink.drawImage(picture, 0, 0, size, size);
      on.changed();
      on.rested();
    },
  };
}
