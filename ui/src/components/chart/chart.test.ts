import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rateUnit, sizeUnit } from '../../lib/format';
import { crosshairText, roundUp, roundUpMemory, timeTicks, valueTicks } from './axis';
import { chartKey } from './chart_keys';
import { column, gapsOf, layOut, nearest, type Rows } from './gaps';
import { greatest, stackCores } from './model';
import { Pace, REDRAW_INTERVAL } from './pace';
import { withAlpha } from './palette';
import { Timeline } from './timeline.svelte';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Rows of a minute each, starting at the given minutes. */
function minutes(...starts: number[]): Rows {
  return {
    start: starts.map((start) => start * MINUTE),
    end: starts.map((start) => (start + 1) * MINUTE),
    at: starts.map((start) => (start + 0.5) * MINUTE),
  };
}

describe('gaps', () => {
  // 'Don't draw a line across a gap': rows that do not touch have one between them.
  it('lie where rows do not touch', () => {
    expect(gapsOf(minutes(0, 1, 5), 0, 6 * MINUTE)).toEqual([{ from: 2 * MINUTE, to: 5 * MINUTE }]);
  });

  // Rows of different age have spans of different length, and touch all the same.
  it('do not lie between rows of different spans that touch', () => {
    const rows: Rows = {
      start: [0, HOUR, HOUR + 10 * MINUTE],
      end: [HOUR, HOUR + 10 * MINUTE, HOUR + 11 * MINUTE],
      at: [HOUR / 2, HOUR + 5 * MINUTE, HOUR + 10.5 * MINUTE],
    };
    expect(gapsOf(rows, 0, HOUR + 11 * MINUTE)).toEqual([]);
  });

  // The minute that is not over yet is not off; a server gone for longer is.
  it('end the axis only when the newest row is too old', () => {
    expect(gapsOf(minutes(0), 0, 2 * MINUTE, 2 * MINUTE)).toEqual([]);
    expect(gapsOf(minutes(0), 0, 9 * MINUTE, 2 * MINUTE)).toEqual([
      { from: MINUTE, to: 9 * MINUTE },
    ]);
  });

  // Before the first row nobody knows whether there was anything to measure.
  it('do not begin before the first row', () => {
    expect(gapsOf(minutes(30), 0, 31 * MINUTE)).toEqual([]);
  });

  // The line ends where the grey begins, and a null stands between the two ends.
  it('break the line exactly at their edges', () => {
    const rows = minutes(0, 5);
    const drawn = layOut(rows, gapsOf(rows, 0, 6 * MINUTE));
    expect(drawn.x.map((x) => x / MINUTE)).toEqual([0, 0.5, 1, 3, 5, 5.5, 6]);
    expect(column(drawn, [10, 20])).toEqual([10, 10, 10, null, 20, 20, 20]);
  });

  // uPlot takes x values only in order.
  it('keep the drawn times in order', () => {
    const rows = minutes(0, 1, 4, 5, 60);
    const { x } = layOut(rows, gapsOf(rows, 0, 90 * MINUTE));
    expect(x).toEqual([...x].sort((one, other) => one - other));
  });

  // A figure read out of a gap would be made up.
  it('give no row to the crosshair', () => {
    const rows = minutes(0, 1, 5);
    const gaps = gapsOf(rows, 0, 6 * MINUTE);
    expect(nearest(rows, gaps, 1.4 * MINUTE)).toBe(1);
    expect(nearest(rows, gaps, 3 * MINUTE)).toBeNull();
    expect(nearest(rows, gaps, 99 * MINUTE)).toBe(2);
    expect(nearest({ at: [], start: [], end: [] }, [], 0)).toBeNull();
  });
});

