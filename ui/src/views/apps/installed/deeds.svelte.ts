import { ApiError } from '../../../lib/backend/backend';
import type { AppAction, InstalledApp, WayBack } from '../../../lib/backend/generated';
import { isolated } from '../../../lib/format';
import type { Tomo } from '../../../lib/state/tomo.svelte';

const undone: Record<AppAction, string> = {
  start: 'was not started',
  stop: 'was not stopped',
  restart: 'was not restarted',
};

/** What a dialog asks before it is done. */
export type Asked =
  | { what: 'stop' | 'restart' | 'uninstall' | 'release'; app: InstalledApp }
  | { what: 'roll_back' | 'forget_way_back'; app: InstalledApp; wayBack: WayBack };

/** What is done to apps that are there, and what is asked first. */
export class Deeds {
  asked = $state.raw<Asked | null>(null);
  #tomo: Tomo;

  constructor(tomo: Tomo) {
    this.#tomo = tomo;
  }

  ask(what: 'stop' | 'restart' | 'uninstall' | 'release', app: InstalledApp): void {
    this.asked = { what, app };
  }

  askWayBack(what: 'roll_back' | 'forget_way_back', app: InstalledApp, wayBack: WayBack): void {
    this.asked = { what, app, wayBack };
  }

  async act(action: AppAction, { id, name }: InstalledApp): Promise<void> {
    try {
      await this.#tomo.backend.call('app.act', { id, action });
    } catch (thrown) {
      this.#tomo.toasts.fail(`${isolated(name)} ${undone[action]}`, ApiError.from(thrown));
    }
  }

  async cancel({ id, name }: InstalledApp): Promise<void> {
    try {
      await this.#tomo.backend.call('app.cancel', { id });
    } catch (thrown) {
      this.#tomo.toasts.fail(`${isolated(name)} was not cancelled`, ApiError.from(thrown));
    }
  }

  /** Has an app that stands between two versions put back once more. */
  async putBack({ id, name }: InstalledApp): Promise<void> {
    try {
      await this.#tomo.backend.call('app.roll_back', { id });
    } catch (thrown) {
      this.#tomo.toasts.fail(`${isolated(name)} was not put back`, ApiError.from(thrown));
    }
  }

  /** Takes an app whose installation failed out of the list; whether it is gone. */
  async forget({ id, name }: InstalledApp): Promise<boolean> {
    try {
      await this.#tomo.backend.call('app.uninstall', { id, with_data: false });
      return true;
    } catch (thrown) {
      this.#tomo.toasts.fail(`${isolated(name)} stays in the list`, ApiError.from(thrown));
      return false;
    }
  }
}

/** Opens the page of an app in the system's browser; who may open no tunnel, where it is in reach. */
export async function openPage(tomo: Tomo, app: InstalledApp): Promise<void> {
  try {
    if (tomo.status.may('app.open')) await tomo.backend.openApp(app.id);
    else if (app.page) await tomo.backend.openLink(app.page.url);
  } catch (thrown) {
    tomo.toasts.fail(`The page of ${isolated(app.name)} was not opened`, ApiError.from(thrown));
  }
}
