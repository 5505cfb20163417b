/** Charts that share one time axis. Owns drawing and reading them; refuses to know what they show. */
export { roundUp, roundUpMemory } from './axis';
export { chartKey } from './chart_keys';
export type { Recorded, Rows, Span } from './gaps';
export * from './model';
export { rateChart, spokenReadings, valueAt } from './readings';
export { Timeline } from './timeline.svelte';
export { default as ChartStack } from './ChartStack.svelte';
