import { ApiError } from '../backend';
import type { Account, PasswordStrength, Role } from '../generated';
import { accountOf } from './people';
import { isoAt } from './machines';
import type { Part, World } from './world';

const common = ['password', 'password1234', 'correcthorsebatterystaple', 'qwertyuiop12'];

/** What the rules say about a password; a much simpler estimate than zxcvbn's. */
function strengthOf(password: string, username: string, least: number): PasswordStrength {
  const length = [...password].length;
  const lower = password.toLowerCase();
  const problems: string[] = [];
  if (length < least) problems.push(`It needs at least ${least} characters.`);
  if (length > 256) problems.push('It may have at most 256 characters.');
  if (common.includes(lower)) problems.push('It is one of the best known passwords.');
  if (username && lower.includes(username.toLowerCase())) {
    problems.push('It may not contain the user name.');
  }
  if (lower.includes('tomo')) problems.push('It may not contain the name of this program.');
  const different = new Set(lower).size;
  if (length > 0 && different < 5) problems.push('It repeats itself.');
  const score =
    problems.length > 0 ? (length >= least ? 1 : 0) : length >= 20 ? 4 : length >= 15 ? 3 : 2;
  return {
    score,
    accepted: problems.length === 0,
    problems,
    warning: score === 2 ? 'Short enough to be guessed with a stolen hash.' : null,
    suggestions: score < 3 ? ['Add another word or two.'] : [],
    time_to_guess:
      ['less than a second', '3 hours', '4 months', '31 years', 'centuries'][score] ?? '',
  };
}

