import { expect, test } from 'vitest';
import { sparkShapes } from '../../components/sparkline';
import { Spark, sparkEnd } from './spark.svelte';

const start = 1_800_000_000_000;

test('samples of one slot become their mean, so an hour stays short at any pace', () => {
  const spark = new Spark();
  for (let at = 0; at < 3600; at += 2) spark.add(start + at * 1000, at % 4 === 0 ? 10 : 30);
  expect(spark.points.length).toBeLessThanOrEqual(122);
  expect(Math.abs((spark.points[3]?.[1] ?? 0) - 20)).toBeLessThan(1);
});

test('what is older than an hour leaves, and a sample that is already in is not counted twice', () => {
  const spark = new Spark([[start, 50]]);
  spark.add(start, 90);
  expect(spark.points).toEqual([[start, 50]]);
  spark.add(start + 2 * 3_600_000, 10);
  expect(spark.points).toEqual([[start + 2 * 3_600_000, 10]]);
});

test('a silence and a null break the line, and the scale is 0 to 100 for every server', () => {
  const minute = 60_000;
  const { line } = sparkShapes(
    [
      [0, 0],
      [minute, 100],
      [2 * minute, null],
      [3 * minute, 50],
      [20 * minute, 50],
    ],
    0,
    60 * minute,
    60,
    20,
    90_000,
  );
  expect(line.match(/M/g)).toHaveLength(3);
  expect(line.startsWith('M0 19L1 1')).toBe(true);
});

test('nothing measured draws nothing', () => {
  expect(sparkShapes([], 0, 1000, 96, 20, 90_000)).toEqual({ line: '', area: '' });
});

test('the right edge moves by slots, so that lines do not crawl with every second', () => {
  expect(sparkEnd(start + 1000)).toBe(sparkEnd(start + 29_000));
  expect(sparkEnd(start + 31_000)).toBe(sparkEnd(start) + 30_000);
});
