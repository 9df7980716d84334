import { expect, test } from 'vitest';
import { skill } from './skill.ts';

test('skill is the share of the reference that is saved', () => {
  expect(skill(0.75, 1)).toBe(0.25);
  expect(skill(0, 2)).toBe(1);
  expect(skill(2, 2)).toBe(0);
  expect(skill(3, 2)).toBe(-0.5);
});

test('no skill against a reference of 0, nor with something missing', () => {
  expect(skill(0, 0)).toBeNaN();
  expect(skill(1, 0)).toBeNaN();
  expect(skill(Number.NaN, 1)).toBeNaN();
  expect(skill(1, Number.NaN)).toBeNaN();
});
