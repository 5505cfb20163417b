import { isTyping } from '../../lib/keys/keys';
import type { Timeline } from './timeline.svelte';

/** Parts that use the arrow keys themselves. */
const TAKES_ARROWS =
  '[role=menu], [role=menubar], [role=tablist], [role=radiogroup], [role=dialog], [role=alertdialog], [role=listbox]';

/**
 * The keys of the charts: ← and → move the crosshair, with Shift by ten; Home and End go to the
 * ends; + and − zoom around it; Esc takes back. True: the key was used.
 */
export function chartKey(event: KeyboardEvent, timeline: Timeline): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return false;
  if (event.target instanceof Element && event.target.closest(TAKES_ARROWS)) return false;
  switch (event.key) {
    case 'ArrowLeft':
      timeline.step(event.shiftKey ? -10 : -1);
      return true;
    case 'ArrowRight':
      timeline.step(event.shiftKey ? 10 : 1);
      return true;
    case 'Home':
      timeline.stepToEnd('first');
      return true;
    case 'End':
      timeline.stepToEnd('last');
      return true;
    case '+':
    case '=':
      timeline.zoomBy(0.5);
      return true;
    case '-':
      timeline.zoomBy(2);
      return true;
    case 'Escape':
      return timeline.escape();
    default:
      return false;
  }
}
