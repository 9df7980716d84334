import { expect, it } from 'vitest';
import { coordinateText } from './coordinate-text.ts';

it.each([
  [-77.09449, '-77.094'],
  [38.8, '38.8'],
  [39, '39'],
  [-0.0001, '0'],
  [179.99999, '180'],
])('%d is written %s', (degrees, text) => {
  expect(coordinateText(degrees)).toBe(text);
});
