import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Span } from './gaps';
import type { Form } from './model';
import { type Palette, withAlpha } from './palette';

/** What a plot paints next. */
export interface Picture {
  x: number[];
  columns: (number | null)[][];
  shown: Span;
  ceiling: number;
}

/** How dark the lowest layer of a stack is, where all layers lie upon each other. */
const STACK_DEPTH = 0.42;

/** Above this many layers their edges would be all one sees. */
const MOST_EDGES = 8;

/**
 * The lines and areas of one chart on a canvas. Everything else (axes, grid, gaps, crosshair) is
 * markup above and below it, which follows theme and text size by itself.
 */
export class Plot {
  #chart: uPlot;
  #shown: Span = { from: 0, to: 1 };
  #ceiling = 1;

  constructor(target: HTMLElement, forms: Form[], palette: () => Palette) {
    this.#chart = new uPlot(
      {
        width: Math.max(1, target.clientWidth),
        height: Math.max(1, target.clientHeight),
        padding: [0, 0, 0, 0],
        axes: [{ show: false }, { show: false }],
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { time: false, auto: false, range: () => [this.#shown.from, this.#shown.to] },
          y: { auto: false, range: () => [0, this.#ceiling] },
        },
        series: [{}, ...forms.map((form) => seriesOf(form, forms, palette))],
        bands: forms.flatMap((form, index) =>
          form === 'shade'
            ? [{ series: [index + 1, index] as [number, number], fill: () => palette().secondFill }]
            : [],
        ),
      },
      [[], ...forms.map(() => [])],
      target,
    );
  }

  /** Paints. */
  paint(picture: Picture): void {
    this.#shown = picture.shown;
    this.#ceiling = picture.ceiling;
    this.#chart.batch(() => {
      this.#chart.setData([picture.x, ...picture.columns] as uPlot.AlignedData, false);
      this.#chart.setScale('x', { min: picture.shown.from, max: picture.shown.to });
      this.#chart.setScale('y', { min: 0, max: picture.ceiling });
    });
  }

  /** Takes the size of its place. */
  resize(width: number, height: number): void {
    this.#chart.setSize({ width: Math.max(1, width), height: Math.max(1, height) });
  }

  /** Paints the same in the colours now in force. */
  recolour(): void {
    this.#chart.redraw(false, false);
  }

  /** Frees the canvas. */
  destroy(): void {
    this.#chart.destroy();
  }
}

function seriesOf(form: Form, forms: Form[], palette: () => Palette): uPlot.Series {
  const plain: uPlot.Series = { points: { show: false }, fillTo: 0 };
  switch (form) {
    case 'area':
      return {
        ...plain,
        stroke: () => palette().first,
        width: 1.5,
        fill: () => palette().firstFill,
      };
    case 'outline':
      return { ...plain, stroke: () => palette().first, width: 1.5 };
    case 'line':
      return { ...plain, stroke: () => palette().second, width: 1.25 };
    case 'dashes':
      return { ...plain, stroke: () => palette().second, width: 1.25, dash: [3, 3] };
    case 'shade':
      return { ...plain, width: 0 };
    case 'layer': {
      const layers = forms.filter((other) => other === 'layer').length;
      const alpha = 1 - (1 - STACK_DEPTH) ** (1 / layers);
      return {
        ...plain,
        fill: () => withAlpha(palette().first, alpha),
        ...(layers <= MOST_EDGES ? { stroke: () => palette().ground, width: 0.75 } : { width: 0 }),
      };
    }
  }
}
