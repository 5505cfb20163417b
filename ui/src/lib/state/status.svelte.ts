import type { Backend } from '../backend/backend';
import type { Commands, Session, Status } from '../backend/generated';
import { effectOf, mayHave, type Effect } from './access';
import { Loadable } from './loadable.svelte';

/** What the window has to show before anything else. */
export type Stage =
  | 'waiting'
  | 'broken'
  | 'vault_unavailable'
  | 'vault_create'
  | 'vault_locked'
  | 'set_up'
  | 'sign_in'
  | 'locked'
  | 'app';

/** The gate: the vault first, since accounts keep secrets in it; then the account; then the session. */
export function stageOf(status: Status): Stage {
  switch (status.vault.state) {
    case 'unavailable':
      return 'vault_unavailable';
    case 'needs_passphrase':
      return 'vault_create';
    case 'locked':
      return 'vault_locked';
    case 'open':
      if (!status.is_setup) return 'set_up';
      if (!status.session) return 'sign_in';
      return status.session.is_locked ? 'locked' : 'app';
  }
}

export class StatusStore {
  readonly loadable: Loadable<Status>;
  /** A later change of session was not asked for here: the sign-in page says so. */
  stage = $derived.by<Stage>(() => {
    if (this.loadable.value) return stageOf(this.loadable.value);
    return this.loadable.error ? 'broken' : 'waiting';
  });

  constructor(backend: Backend) {
    this.loadable = new Loadable(() => backend.call('status.get', {}));
  }

  get status(): Status | null {
    return this.loadable.value;
  }

  get session(): Session | null {
    return this.loadable.value?.session ?? null;
  }

  /** Whether the signed-in account may do what an effect stands for, or call a command. */
  may(what: Effect | keyof Commands): boolean {
    const effect = what.includes('.') ? effectOf(what as keyof Commands) : (what as Effect);
    return mayHave(this.session?.user.role, effect);
  }
}