describe('axes', () => {
  // Labels must not crowd at any width, and stand at round times.
  it('have round times, never more than fit', () => {
    const from = new Date(2026, 10, 21, 14, 33).getTime();
    const ticks = timeTicks({ from, to: from + 24 * HOUR }, 7);
    expect(ticks.map((tick) => tick.text)).toEqual([
      '16:00',
      '20:00',
      '00:00',
      '04:00',
      '08:00',
      '12:00',
    ]);
    for (const most of [0, 1, 2, 5, 9]) {
      expect(timeTicks({ from, to: from + 30 * 24 * HOUR }, most).length).toBeLessThanOrEqual(
        most + 1,
      );
    }
  });

  // A time on a chart of 30 days says nothing without its day.
  it('name the crosshair as exactly as the stretch asks for', () => {
    const at = new Date(2026, 10, 21, 14, 33, 8).getTime();
    expect(crosshairText(at, { from: at - 5 * MINUTE, to: at })).toBe('14:33:08');
    expect(crosshairText(at, { from: at - 24 * HOUR, to: at })).toBe('14:33');
    expect(crosshairText(at, { from: at - 200 * HOUR, to: at })).toBe('21\u00a0Nov 14:33');
  });

  // Half of the ceiling is written too, so it has to be short.
  it('have round values, with the unit once', () => {
    expect([0.3, 1, 93_000_000, 137, 1001].map(roundUp)).toEqual([0.5, 1, 100_000_000, 200, 2000]);
    expect([0.5, 15.6, 31.2, 62.7].map(roundUpMemory)).toEqual([1, 16, 32, 64]);
    const rates = valueTicks(50_000_000, rateUnit(50_000_000), false);
    expect(rates.map((tick) => tick.text)).toEqual(['0', '25', '50']);
    const sizes = valueTicks(16 * 1024 ** 3, sizeUnit(16 * 1024 ** 3), true);
    expect(sizes.map((tick) => tick.text)).toEqual(['0', '8', '16\u00a0GB']);
  });
});

describe('a stack of cores', () => {
  // The top of the stack is the mean of the cores: what the total line shows.
  it('adds up to the whole', () => {
    const layers = stackCores([[40, 20, 0, 20]]);
    expect(layers.map((layer) => layer.values[0])).toEqual([20, 15, 15, 10]);
  });

  // A processor with 128 cores would cost 128 paths for every redraw.
  it('takes many cores together', () => {
    const layers = stackCores([Array.from({ length: 128 }, () => 50)]);
    expect(layers).toHaveLength(16);
    expect(layers[0]?.values[0]).toBe(50);
  });

  // One unknown core leaves its neighbours without a place in the stack.
  it('has a hole where a core is unknown', () => {
    const layers = stackCores([
      [10, null],
      [10, 30],
    ]);
    expect(layers.map((layer) => layer.values)).toEqual([
      [null, 20],
      [5, 5],
    ]);
    expect(stackCores([])).toEqual([]);
  });

  // The scale of a chart follows what is shown, and ignores what was not measured.
  it('does not count the unknown as a peak', () => {
    expect(greatest([{ form: 'area', values: [1, null, 9, 4] }], 0, 3)).toBe(9);
    expect(greatest([{ form: 'area', values: [1, null, 9, 4] }], 3, 3)).toBe(4);
  });
});

