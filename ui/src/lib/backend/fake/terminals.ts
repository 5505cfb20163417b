import { ApiError } from '../backend';
import type { TerminalOutput, TerminalSize, TerminalTarget } from '../generated';
import type { Part, World } from './world';

interface Shell {
  size: TerminalSize;
  prompt: string;
  /** What was typed since the last line. */
  line: string;
  /** What was printed before anybody listened. */
  waiting: TerminalOutput[];
  on: ((output: TerminalOutput) => void) | null;
}

/** Text as the bytes of a terminal, in base64. */
function encoded(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function decoded(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0)));
}

/** Terminals of the stand-in: each echoes what is typed, answers a few words, and ends by `exit`. */
export class FakeTerminals {
  #shells = new Map<string, Shell>();
  #next = 1;

  open(prompt: string, size: TerminalSize): string {
    const id = `terminal-${this.#next++}`;
    const shell: Shell = { size, prompt, line: '', waiting: [], on: null };
    this.#shells.set(id, shell);
    this.#print(shell, prompt);
    return id;
  }

  attach(id: string, on: (output: TerminalOutput) => void): () => void {
    const shell = this.#shells.get(id);
    if (!shell) {
      on({ kind: 'ended', exit_code: null, reason: 'This terminal is not open.' });
      return () => undefined;
    }
    shell.on = on;
    for (const output of shell.waiting.splice(0)) on(output);
    return () => {
      shell.on = null;
    };
  }

  write(id: string, bytes: string): void {
    const shell = this.#of(id);
    for (const letter of decoded(bytes)) {
      if (letter === '\r') this.#run(id, shell);
      else if (letter === '\u007f') {
        if (shell.line === '') continue;
        shell.line = shell.line.slice(0, -1);
        this.#print(shell, '\b \b');
      } else if (letter >= ' ') {
        shell.line += letter;
        this.#print(shell, letter);
      }
    }
  }

  resize(id: string, size: TerminalSize): void {
    this.#of(id).size = size;
  }

  close(id: string): void {
    this.#shells.delete(id);
  }

  sizeOf(id: string): TerminalSize {
    return this.#of(id).size;
  }

  /** Ends a terminal, as the program in it or a lost connection would. */
  end(id: string, exit_code: number | null, reason: string | null = null): void {
    const shell = this.#of(id);
    this.#shells.delete(id);
    shell.on?.({ kind: 'ended', exit_code, reason });
  }

  #run(id: string, shell: Shell): void {
    const line = shell.line.trim();
    shell.line = '';
    this.#print(shell, '\r\n');
    if (/^exit\b/.test(line)) {
      this.end(id, Number(line.split(' ')[1] ?? 0));
      return;
    }
    if (line === 'ls') {
      this.#print(
        shell,
        '\u001b[34mbin\u001b[0m  \u001b[34metc\u001b[0m  \u001b[32mstart.sh\u001b[0m\r\n',
      );
    } else if (line === 'tput size') {
      this.#print(shell, `${shell.size.columns} x ${shell.size.rows}\r\n`);
    } else if (line !== '') {
      this.#print(shell, `sh: ${line.split(' ')[0]}: not found\r\n`);
    }
    this.#print(shell, shell.prompt);
  }

  #print(shell: Shell, text: string): void {
    const output: TerminalOutput = { kind: 'data', bytes: encoded(text) };
    if (shell.on) shell.on(output);
    else shell.waiting.push(output);
  }

  #of(id: string): Shell {
    const shell = this.#shells.get(id);
    if (!shell) throw new ApiError('not_found', 'This terminal is not open.', 'Open another one.');
    return shell;
  }
}

/** Terminals on servers and in containers. */
export function terminals(world: World): Part<'terminal'> {
  const placeOf = (target: TerminalTarget): { prompt: string; title: string } => {
    const id = target.kind === 'server' ? target.server_id : target.container.server_id;
    const server = world.rows.find((row) => row.server.id === id)?.server.name ?? id;
    if (target.kind === 'server') return { prompt: `ana@${server}:~$ `, title: server };
    const name =
      world.containers.at(target.container)?.container.name ??
      target.container.container_id.slice(0, 12);
    return { prompt: '/ # ', title: `${name} on ${server}` };
  };
  return {
    'terminal.open': ({ target, size }) => {
      const { prompt, title } = placeOf(target);
      return { terminal_id: world.terminals.open(prompt, size), title };
    },
    'terminal.write': ({ terminal_id, bytes }) => {
      world.terminals.write(terminal_id, bytes);
      return null;
    },
    'terminal.resize': ({ terminal_id, size }) => {
      world.terminals.resize(terminal_id, size);
      return null;
    },
    'terminal.close': ({ terminal_id }) => {
      world.terminals.close(terminal_id);
      return null;
    },
  };
}
