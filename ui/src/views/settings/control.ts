import type { SettingView } from '../../lib/backend/generated';

/** How a setting of the registry is shown: its title, and the control that fits its value. */
export interface Control {
  key: string;
  title: string;
  /** One sentence; the registry's own if it has none here. */
  text?: string;
  /** Values to choose from; without them a switch. */
  options?: readonly { value: string; label: string }[];
}

export interface Section {
  title: string;
  controls: readonly Control[];
}

/** The settings that this window shows; one that the registry does not give is left out. */
export const sections: readonly Section[] = [
  {
    title: 'Appearance',
    controls: [
      {
        key: 'ui.theme',
        title: 'Theme',
        options: [
          { value: 'auto', label: 'As the system' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ],
      },
    ],
  },
  {
    title: 'Window and tray',
    controls: [
      { key: 'ui.close_to_tray', title: 'Stay in the tray' },
      { key: 'ui.start_at_login', title: 'Start at sign-in' },
    ],
  },
];

/** Whether it is not the default. */
export function isChanged(setting: SettingView): boolean {
  return setting.value !== setting.default_value;
}

/** A value in words, for 'Reset to …'. */
export function valueText(control: Control, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  const label = control.options?.find((option) => option.value === value)?.label;
  return label ? label.charAt(0).toLowerCase() + label.slice(1) : String(value);
}
