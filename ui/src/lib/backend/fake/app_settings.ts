import type { AppFlag, AppManifest, AppProblem, AppSetting } from '../generated';

/** What is known of an app beyond its card. */
export type Details = Partial<
  Omit<AppManifest, 'id' | 'name' | 'description' | 'version' | 'category'>
> & {
  flags?: AppFlag[];
  taken?: AppProblem[];
};

export const setting = (
  name: string,
  label: string,
  kind: AppSetting['kind'],
  more: Partial<AppSetting> = {},
): AppSetting => ({
  name,
  label,
  kind,
  description: null,
  default: null,
  is_required: true,
  is_advanced: false,
  ...more,
});
export const port = (name: string, label: string, value: string, more: Partial<AppSetting> = {}) =>
  setting(name, label, { type: 'port', protocol: 'tcp' }, { default: value, ...more });
export const line = { type: 'text', pattern: null, max: 500 } as const;
export const secret = (length: number) =>
  ({ type: 'secret', length, alphabet: 'letters' }) as const;
