import { screen, waitFor, within } from '@testing-library/svelte';
import { beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import { FakeBackend } from '../../lib/backend/fake/fake';
import { eight, hostKey, knownHost, odd, thisComputer } from '../../lib/backend/fake/machines';
import type { Commands, KeyInfo, TestReport } from '../../lib/backend/generated';
import { faults, openApp } from '../../lib/test/app';
import { Adding } from './adding.svelte';
import { compare } from './compare';
import { ServerForm } from './server_form.svelte';
import { stepLines } from './steps';

const now = Date.now();

beforeAll(() => {
  Element.prototype.scrollIntoView = () => {};
});

/** A form that lacks nothing. */
function filled(backend = new FakeBackend()): ServerForm {
  const form = new ServerForm(backend, null);
  form.type('host', 'backup.example.net');
  form.type('user', 'admin');
  form.choose('password');
  form.password = 'hunter2 hunter2';
  return form;
}

function callsOf(backend: FakeBackend, name: keyof Commands): unknown[] {
  return backend.calls.filter((call) => call.name === name).map((call) => call.args);
}

describe('the form', () => {
  // Pasting one line is the whole work in most cases, so it has to reach every field.
  it('is filled in by the address line', async () => {
    const form = new ServerForm(new FakeBackend(), null);
    form.typeAddress('ssh -p 2222 admin@backup.example.net');
    await form.readAddress();
    expect(form.input()).toMatchObject({
      host: 'backup.example.net',
      port: 2222,
      username: 'admin',
      name: 'backup',
    });
  });

  // What a person has typed into a field is theirs; the address line may not take it away.
  it('keeps what was typed into a field itself', async () => {
    const form = new ServerForm(new FakeBackend(), null);
    form.type('user', 'root');
    form.type('name', 'cellar');
    form.typeAddress('admin@backup.example.net');
    await form.readAddress();
    expect(form.user).toBe('root');
    expect(form.name).toBe('cellar');
    expect(form.host).toBe('backup.example.net');
  });

  // While one types, answers may overtake each other; only the newest line counts.
  it('follows the last line when answers overtake each other', async () => {
    const backend = new FakeBackend();
    const answers: (() => void)[] = [];
    const call = backend.call.bind(backend);
    backend.call = async (name, args) => {
      if (name === 'server.parse_address') await new Promise<void>((go) => answers.push(go));
      return call(name, args);
    };
    const form = new ServerForm(backend, null);
    form.typeAddress('root@first');
    const first = form.readAddress();
    form.typeAddress('root@second');
    const second = form.readAddress();
    answers[1]?.();
    await second;
    answers[0]?.();
    await first;
    expect(form.host).toBe('second');
  });

  // An IP address has no first label; '192' would be a poor name.
  it('names a server after its host, or after the whole of an IP address', () => {
    const form = new ServerForm(new FakeBackend(), null);
    form.type('host', '192.168.1.10');
    expect(form.name).toBe('192.168.1.10');
    form.type('host', 'nas.lan');
    expect(form.name).toBe('nas');
  });

  // A path goes as a path, so that the key's text never passes through the page.
  it('sends a file as its path, and a pasted key as text', () => {
    const form = new ServerForm(new FakeBackend(), null);
    form.type('keyPath', '~/.ssh/id_ed25519');
    expect(form.credential()).toEqual({
      kind: 'key_file',
      path: '~/.ssh/id_ed25519',
      passphrase: null,
    });
    form.pasteKey('-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n');
    form.passphrase = 'secret';
    expect(form.credential()).toMatchObject({ kind: 'key', passphrase: 'secret' });
    expect(form.keyPath).toBe('');
  });

  // A port is a number that exists; anything else is said beside the field, not after a time-out.
  it('points out what is missing or cannot be', () => {
    const form = new ServerForm(new FakeBackend(), null);
    form.port = '70000';
    expect(form.attempt()).toBe(false);
    expect(Object.keys(form.errors).sort()).toEqual(['host', 'key', 'name', 'port', 'user']);
  });

  // A passphrase that does not open the key would fail the test only at its fourth step.
  it('says at once that a passphrase does not open the key', async () => {
    const backend = new FakeBackend();
    const call = backend.call.bind(backend);
    backend.call = async (name, args) => {
      const answer = await call(name, args);
      if (name === 'key.inspect')
        Object.assign(answer as KeyInfo, { encrypted: true, opens: false });
      return answer;
    };
    const form = new ServerForm(backend, null);
    form.type('keyPath', '~/.ssh/id_ed25519');
    form.passphrase = 'wrong';
    await form.inspectKey();
    expect(form.errors.passphrase).toBe('Does not open this key');
  });
});

describe('adding', () => {
  // Nothing goes on past a key that nobody has looked at, and nothing is stored before it.
  it('stops at an unknown host key, and goes on by itself once it is trusted', async () => {
    const backend = new FakeBackend();
    const adding = new Adding(backend, filled(backend));
    await adding.submit();
    expect(adding.hostKey?.verdict).toBe('unknown');
    expect(callsOf(backend, 'server.add')).toEqual([]);
    await adding.trust();
    expect(callsOf(backend, 'host_key.trust')).toEqual([
      {
        host: 'backup.example.net',
        port: 22,
        fingerprint: hostKey('backup.example.net:22').fingerprint,
      },
    ]);
    expect(adding.phase).toBe('done');
    expect(callsOf(backend, 'server.add')).toHaveLength(1);
  });

  // A changed key is a hard stop: there is no call that could get past it from here.
  it('never trusts a changed host key', async () => {
    const backend = new FakeBackend();
    const adding = new Adding(backend, filled(backend));
    adding.hostKey = {
      verdict: 'changed',
      presented: hostKey('new'),
      known: knownHost(now, 'backup.example.net'),
    };
    await adding.trust();
    expect(callsOf(backend, 'host_key.trust')).toEqual([]);
  });

  // Losing what was typed to a detour or an error is what people do not forgive.
  it('keeps everything that was typed through errors and detours', async () => {
    const failing = { 'server.add': new ApiError('duplicate', 'There is one already', '') };
    const backend = new FakeBackend({ failing });
    const form = filled(backend);
    const adding = new Adding(backend, form);
    await adding.submit();
    adding.leaveHostKey();
    await adding.addWithoutConnecting();
    expect(adding.error?.message).toBe('There is one already');
    expect(adding.phase).toBe('filling');
    expect(form.input().host).toBe('backup.example.net');
    expect(form.password).toBe('hunter2 hunter2');
  });

  // 'Without connecting' would be untrue if the new server were tried all the same.
  it('leaves a server alone that was added without connecting', async () => {
    const backend = new FakeBackend();
    const adding = new Adding(backend, filled(backend));
    await adding.addWithoutConnecting();
    expect(callsOf(backend, 'server.test')).toEqual([]);
    expect(callsOf(backend, 'server.add')).toMatchObject([{ connect: false }]);
    expect(adding.row?.connection.state).toBe('disconnected');
  });

  // A secret in the memory of a page that no longer needs it is a secret too many.
  it('forgets every secret when it is closed', async () => {
    const backend = new FakeBackend();
    const form = filled(backend);
    form.pasteKey('-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n');
    form.passphrase = 'secret';
    new Adding(backend, form).close();
    expect([form.password, form.passphrase, form.keyText]).toEqual(['', '', '']);
  });

  // Who closes the dialog while the test runs does not want the server in the list.
  it('stores nothing when it was closed during the test', async () => {
    const backend = new FakeBackend({ machines: eight(now) });
    const form = filled(backend);
    form.type('host', '192.168.1.10');
    const adding = new Adding(backend, form);
    const test = adding.submit();
    adding.close();
    await test;
    expect(callsOf(backend, 'server.add')).toEqual([]);
  });
});

describe('the steps of a test', () => {
  const report: TestReport = {
    steps: [
      { step: 'resolve', outcome: 'passed', detail: '203.0.113.24' },
      { step: 'connect', outcome: 'passed', detail: '31 ms' },
      { step: 'host_key', outcome: 'passed', detail: hostKey('x').fingerprint },
      { step: 'authenticate', outcome: 'failed', detail: null },
      { step: 'command', outcome: 'not_reached', detail: null },
    ],
    failure: { step: 'authenticate', message: 'The password is not accepted', hint: 'Check it.' },
    host_key: { verdict: 'matches' },
    system_info: null,
  };

  // 'It failed' helps nobody: the step, what happened, and what to do stand together.
  it('name the one that failed, with its reason and a way on', () => {
    const lines = stepLines(report, null);
    expect(lines.map((line) => line.state)).toEqual(['done', 'done', 'done', 'failed', 'waiting']);
    expect(lines[3]).toMatchObject({
      title: 'Sign in',
      message: 'the password is not accepted',
      hint: 'Check it.',
    });
    expect(lines[2]?.detail).toMatch(/^SHA256:\w.*…/);
    expect(stepLines(report, 'SHA256:x')[2]?.detail).toBe('trusted just now');
  });
});

describe('comparing fingerprints', () => {
  // The one comparison that keeps somebody in between out must know same from almost the same.
  it('tells the same from another, and from none', () => {
    const { fingerprint } = hostKey('nas');
    expect(compare(`256 ${fingerprint} root@nas (ED25519)`, fingerprint)).toBe('same');
    expect(compare(hostKey('other').fingerprint, fingerprint)).toBe('different');
    expect(compare(fingerprint.slice(0, 20), fingerprint)).toBe('none');
    expect(compare('  ', fingerprint)).toBe('empty');
  });
});

describe('the dialogs', () => {
  // The whole way as a person goes it, with the key in between.
  it('lead from a pasted line over the host key to a server in the list', async () => {
    const { backend, user } = openApp({ machines: [thisComputer] });
    const opener = await screen.findAllByRole('button', { name: /add (a )?server/i });
    await user.click(opener[0] as HTMLElement);
    const line = await screen.findByLabelText('Address');
    await waitFor(() => expect(line).toHaveFocus());
    await user.type(line, 'admin@backup.example.net');
    await waitFor(() => expect(screen.getByLabelText('Host')).toHaveValue('backup.example.net'));
    await user.click(screen.getByLabelText('Password'));
    await user.type(
      await screen.findByLabelText('Password', { selector: 'input:not([type=radio])' }),
      'secret',
    );
    expect(await faults()).toEqual([]);
    const dialog = screen.getByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Add server' }));

    const key = await screen.findByRole('alertdialog');
    expect(within(key).getByText('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).toBeVisible();
    await user.type(
      within(key).getByLabelText(/Paste what it prints/),
      hostKey('other').fingerprint,
    );
    expect(await within(key).findByText(/They differ/)).toBeVisible();
    expect(within(key).getByRole('button', { name: 'Trust and connect' })).toBeDisabled();
    await user.clear(within(key).getByLabelText(/Paste what it prints/));
    expect(await faults()).toEqual([]);
    await user.click(within(key).getByRole('button', { name: 'Trust and connect' }));

    await waitFor(() => expect(callsOf(backend, 'server.add')).toHaveLength(1));
    expect(callsOf(backend, 'server.add')[0]).toMatchObject({
      credential: { kind: 'password', password: 'secret' },
    });
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  // Esc is the safe way: nothing is sent, and the form is as it was.
  it('go back to the filled form when the key is not trusted', async () => {
    const { backend, user } = openApp({ machines: [thisComputer] });
    const opener = await screen.findAllByRole('button', { name: /add (a )?server/i });
    await user.click(opener[0] as HTMLElement);
    await user.type(await screen.findByLabelText('Host'), 'backup.example.net');
    await user.type(screen.getByLabelText('User'), 'admin');
    await user.click(screen.getByLabelText('SSH agent'));
    await user.click(
      within(screen.getByRole('dialog')).getByRole('button', { name: 'Add server' }),
    );
    await screen.findByRole('alertdialog');
    await user.keyboard('{Escape}');
    expect(await screen.findByLabelText('Host')).toHaveValue('backup.example.net');
    expect(screen.getByRole('button', { name: 'Add without connecting' })).toBeVisible();
    expect(callsOf(backend, 'host_key.trust')).toEqual([]);
  });

  // A changed key has no way on: no button of this dialog connects or trusts.
  it('offer nothing but to leave a server with another key alone', async () => {
    const { backend, user } = openApp({ machines: odd(now) });
    await user.click(await screen.findByRole('button', { name: 'Compare the keys of git' }));
    const dialog = await screen.findByRole('alertdialog');
    const buttons = within(dialog)
      .getAllByRole('button')
      .map((one) => one.textContent.trim());
    expect(buttons.filter(Boolean)).toEqual([
      'What to check',
      'Copy both',
      'Leave it disconnected',
    ]);
    const leave = within(dialog).getByRole('button', { name: 'Leave it disconnected' });
    await waitFor(() => expect(leave).toHaveFocus());
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    const names = backend.calls.map((call) => call.name);
    expect(names).not.toContain('host_key.trust');
    expect(names).not.toContain('server.connect');
  });

  // An admin decides about keys; others see why they cannot.
  it('let only an admin trust a host key', async () => {
    location.hash = '#/server/server-backup/metrics';
    const { user } = openApp({ machines: odd(now), role: 'user' });
    const look = await screen.findByRole('button', { name: 'Look at the key' });
    await user.click(look);
    const dialog = await screen.findByRole('alertdialog');
    expect(within(dialog).getByText('Only an admin can trust a host key')).toBeVisible();
    expect(within(dialog).getByRole('button', { name: 'Trust and connect' })).toBeDisabled();
  });
});
