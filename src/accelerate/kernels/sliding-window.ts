import * as tf from '@tensorflow/tfjs';
import type { Convolution2d } from '../../tfjs/kernels.js';

type Shape = tf.Tensor4D['shape'];

/** How a window moves over images, as tfjs computes it. */
export type WindowInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

export const convolutionInfo = (
  image: Shape,
  filter: Shape,
  { strides, dilations, pad, dimRoundingMode }: Convolution2d,
  isDepthwise = false,
): WindowInfo =>
  tf.backend_util.computeConv2DInfo(
    image,
    filter,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    isDepthwise,
  );

/**
 * Visits each entry of the window at each place of the output, without those over the edge.
 *
 * @param visit gets the pixel of the input under the entry, the place of the output, and the number of the entry
 */
export function visitWindows(
  info: WindowInfo,
  visit: (pixel: number, place: number, entry: number) => void,
): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, padInfo } = info;
  const height = Math.ceil(info.effectiveFilterHeight / info.dilationHeight);
  const width = Math.ceil(info.effectiveFilterWidth / info.dilationWidth);
  for (let image = 0, place = 0; image < batchSize; image++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++, place++) {
        for (let i = 0; i < height; i++) {
          const y = row * info.strideHeight - padInfo.top + i * info.dilationHeight;
          if (y < 0 || y >= inHeight) continue;
          for (let j = 0; j < width; j++) {
            const x = column * info.strideWidth - padInfo.left + j * info.dilationWidth;
            if (x < 0 || x >= inWidth) continue;
            visit((image * inHeight + y) * inWidth + x, place, i * width + j);
          }
        }
      }
    }
  }
}

/** A value for each of three axes; one number is for all. */
export const triple = (each: number | [number, number, number]): [number, number, number] =>
  typeof each === 'number' ? [each, each, each] : each;