/** Accounts: everybody's for admins, the own for everybody, and what passwords are worth. */
export function accounts(world: World): Part<'account' | 'user' | 'password'> {
  const least = () =>
    Number(world.settings.find(({ key }) => key === 'security.password_min_length')?.value ?? 12);

  const at = (id: string): Account => {
    const account = world.accounts.find(({ user }) => user.id === id);
    if (!account) throw new ApiError('not_found', 'There is no such account.', '');
    return counted(account);
  };
  const counted = (account: Account): Account => ({
    ...account,
    live_sessions: world.sessions.filter(
      ({ user_id, status }) =>
        user_id === account.user.id && (status === 'active' || status === 'idle'),
    ).length,
    locked_until:
      world.locks.find(
        ({ identifier, is_locked }) => is_locked && identifier === account.user.username,
      )?.lock_expires_at ?? null,
  });
  const put = (account: Account): Account => {
    world.accounts = world.accounts.map((one) => (one.user.id === account.user.id ? account : one));
    const { session } = world.status;
    if (session?.user.id === account.user.id) {
      world.status = { ...world.status, session: { ...session, user: account.user } };
      world.push({ kind: 'session_changed' });
    }
    world.push({ kind: 'changed', topic: 'users' });
    return account;
  };
  const checkName = (username: string, id: string | null) => {
    const name = username.trim();
    if (!name || [...name].length > 64) {
      throw new ApiError('invalid', 'A user name has 1 to 64 characters.', '');
    }
    const other = world.accounts.find(
      ({ user }) => user.username.toLowerCase() === name.toLowerCase() && user.id !== id,
    );
    if (other) {
      throw new ApiError(
        'duplicate',
        `There is an account named ${other.user.username}.`,
        'Choose another name.',
      );
    }
  };
  const checkEmail = (email: string) => {
    if (email !== '' && !/^[^\s@]+@[^\s@]+$/.test(email)) {
      throw new ApiError(
        'invalid',
        `“${email}” is no e-mail address.`,
        'Write it as ana@example.org, or leave it empty.',
      );
    }
  };
  const checkPassword = (password: string, username: string) => {
    const { accepted, problems } = strengthOf(password, username, least());
    if (!accepted)
      throw new ApiError('invalid', 'The password cannot be taken.', problems.join(' '));
  };
  const keepAnAdmin = (account: Account, role: Role, is_active: boolean) => {
    const goes = account.user.role === 'admin' && account.user.is_active;
    const others = world.accounts.some(
      ({ user }) => user.id !== account.user.id && user.role === 'admin' && user.is_active,
    );
    if (goes && !others && (role !== 'admin' || !is_active)) {
      throw new ApiError(
        'invalid',
        `${account.user.username} is the last active admin.`,
        'Make somebody else an admin first.',
      );
    }
  };
  const endSessions = (id: string, but: (own: boolean) => boolean) => {
    world.sessions = world.sessions.map((one) =>
      one.user_id === id && !but(one.is_own) && (one.status === 'active' || one.status === 'idle')
        ? {
            ...one,
            status: 'terminated' as const,
            terminated_at: isoAt(world.now()),
            terminated_by: world.me().user.username,
          }
        : one,
    );
  };

  return {
    'password.check': ({ username, password }) => strengthOf(password, username, least()),
    'account.get': () => at(world.me().user.id),
    'account.edit': ({ email, preferences }) => {
      const account = at(world.me().user.id);
      if (email != null) checkEmail(email);
      return put({
        ...account,
        user: { ...account.user, email: email ?? account.user.email },
        preferences: preferences ?? account.preferences,
      });
    },
    'account.set_avatar': (input) => {
      const account = at(world.me().user.id);
      if (input.kind === 'remove') return put({ ...account, avatar: null });
      if (input.kind === 'url') {
        if (!/^https:\/\/[^\s/]+\.[^\s]+$/.test(input.url)) {
          throw new ApiError('invalid', 'The address of a picture begins with https://.', '');
        }
        return put({ ...account, avatar: input.url });
      }
      if (!/^(iVBOR|\/9j\/|UklGR)/.test(input.data)) {
        throw new ApiError('invalid', 'This is no picture.', 'Choose a PNG, JPEG or WebP file.');
      }
      return put({ ...account, avatar: `data:image/png;base64,${input.data}` });
    },
    'account.change_password': ({ current, new: next }) => {
      const { username, id } = world.me().user;
      if (world.passwords.get(username) !== current) {
        throw new ApiError('invalid', 'The password is not right.', '');
      }
      checkPassword(next, username);
      world.passwords.set(username, next);
      endSessions(id, (own) => own);
      world.push({ kind: 'changed', topic: 'sessions' });
      return put({ ...at(id), password_changed_at: isoAt(world.now()) });
    },
    'user.list': () => world.accounts.map(counted),
    'user.create': ({ username, email = '', role, password }) => {
      checkName(username, null);
      checkEmail(email);
      checkPassword(password, username);
      const first = world.settings.find(({ key }) => key === 'system.default_user_role')?.value;
      const account = accountOf(world.now(), username.trim(), role ?? (first as Role), {
        email,
        created_at: isoAt(world.now()),
        last_login: null,
      });
      world.accounts = [...world.accounts, account];
      world.passwords.set(account.user.username, password);
      world.push({ kind: 'changed', topic: 'users' });
      return account;
    },
    'user.edit': ({ id, username, email, role, is_active }) => {
      const account = at(id);
      if (username != null) checkName(username, id);
      if (email != null) checkEmail(email);
      const user = {
        ...account.user,
        username: username?.trim() ?? account.user.username,
        email: email ?? account.user.email,
        role: role ?? account.user.role,
        is_active: is_active ?? account.user.is_active,
      };
      keepAnAdmin(account, user.role, user.is_active);
      if (!user.is_active) endSessions(id, () => false);
      return put({ ...account, user });
    },
    'user.set_password': ({ id, password }) => {
      const account = at(id);
      checkPassword(password, account.user.username);
      world.passwords.set(account.user.username, password);
      endSessions(id, (own) => own);
      return put({ ...account, password_changed_at: isoAt(world.now()) });
    },
    'user.remove': ({ id }) => {
      const account = at(id);
      keepAnAdmin(account, 'user', false);
      world.accounts = world.accounts.filter(({ user }) => user.id !== id);
      world.sessions = world.sessions.filter(({ user_id }) => user_id !== id);
      world.push({ kind: 'changed', topic: 'users' });
      return null;
    },
  };
}
