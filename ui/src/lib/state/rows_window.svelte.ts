/** Above this many rows only those in sight are in the page. */
const allUpTo = 100;
const spare = 8;

/** Which rows of a long list of equal heights are drawn. */
export class RowsWindow {
  #top = $state(0);
  #height = $state(800);

  /** Follows a scrolling element, as an attachment. */
  follow = (element: HTMLElement): (() => void) => {
    const read = () => {
      this.#top = element.scrollTop;
      this.#height = element.clientHeight;
    };
    read();
    element.addEventListener('scroll', read, { passive: true });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', read);
      observer.disconnect();
    };
  };

  /** The first row drawn and the one after the last. */
  span(count: number, rowHeight: number): [from: number, to: number] {
    if (count <= allUpTo) return [0, count];
    const first = Math.floor(this.#top / rowHeight) - spare;
    const shown = Math.ceil(this.#height / rowHeight) + 2 * spare;
    const from = Math.max(0, Math.min(first, count - shown));
    return [from, Math.min(count, from + shown)];
  }
}
