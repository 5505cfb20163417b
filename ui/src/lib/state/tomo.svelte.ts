import { createContext } from 'svelte';
import { ApiError, type Backend } from '../backend/backend';
import type { Account, Push, Status } from '../backend/generated';
import { BackupRun } from './backup_run.svelte';
import { Catalog } from './catalog.svelte';
import { Clock } from './clock.svelte';
import { ContainerStore } from './containers.svelte';
import { Dialogs } from './dialogs.svelte';
import { SettingsDraft } from './draft.svelte';
import { FleetStore } from './fleet.svelte';
import { InstalledStore } from './installed.svelte';
import { Loadable } from './loadable.svelte';
import { OwnFilesDraft } from './own_files.svelte';
import { Pushes } from './pushes';
import { Rail } from './rail.svelte';
import { Router } from './router.svelte';
import { SettingsStore } from './settings.svelte';
import { StatusStore } from './status.svelte';
import { Toasts } from './toasts.svelte';
import { Topics } from './topics.svelte';

/** After these the status says more than the error does. */
const gateCodes = ['not_signed_in', 'session_locked', 'not_set_up', 'vault_locked'];

/** Everything a view needs, built whole once for the window. */
export class Tomo {
  /** As given, but a call that finds the session gone leads back to the gate. */
  readonly backend: Backend;
  readonly pushes = new Pushes();
  /** Pages that show a kind of thing, to be told when it changes. */
  readonly topics = new Topics(this.pushes);
  readonly router = new Router();
  readonly clock = new Clock();
  readonly dialogs = new Dialogs();
  readonly toasts = new Toasts();
  /** The backup that is being made, if one is. */
  readonly backupRun: BackupRun;
  readonly status: StatusStore;
  readonly fleet: FleetStore;
  readonly containers: ContainerStore;
  /** The apps that can be had, as they are looked through. */
  readonly catalog: Catalog;
  /** The apps on all servers. */
  readonly installed: InstalledStore;
  /** An own app that is being written, and is not lost when somebody looks at another page. */
  readonly ownApp = new OwnFilesDraft();
  readonly settings: SettingsStore;
  /** Changes of settings that wait to be saved. */
  readonly draft: SettingsDraft;
  readonly rail: Rail;
  /** The own account, for its picture and its page. */
  readonly account: Loadable<Account>;

  constructor(backend: Backend) {
    this.backend = {
      subscribe: (on) => backend.subscribe(on),
      attachTerminal: (id, on) => backend.attachTerminal(id, on),
      openLink: (url) => backend.openLink(url),
      openApp: (id) => backend.openApp(id),
      call: async (name, args) => {
        try {
          return await backend.call(name, args);
        } catch (thrown) {
          const error = ApiError.from(thrown);
          if (gateCodes.includes(error.code)) void this.status.loadable.load();
          throw error;
        }
      },
    };
    this.backupRun = new BackupRun(this.backend);
    this.status = new StatusStore(backend);
    this.fleet = new FleetStore(this.backend);
    this.containers = new ContainerStore(this.backend);
    this.catalog = new Catalog(this.backend);
    this.installed = new InstalledStore(this.backend);
    this.settings = new SettingsStore(this.backend);
    this.rail = new Rail(this.settings);
    this.account = new Loadable(() => this.backend.call('account.get', {}));
    this.draft = new SettingsDraft(this.settings);
    this.pushes.on((push) => this.#onPush(push));
  }

  /** Shows what a set-up, a sign-in or a sign-out led to. */
  enter(status: Status): void {
    this.status.loadable.set(status);
  }

  async signOut(): Promise<void> {
    this.enter(await this.backend.call('session.sign_out', {}));
  }

  /** Asks for the password before anything else can be done here. */
  async lock(): Promise<void> {
    try {
      this.enter(await this.backend.call('session.lock', {}));
    } catch (thrown) {
      this.toasts.fail('Tomo is not locked', ApiError.from(thrown));
    }
  }

  #onPush(push: Push): void {
    this.fleet.push(push);
    this.containers.push(push);
    this.installed.push(push);
    if (push.kind === 'settings_changed') {
      void this.settings.list.load();
      // Marks and intervals are settings too.
      void this.fleet.load();
    }
    if (push.kind === 'session_changed') void this.status.loadable.load();
    if (push.kind === 'changed' && push.topic === 'users' && this.account.value) {
      void this.account.load();
    }
  }
}

export const [getTomo, setTomo] = createContext<Tomo>();
