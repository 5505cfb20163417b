/**
 * How figures, ages, times and names read. Owns every spelling of a value in the window; refuses
 * to invent one: what was not measured is `–`, never 0.
 */
export * from './text';
export * from './number';
export * from './scale';
export * from './time';
export * from './time_style.svelte';
export * from './host_key';
export * from './system';
