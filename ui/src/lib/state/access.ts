import type { Commands, Role } from '../backend/generated';

/** What a command does, as the table of commands says. */
export type Effect = 'public' | 'read' | 'operate' | 'administer';

/** Whether a role may do what an effect stands for; without a role nobody is signed in. */
export function mayHave(role: Role | undefined, effect: Effect): boolean {
  switch (role) {
    case 'admin':
      return true;
    case 'user':
      return effect !== 'administer';
    case 'readonly':
      return effect === 'read' || effect === 'public';
    case undefined:
      return effect === 'public';
  }
}

/** The commands that ask for more than looking; everything else is for everybody who is signed in. */
const effects: Partial<Record<keyof Commands, Effect>> = {
  'status.get': 'public',
  'vault.create': 'public',
  'vault.try_again': 'public',
  'vault.unlock': 'public',
  'setup.create': 'public',
  'setup.choose_backup': 'public',
  'setup.inspect': 'public',
  'setup.restore': 'public',
  'session.sign_in': 'public',
  'session.sign_out': 'public',
  'session.lock': 'public',
  'session.unlock': 'public',
  'password.check': 'public',
  'about.licences': 'public',
  'lock.list': 'administer',
  'lock.unlock': 'administer',
  'user.list': 'administer',
  'user.create': 'administer',
  'user.edit': 'administer',
  'user.set_password': 'administer',
  'user.remove': 'administer',
  'server.add': 'administer',
  'server.edit': 'administer',
  'server.remove': 'administer',
  'server.test': 'administer',
  'server.connect': 'operate',
  'server.disconnect': 'operate',
  'container.look': 'operate',
  'container.reveal': 'operate',
  'container.act': 'operate',
  'container.remove': 'operate',
  'container.rename': 'operate',
  'container.limit': 'operate',
  'image.remove': 'operate',
  'volume.remove': 'operate',
  'network.remove': 'operate',
  'prune.run': 'operate',
  'docker.setup_plan': 'operate',
  'docker.setup': 'administer',
  'docker.setup_cancel': 'administer',
  'terminal.open': 'operate',
  'terminal.write': 'operate',
  'terminal.resize': 'operate',
  'terminal.close': 'operate',
  'app.install': 'operate',
  'app.adopt_plan': 'operate',
  'app.adopt': 'operate',
  'app.release': 'operate',
  'app.look_for_newer': 'operate',
  'app.act': 'operate',
  'app.cancel': 'operate',
  'app.uninstall': 'operate',
  'app.update': 'operate',
  'app.roll_back': 'operate',
  'app.forget_way_back': 'operate',
  'app.backup': 'operate',
  'app.backup_inspect': 'operate',
  'app.restore_plan': 'operate',
  'app.restore': 'operate',
  'app.move': 'operate',
  'app.open': 'operate',
  'app.reveal': 'operate',
  'app_source.add': 'administer',
  'app_source.sync': 'operate',
  'app_source.enable': 'administer',
  'app_source.remove': 'administer',
  'server_list.export': 'administer',
  'server_list.preview': 'administer',
  'server_list.import': 'administer',
  'key.inspect': 'administer',
  'key.choose': 'administer',
  'host_key.trust': 'administer',
  'host_key.replace': 'administer',
  'audit.list': 'administer',
  'audit.verify': 'administer',
  'audit.export': 'administer',
  'retention.run': 'administer',
  'backup.list': 'administer',
  'backup.create': 'administer',
  'backup.inspect': 'administer',
  'backup.restore': 'administer',
  'backup.set_passphrase': 'administer',
  'plan.approve': 'operate',
  'plan.refuse': 'operate',
  'diagnostics.save': 'administer',
  'collection.pause': 'operate',
  'collection.resume': 'operate',
};

/** What calling a command does. */
export function effectOf(command: keyof Commands): Effect {
  return effects[command] ?? 'read';
}
