import type { AppId, ServerId } from '../../lib/backend/generated';
import { isOpen, statusesOf } from '../../lib/state/engines';
import type { Tomo } from '../../lib/state/tomo.svelte';

/** A server that an app may be brought to, as an entry of a choice. */
export interface PlaceOption {
  value: ServerId;
  label: string;
  disabled: boolean;
}

/** Every server, with what stands in the way there, or what is there of the app. */
export function placeOptions(tomo: Tomo, app: AppId, without: ServerId | null): PlaceOption[] {
  return tomo.fleet.rows
    .filter(({ server }) => server.id !== without)
    .map(({ server, connection }) => {
      const engine = tomo.containers.engine(server.id);
      const isReady = engine !== undefined && statusesOf(engine).some(isOpen);
      const isThere = tomo.installed.apps.some(
        (one) => one.app === app && one.server_id === server.id && one.installed_at !== null,
      );
      const why = connection.state === 'connected' ? 'no Docker that can be used' : 'not connected';
      const about = isReady ? (isThere ? 'has it already' : '') : why;
      return {
        value: server.id,
        label: about ? `${server.name}: ${about}` : server.name,
        disabled: !isReady,
      };
    });
}

/** Where it is looked at first: a server before this computer. */
export function firstPlace(tomo: Tomo, options: readonly PlaceOption[]): ServerId | null {
  const possible = options.filter(({ disabled }) => !disabled);
  const isLocal = ({ value }: PlaceOption) => tomo.fleet.row(value)?.server.auth_type === 'local';
  return (possible.find((option) => !isLocal(option)) ?? possible[0])?.value ?? null;
}
