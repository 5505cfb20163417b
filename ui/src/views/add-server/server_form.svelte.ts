import { ApiError, type Backend } from '../../lib/backend/backend';
import type {
  Address,
  AuthType,
  CredentialInput,
  KeyInfo,
  Server,
  ServerInput,
} from '../../lib/backend/generated';

/** How to sign in, as far as a person chooses: this computer needs no signing in. */
export type SignInWith = Exclude<AuthType, 'local'>;

/** A field of the form, as its errors name it. */
export type FieldName = 'host' | 'port' | 'user' | 'name' | 'password' | 'key' | 'passphrase';

type Filled = 'host' | 'port' | 'user' | 'name' | 'keyPath';

/** Typing rests this long before the backend is asked about it, milliseconds. */
export const TYPING_RESTS = 150;

/**
 * What is typed to add or edit a server. Owns the fields, their errors and what the address line
 * fills in; refuses to keep a secret longer than the dialog is open.
 */
export class ServerForm {
  /** The server that is edited; absent when one is added. */
  readonly server: Server | null;

  address = $state('');
  host = $state('');
  port = $state('22');
  user = $state('');
  name = $state('');
  signIn = $state<SignInWith>('key');
  /** Path of a key file; while a key is pasted, this is empty. */
  keyPath = $state('');
  /** The text of a key that was pasted. */
  keyText = $state('');
  password = $state('');
  passphrase = $state('');
  /** The stored credential stays: nothing is asked for it. */
  keepsStored = $state(false);

  /** Names in the person's SSH configuration. */
  knownNames = $state.raw<string[]>([]);
  /** Why the address line cannot be read. */
  addressError = $state<string | null>(null);
  /** What the key says of itself. */
  keyInfo = $state.raw<KeyInfo | null>(null);
  /** Why the key cannot be used at all. */
  keyError = $state.raw<ApiError | null>(null);
  /** Whether somebody tried to go on, so that empty fields are pointed out. */
  attempted = $state(false);

  readonly errors = $derived.by(() => this.#check());

  #backend: Backend;
  /** What a person typed into; the address line leaves it alone. */
  #typed = new Set<Filled>();
  #addressTurn = 0;
  #keyTurn = 0;
  #addressTimer: ReturnType<typeof setTimeout> | undefined;
  #keyTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, server: Server | null, hasCredential = server !== null) {
    this.#backend = backend;
    this.server = server;
    if (!server) return;
    this.host = server.host;
    this.port = String(server.port);
    this.user = server.username;
    this.name = server.name;
    this.signIn = server.auth_type === 'local' ? 'agent' : server.auth_type;
    this.keepsStored = hasCredential && this.signIn !== 'agent';
    for (const field of ['host', 'port', 'user', 'name'] as const) this.#typed.add(field);
  }

  /** Reads the names of the SSH configuration, which the address line offers. */
  async readNames(): Promise<void> {
    try {
      this.knownNames = await this.#backend.call('server.ssh_config_hosts', {});
    } catch {
      // Without them the line is only typed into; nothing else depends on them.
      this.knownNames = [];
    }
  }