describe('the timeline', () => {
  function timeline(): Timeline {
    const line = new Timeline();
    line.show({ from: 0, to: 60 * MINUTE }, minutes(...Array(60).keys()), 0, MINUTE);
    return line;
  }

  // The keyboard gets at every figure that the pointer gets at.
  it('moves its crosshair by rows, from the newest on', () => {
    const line = timeline();
    line.step(-1);
    expect(line.index).toBe(59);
    line.step(-1);
    expect(line.index).toBe(58);
    line.step(99);
    expect(line.index).toBe(59);
    line.stepToEnd('first');
    expect(line.index).toBe(0);
  });

  // A gap has no row; the next step leads out of it, and not to either end.
  it('steps out of a gap', () => {
    const line = new Timeline();
    line.show({ from: 0, to: 10 * MINUTE }, minutes(0, 1, 8, 9), 0);
    line.move(5 * MINUTE);
    expect(line.index).toBeNull();
    line.step(1);
    expect(line.index).toBe(2);
    line.move(5 * MINUTE);
    line.step(-1);
    expect(line.index).toBe(1);
  });

  // Drag zooms; a click does not, nor does what would show next to nothing.
  it('zooms to what was dragged over', () => {
    const line = timeline();
    line.press(10 * MINUTE);
    line.move(10 * MINUTE);
    line.release();
    expect(line.zoomed).toBeNull();
    line.press(40 * MINUTE);
    line.move(20 * MINUTE);
    line.release();
    expect(line.shown).toEqual({ from: 20 * MINUTE, to: 40 * MINUTE });
    line.zoom({ from: 20 * MINUTE, to: 21 * MINUTE });
    expect(line.shown).toEqual({ from: 20 * MINUTE, to: 40 * MINUTE });
  });

  // Esc takes back the nearest thing first, and leaves itself to others when there is nothing.
  it('takes back the zoom, then the crosshair', () => {
    const line = timeline();
    line.zoom({ from: 0, to: 30 * MINUTE });
    line.move(10 * MINUTE);
    expect(line.escape()).toBe(true);
    expect(line.zoomed).toBeNull();
    expect(line.escape()).toBe(true);
    expect(line.cursor).toBeNull();
    expect(line.escape()).toBe(false);
  });

  // Live charts move on under a resting pointer; the crosshair stays where the hand is.
  it('keeps the crosshair under a resting pointer', () => {
    const line = timeline();
    line.move(30 * MINUTE);
    line.show({ from: MINUTE, to: 61 * MINUTE }, minutes(...Array(61).keys()), 0, MINUTE);
    expect(line.cursor).toBe(31 * MINUTE);
    line.leave();
    expect(line.cursor).toBeNull();
  });

  // A zoom into time that is gone would show an empty chart for ever.
  it('drops a zoom that lies before everything', () => {
    const line = timeline();
    line.zoom({ from: 0, to: 10 * MINUTE });
    line.show({ from: 20 * MINUTE, to: 80 * MINUTE }, minutes(...Array(80).keys()), 0, MINUTE);
    expect(line.zoomed).toBeNull();
  });

  // Letters typed into a field, and arrows within a menu, are not the charts'.
  it('leaves keys to those that use them', () => {
    const line = timeline();
    const press = (key: string, target: Element): boolean => {
      document.body.append(target);
      let used = false;
      target.addEventListener(
        'keydown',
        (event) => (used = chartKey(event as KeyboardEvent, line)),
      );
      target.dispatchEvent(new KeyboardEvent('keydown', { key }));
      target.remove();
      return used;
    };
    const menu = document.createElement('div');
    menu.setAttribute('role', 'menu');
    expect(press('ArrowLeft', document.createElement('div'))).toBe(true);
    expect(press('ArrowLeft', document.createElement('input'))).toBe(false);
    expect(press('ArrowLeft', menu)).toBe(false);
    expect(press('+', document.createElement('div'))).toBe(true);
    expect(line.zoomed).not.toBeNull();
  });
});

describe('the pace', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  // Canvas is slow in WebKitGTK: at most four redraws a second, and none is lost.
  it('draws at most four times a second', () => {
    const draw = vi.fn();
    const pace = new Pace(draw);
    for (let wish = 0; wish < 20; wish += 1) {
      pace.soon();
      vi.advanceTimersByTime(50);
    }
    expect(draw.mock.calls.length).toBeLessThanOrEqual(5);
    const before = draw.mock.calls.length;
    pace.soon();
    vi.advanceTimersByTime(REDRAW_INTERVAL);
    expect(draw.mock.calls.length).toBeGreaterThan(before);
  });

  // What nobody sees costs nothing; once seen it is drawn once, not as often as was wished.
  it('draws nothing out of sight, and catches up once', () => {
    const draw = vi.fn();
    const pace = new Pace(draw);
    pace.seen = false;
    pace.soon();
    pace.now();
    vi.advanceTimersByTime(10 * REDRAW_INTERVAL);
    expect(draw).not.toHaveBeenCalled();
    pace.seen = true;
    expect(draw).toHaveBeenCalledTimes(1);
  });

  // A zoom that shows a quarter of a second late feels broken.
  it('draws at once what a person asked for', () => {
    const draw = vi.fn();
    const pace = new Pace(draw);
    pace.now();
    pace.now();
    expect(draw).toHaveBeenCalledTimes(2);
  });

  // A timer that outlives its chart would paint on a canvas that is gone.
  it('draws nothing after it was stopped', () => {
    const draw = vi.fn();
    const pace = new Pace(draw);
    pace.now();
    pace.soon();
    pace.stop();
    vi.advanceTimersByTime(10 * REDRAW_INTERVAL);
    expect(draw).toHaveBeenCalledTimes(1);
  });
});

describe('the palette', () => {
  // A canvas takes no `color-mix`, so layers are made of the token with some transparency.
  it('makes a token transparent', () => {
    expect(withAlpha('#0c7570', 0.2)).toBe('rgba(12, 117, 112, 0.2)');
    expect(withAlpha('rgb(1 2 3 / .1)', 0.2)).toBe('rgb(1 2 3 / .1)');
  });
});
