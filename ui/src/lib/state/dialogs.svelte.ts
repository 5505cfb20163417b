import type { ImportPreview, ServerId } from '../backend/generated';

/** The dialogs that more than one place opens. */
export type DialogRequest =
  | { kind: 'add_server'; address: string }
  | { kind: 'edit_server'; id: ServerId }
  | { kind: 'host_key'; id: ServerId }
  | { kind: 'remove_server'; id: ServerId }
  /** Stopped containers go, of one server. */
  | { kind: 'clear_out'; server: ServerId | null }
  | { kind: 'clean_up' }
  | { kind: 'back_up' }
  | { kind: 'restore'; path: string | null }
  | { kind: 'backup_passphrase' }
  | { kind: 'import_servers'; path: string; preview: ImportPreview }
  | { kind: 'add_app_source' }
  | { kind: 'add_user' }
  | { kind: 'palette'; text: string }
  | { kind: 'keys' };

export class Dialogs {
  #current = $state.raw<DialogRequest | null>(null);

  get current(): DialogRequest | null {
    return this.#current;
  }

  open(request: DialogRequest): void {
    this.#current = request;
  }

  close(): void {
    this.#current = null;
  }

  addServer(address = ''): void {
    this.open({ kind: 'add_server', address });
  }
}