  /** The address line was typed into or pasted over. */
  typeAddress(text: string): void {
    this.address = text;
    this.addressError = null;
    clearTimeout(this.#addressTimer);
    this.#addressTurn += 1;
    if (text.trim() === '') return;
    this.#addressTimer = setTimeout(() => void this.readAddress(), TYPING_RESTS);
  }

  /** Fills in what the address line says, except what was typed into a field itself. */
  async readAddress(): Promise<void> {
    clearTimeout(this.#addressTimer);
    const text = this.address.trim();
    if (text === '') return;
    const turn = ++this.#addressTurn;
    try {
      const found = await this.#backend.call('server.parse_address', { text });
      if (turn === this.#addressTurn) this.#fill(found);
    } catch (thrown) {
      if (turn === this.#addressTurn) this.addressError = ApiError.from(thrown).message;
    }
  }

  /** A field was typed into. */
  type(field: Filled, value: string): void {
    this.#typed.add(field);
    this[field] = value;
    if (value === '' && field === 'name') this.#typed.delete('name');
    if (field === 'host') this.#suggestName();
    if (field === 'keyPath') this.keyText = '';
    if (field === 'keyPath') this.inspectKeySoon();
  }

  /** Another way to sign in was chosen. */
  choose(signIn: SignInWith): void {
    this.signIn = signIn;
    this.keepsStored = false;
  }

  /** Asks for the credential anew instead of keeping the stored one. */
  replaceStored(): void {
    this.keepsStored = false;
  }

  /** A key was pasted in place of a path. */
  pasteKey(text: string): void {
    this.keyText = text;
    this.keyPath = '';
    void this.inspectKey();
  }

  /** Forgets the key, to name another. */
  clearKey(): void {
    this.keyText = '';
    this.keyPath = '';
    this.keyInfo = null;
    this.keyError = null;
  }

  /** Lets a person choose a key file. */
  async chooseKey(): Promise<void> {
    const path = await this.#backend.call('key.choose', {});
    if (path === null) return;
    this.#typed.add('keyPath');
    this.keyPath = path;
    this.keyText = '';
    await this.inspectKey();
  }

  /** Asks what the key is, once typing rests. */
  inspectKeySoon(): void {
    clearTimeout(this.#keyTimer);
    this.#keyTurn += 1;
    this.keyInfo = null;
    this.keyError = null;
    this.#keyTimer = setTimeout(() => void this.inspectKey(), 2 * TYPING_RESTS);
  }

  /** Asks what the key is, and whether the passphrase opens it. */
  async inspectKey(): Promise<void> {
    clearTimeout(this.#keyTimer);
    const turn = ++this.#keyTurn;
    if (this.signIn !== 'key' || !this.hasKey) {
      this.keyInfo = null;
      this.keyError = null;
      return;
    }
    try {
      const info = await this.#backend.call('key.inspect', { credential: this.#key() });
      if (turn !== this.#keyTurn) return;
      this.keyInfo = info;
      this.keyError = null;
    } catch (thrown) {
      if (turn !== this.#keyTurn) return;
      this.keyInfo = null;
      this.keyError = ApiError.from(thrown);
    }
  }

  get hasKey(): boolean {
    return this.keyText !== '' || this.keyPath.trim() !== '';
  }

  /** Whether the key asks for a passphrase that does not open it. */
  get passphraseIsWrong(): boolean {
    return this.keyInfo !== null && this.keyInfo.encrypted && !this.keyInfo.opens;
  }

  /** Whether everything needed is there; from the first time on, what is missing is shown. */
  attempt(): boolean {
    this.attempted = true;
    return Object.keys(this.errors).length === 0;
  }

  /** Where the server is. */
  input(): ServerInput {
    return {
      name: this.name.trim(),
      host: this.host.trim(),
      port: Number(this.port),
      username: this.user.trim(),
      auth_type: this.signIn,
    };
  }

  /** How to open it. */
  credential(): CredentialInput {
    if (this.keepsStored) return { kind: 'stored' };
    if (this.signIn === 'password') return { kind: 'password', password: this.password };
    return this.signIn === 'agent' ? { kind: 'agent' } : this.#key();
  }

  /** Forgets every secret; what else was typed stays. */
  forgetSecrets(): void {
    clearTimeout(this.#addressTimer);
    clearTimeout(this.#keyTimer);
    this.#keyTurn += 1;
    this.password = '';
    this.passphrase = '';
    this.keyText = '';
  }

  #key(): CredentialInput {
    const passphrase = this.passphrase === '' ? null : this.passphrase;
    return this.keyText === ''
      ? { kind: 'key_file', path: this.keyPath.trim(), passphrase }
      : { kind: 'key', private_key: this.keyText, passphrase };
  }

  #fill(found: Address): void {
    if (!this.#typed.has('host')) this.host = found.host;
    if (!this.#typed.has('port')) this.port = String(found.port ?? 22);
    if (found.username !== null && !this.#typed.has('user')) this.user = found.username;
    this.#suggestName();
    if (found.key_path !== null && !this.#typed.has('keyPath') && this.keyText === '') {
      this.choose('key');
      this.keyPath = found.key_path;
      void this.inspectKey();
    }
  }

  /** A name from the host: its first label, or the whole of an IP address. */
  #suggestName(): void {
    if (this.#typed.has('name')) return;
    const host = this.host.trim();
    const isAddress = /^[\d.]+$/.test(host) || host.includes(':');
    this.name = isAddress ? host : (host.split('.')[0] ?? host);
  }

  #check(): Partial<Record<FieldName, string>> {
    const errors: Partial<Record<FieldName, string>> = {};
    const host = this.host.trim();
    if (host === '') errors.host = 'A host name or an IP address';
    else if (/\s/.test(host)) errors.host = 'A host has no spaces';
    const port = Number(this.port);
    if (!/^\d+$/.test(this.port.trim()) || port < 1 || port > 65_535) errors.port = '1 to 65535';
    if (this.user.trim() === '') errors.user = 'The account on the server';
    if (this.name.trim() === '') errors.name = 'A name for it in Tomo';
    else if ([...this.name.trim()].length > 100) errors.name = 'At most 100 characters';
    if (this.keepsStored) return errors;
    if (this.signIn === 'password' && this.password === '') {
      errors.password = 'The password of this account';
    }
    if (this.signIn === 'key' && !this.hasKey) errors.key = 'A path, or the key itself';
    if (this.signIn === 'key' && this.passphraseIsWrong) {
      errors.passphrase = this.passphrase === '' ? 'This key is locked' : 'Does not open this key';
    }
    return errors;
  }
}
