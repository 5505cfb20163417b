import { ApiError } from '../backend';
import { thePassword } from './people';
import type { Part, World } from './world';

/** The program's own state: status, vault, set-up, and the system's file dialog. */
export function program(world: World): Part<'status' | 'vault' | 'setup' | 'file'> {
  const open = () => {
    world.status = { ...world.status, vault: { state: 'open', place: 'passphrase_file' } };
    return world.status;
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
    'file.choose': ({ purpose }) => {
      if (world.options.file !== undefined) return world.options.file;
      return purpose === 'backup_folder' ? '/mnt/nas-share/tomo' : '/home/ana/tomo-audit.csv';
    },
  };
}
