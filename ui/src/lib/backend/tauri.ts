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

  attachTerminal(id, onOutput) {
    const channel = new Channel<TerminalOutput>();
    let over = false;
    const end = (reason: string) => {
      if (!over) void onOutput({ kind: 'ended', exit_code: null, reason });
    };
    channel.onmessage = async (output) => {
      if (over) return;
      await onOutput(output);
      if (over || output.kind !== 'data') return;
      // A terminal that is gone has nothing left to send.
      invoke('terminal_shown', { terminalId: id, bytes: byteLength(output.bytes) }).catch(() => {});
    };
    invoke('terminal', { channel, terminalId: id }).catch((thrown: unknown) => {
      end(ApiError.from(thrown).message);
    });
    return () => {
      over = true;
    };
  },

  async openLink(url) {
    try {
      await invoke('open_link', { url });
    } catch (thrown) {
      throw ApiError.from(thrown);
    }
  },

  async openApp(id) {
    try {
      return await invoke('open_app', { id });
    } catch (thrown) {
      throw ApiError.from(thrown);
    }
  },
};

/** How many bytes a base64 text stands for. */
function byteLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}
