import { Channel, invoke } from '@tauri-apps/api/core';
import { ApiError, type Backend } from './backend';
import type { Push, TerminalOutput } from './generated';

/** The backend of the window: one Tauri command for calls, one channel for pushes. */
export const tauri: Backend = {
  async call(name, args) {
    try {
      return await invoke('call', { name, arguments: args });
    } catch (thrown) {
      throw ApiError.from(thrown);
    }
  },

  async subscribe(on) {
    const channel = new Channel<Push>();
    channel.onmessage = on;
    try {
      await invoke('subscribe', { channel });
    } catch (thrown) {
      throw ApiError.from(thrown);
    }
    return () => {
      channel.onmessage = () => {};
      // Nothing is left to tell if the process is already gone.
      invoke('unsubscribe').catch(() => {});
    };
  },

  attachTerminal(terminalId, onOutput) {
    const channel = new Channel<TerminalOutput>();
    channel.onmessage = onOutput;
    invoke('terminal', { terminalId, channel }).catch((thrown: unknown) => {
      channel.onmessage({ kind: 'ended', exit_code: null, reason: ApiError.from(thrown).message });
    });
    return () => {
      channel.onmessage = () => {};
    };
  },
};
