import type { PlanFix, ServerId } from '../../../lib/backend/generated';
import { Drafting } from './drafting.svelte';

/** What a compose project may be called here. */
const projectName = /^[a-z][a-z0-9-]{1,48}$/;

/** Where somebody wants an app, under which name and with which values, and what that would do. */
export abstract class Placing<
  Plan extends { values: Record<string, string> },
> extends Drafting<Plan> {
  /** Without it the server that suits best. */
  server = $state<ServerId | null>(null);
  /** Without it, and while it is empty, the name of the app. */
  project = $state<string | null>(null);

  /** Why the name cannot be one of a project, which then nobody is asked about. */
  nameProblem = $derived.by(() =>
    this.project === null || this.project === '' || projectName.test(this.project)
      ? null
      : 'It has 2 to 49 of a–z, 0–9 and -, and begins with a letter',
  );

  setProject(name: string): void {
    this.project = name;
    this.later();
  }

  setServer(id: ServerId): void {
    this.server = id;
    void this.look();
  }

  /** Takes what solves a problem. */
  take({ setting, value }: PlanFix): void {
    if (setting === null) this.project = value;
    else this.values = { ...this.values, [setting]: value };
    void this.look();
  }

  protected override canAsk(): boolean {
    return this.nameProblem === null;
  }
}

/** The same for who only shows it and fills it in. */
export type AnyPlacing = Placing<{ values: Record<string, string> }>;
