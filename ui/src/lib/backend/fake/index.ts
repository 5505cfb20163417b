import { accounts } from './accounts';
import { audit } from './audit';
import { program } from './program';
import { servers } from './servers';
import { sessions } from './sessions';
import { settings } from './settings';
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
  };
}
