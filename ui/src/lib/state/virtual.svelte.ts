import {
  defaultRangeExtractor,
  elementScroll,
  measureElement,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import { untrack } from 'svelte';

type Options = VirtualizerOptions<HTMLElement, HTMLElement>;

/** A long list: how many lines, how high each is, and what it is told apart by. */
export interface LongList {
  count: number;
  /** Pixels; of a line that is measured, what it is taken for until then. */
  heightOf: (index: number) => number;
  keyOf: (index: number) => string;
  /** A line that is drawn wherever it is: the one with the focus, which it would lose else. */
  keep?: number | undefined;
}

/** The height that is drawn where none is known yet. */
const unknownHeight = 800;

/** Which lines of a long list are drawn, and where; lines may differ in height. */
export class VirtualList {
  drawn = $state.raw<readonly VirtualItem[]>([]);
  /** Height of all lines together, pixels. */
  height = $state(0);
  #virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  #element: HTMLElement | null = null;

  /** To be called at the start of a component; follows the list as it changes. */
  constructor(list: () => LongList) {
    this.#virtualizer = new Virtualizer(untrack(() => this.#optionsOf(list())));
    $effect.pre(() => {
      const options = this.#optionsOf(list());
      untrack(() => {
        this.#virtualizer.setOptions(options);
        this.#virtualizer._willUpdate();
        this.#read();
      });
    });
  }

  /** Follows a scrolling element, as an attachment. */
  follow = (element: HTMLElement): (() => void) =>
    untrack(() => {
      this.#element = element;
      const end = this.#virtualizer._didMount();
      this.#virtualizer._willUpdate();
      this.#read();
      return () => {
        this.#element = null;
        end();
      };
    });

  /** Takes the height that a drawn line really has, as an attachment; it carries `data-index`. */
  measure = (element: HTMLElement): void => {
    untrack(() => this.#virtualizer.measureElement(element));
  };

  scrollTo(index: number, align: 'auto' | 'start' = 'auto'): void {
    this.#virtualizer.scrollToIndex(index, { align });
    this.#read();
  }

  #read(): void {
    this.drawn = this.#virtualizer.getVirtualItems();
    this.height = this.#virtualizer.getTotalSize();
  }

  #optionsOf(list: LongList): Options {
    return {
      count: list.count,
      estimateSize: list.heightOf,
      getItemKey: list.keyOf,
      getScrollElement: () => this.#element,
      overscan: 10,
      rangeExtractor: (range) => {
        const indexes = defaultRangeExtractor(range);
        const { keep } = list;
        if (keep === undefined || keep >= list.count || indexes.includes(keep)) return indexes;
        return [...indexes, keep].sort((one, other) => one - other);
      },
      initialRect: { width: 0, height: unknownHeight },
      scrollToFn: elementScroll,
      observeElementOffset,
      // An element without a layout has no height; rows are drawn all the same.
      observeElementRect: (instance, on) =>
        observeElementRect(instance, (rect) =>
          on({ ...rect, height: rect.height || unknownHeight }),
        ),
      measureElement: (element, entry, instance) =>
        measureElement(element, entry, instance) ||
        list.heightOf(instance.indexFromElement(element)),
      onChange: () => this.#read(),
    };
  }
}
