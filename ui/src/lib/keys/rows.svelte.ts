import { stepOf } from './roving';

/**
 * The keys of a list whose rows are elements with `data-row`: one tab stop, and the arrows move in
 * it. Lists with thousands of rows, of which only some are in the page, need more than this.
 */
export class RowKeys {
  #active = $state<string | null>(null);

  /** The `tabindex` of a row; the first one has the tab stop until another has had the focus. */
  tabindex(id: string | number, at: number, ids: readonly (string | number)[]): 0 | -1 {
    const there = ids.some((one) => String(one) === this.#active);
    return (there ? String(id) === this.#active : at === 0) ? 0 : -1;
  }

  /** Follows the list, as an attachment. */
  readonly follow = (list: HTMLElement): (() => void) => {
    const onfocusin = (event: FocusEvent) => {
      this.#active = rowOf(event.target)?.dataset['row'] ?? this.#active;
    };
    const onkeydown = (event: KeyboardEvent) => {
      const rows = [...list.querySelectorAll<HTMLElement>('[data-row]')];
      const row = rowOf(event.target);
      const next = stepOf(event, row ? rows.indexOf(row) : -1, rows.length);
      if (next === null) return;
      event.preventDefault();
      rows[next]?.focus();
      rows[next]?.scrollIntoView({ block: 'nearest' });
    };
    list.addEventListener('focusin', onfocusin);
    list.addEventListener('keydown', onkeydown);
    return () => {
      list.removeEventListener('focusin', onfocusin);
      list.removeEventListener('keydown', onkeydown);
    };
  };
}

function rowOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-row]') : null;
}
