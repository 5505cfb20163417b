/** What opens over one or several containers: logs, inspection, terminals, charts. */
export { default as ContainerCharts } from './ContainerCharts.svelte';
export { default as InspectPanel } from './InspectPanel.svelte';
export { default as LogsDrawer } from './LogsDrawer.svelte';
export { default as TerminalTabs } from './TerminalTabs.svelte';
