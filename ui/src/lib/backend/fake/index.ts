import { about } from './about';
import { accounts } from './accounts';
import { activity } from './activity';
import { appBackups } from './app_backups';
import { apps } from './apps';
import { audit } from './audit';
import { backups } from './backups';
import { containers } from './containers';
import { dockerSetups } from './docker_setups';
import { engineStore } from './engine_store';
import { containerDetails } from './container_details';
import { installed } from './installed';
import { logs } from './logs';
import { ownApps } from './own_apps';
import { plans } from './plans';
import { program } from './program';
import { retention } from './retention';
import { servers } from './servers';
import { sessions } from './sessions';
import { settings } from './settings';
import { terminals } from './terminals';
import { updates } from './updates';
import type { Handlers, World } from './world';

/** Every subject's handlers over one world. A command that no subject answers is refused. */
export function handlersOf(world: World): Partial<Handlers> {
  return {
    ...program(world),
    ...sessions(world),
    ...accounts(world),
    ...servers(world),
    ...settings(world),
    ...audit(world),
    ...activity(world),
    ...backups(world),
    ...retention(world),
    ...about(world),
    ...plans(world),
    ...containers(world),
    ...engineStore(world),
    ...containerDetails(world),
    ...logs(world),
    ...terminals(world),
    ...apps(world),
    ...installed(world),
    ...ownApps(world),
    ...updates(world),
    ...appBackups(world),
    ...dockerSetups(world),
  };
}
