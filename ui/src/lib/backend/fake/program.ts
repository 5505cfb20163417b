import { ApiError } from '../backend';
import { appBackup } from './app_backups';
import { openBackup } from './backups';
import type { FilePurpose } from '../generated';
import { thePassword } from './people';
import type { Part, World } from './world';

const chosen: Record<FilePurpose, string> = {
  open_key: '/home/ana/.ssh/id_ed25519',
  open_backup: '/home/ana/Downloads/tomo-old.tomo',
  save_backup: '/home/ana/tomo-now.tomo',
  backup_folder: '/mnt/nas-share/tomo',
  open_server_list: '/home/ana/servers.json',
  save_server_list: '/home/ana/servers.json',
  save_activity: '/home/ana/tomo-activity.csv',
  save_audit: '/home/ana/tomo-audit.csv',
  save_diagnostics: '/home/ana/tomo-diagnostics.zip',
  save_log: '/home/ana/tomo.log',
  save_app_backup: '/home/ana/backups/miniflux-2026-11-23.tomoapp',
  open_app_backup: appBackup,
};

/** The program's own state: status, vault, set-up, and the system's file dialog. */
export function program(world: World): Part<'status' | 'vault' | 'setup' | 'file'> {
  const open = () => {
    world.status = { ...world.status, vault: { state: 'open', place: 'passphrase_file' } };
    return world.status;
  };
  const notSetUp = () => {
    if (!world.status.is_setup) return;
    throw new ApiError('duplicate', 'Tomo is set up already.', 'Sign in instead.');
  };
  return {
    'status.get': () => world.status,
    'vault.create': open,
    'vault.try_again': () => world.status,
    'vault.unlock': ({ passphrase }) => {
      if (passphrase !== thePassword) {
        throw new ApiError('invalid', 'Not the passphrase', 'Capital letters count.');
      }
      return open();
    },
    'setup.create': ({ username, password }) => {
      world.status = { ...world.status, is_setup: true };
      world.passwords.set(username, password);
      world.signIn(username);
      return world.status;
    },
    'setup.choose_backup': () => {
      notSetUp();
      return world.options.file === undefined ? chosen.open_backup : world.options.file;
    },
    'setup.inspect': ({ path, passphrase }) => {
      notSetUp();
      return openBackup(world, path, passphrase);
    },
    'setup.restore': ({ path, passphrase }) => {
      notSetUp();
      openBackup(world, path, passphrase);
      world.status = { ...world.status, is_setup: true, session: null };
      return world.status;
    },
    'file.choose': ({ purpose }) => {
      if (world.options.file !== undefined) return world.options.file;
      return chosen[purpose];
    },
  };
}
