/** Colours of log lines: reads SGR sequences, drops every other one, and never makes HTML. */

/** Colours of a line, as the theme has them. */
export type Colour = 'grey' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'plain';

/** How a stretch of text looks. */
export interface Look {
  colour: Colour | null;
  ground: Colour | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underlined: boolean;
  struck: boolean;
  inverse: boolean;
}

/** A stretch of text of one look. */
export interface Piece {
  text: string;
  look: Look;
}

const PLAIN: Look = {
  colour: null,
  ground: null,
  bold: false,
  dim: false,
  italic: false,
  underlined: false,
  struck: false,
  inverse: false,
};

const named: readonly Colour[] = [
  'grey',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'plain',
];

// CSI sequences, OSC and other strings up to their end, two-character escapes, and a lone escape.
const sequence =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /(?:\u001b\[|\u009b)([\d;:<=>?]*)[ -/]*([@-~]?)|\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)|\u001b[ -/]*[0-~]?/g;
// eslint-disable-next-line no-control-regex -- the same; a tab stays a tab
const control = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The nearest of the theme's colours to one of red, green and blue, each 0 to 255. */
function nearest(red: number, green: number, blue: number): Colour {
  const most = Math.max(red, green, blue);
  const range = most - Math.min(red, green, blue);
  if (range < 40) return most > 150 ? 'plain' : 'grey';
  const strong = (part: number): boolean => part > most - range * 0.45;
  if (strong(red) && strong(green)) return 'yellow';
  if (strong(red) && strong(blue)) return 'magenta';
  if (strong(green) && strong(blue)) return 'cyan';
  if (strong(red)) return 'red';
  return strong(green) ? 'green' : 'blue';
}

/** A colour by its number in the palette of 256. */
function ofPalette(number: number): Colour {
  if (number < 16) return named[number % 8] ?? 'plain';
  if (number >= 232) return number > 243 ? 'plain' : 'grey';
  const cube = number - 16;
  const part = (at: number): number => (at === 0 ? 0 : 55 + 40 * at);
  return nearest(part(Math.floor(cube / 36)), part(Math.floor(cube / 6) % 6), part(cube % 6));
}

/** What `38` and `48` say after them: the colour, and how many codes it took. */
function extended(codes: readonly number[]): [Colour | null, number] {
  if (codes[0] === 5) return [ofPalette(codes[1] ?? 0), 2];
  if (codes[0] === 2) return [nearest(codes[1] ?? 0, codes[2] ?? 0, codes[3] ?? 0), 4];
  return [null, 1];
}

function applied(before: Look, parameters: string): Look {
  const codes = parameters.split(/[;:]/).map(Number);
  let look = { ...before };
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 0) look = { ...PLAIN };
    else if (code === 1) look.bold = true;
    else if (code === 2) look.dim = true;
    else if (code === 3) look.italic = true;
    else if (code === 4) look.underlined = true;
    else if (code === 7) look.inverse = true;
    else if (code === 9) look.struck = true;
    else if (code === 22) look.bold = look.dim = false;
    else if (code === 23) look.italic = false;
    else if (code === 24) look.underlined = false;
    else if (code === 27) look.inverse = false;
    else if (code === 29) look.struck = false;
    else if (code >= 30 && code <= 37) look.colour = named[code - 30] ?? null;
    else if (code === 39) look.colour = null;
    else if (code >= 40 && code <= 47) look.ground = named[code - 40] ?? null;
    else if (code === 49) look.ground = null;
    else if (code >= 90 && code <= 97) look.colour = named[code - 90] ?? null;
    else if (code >= 100 && code <= 107) look.ground = named[code - 100] ?? null;
    else if (code === 38 || code === 48) {
      const [colour, taken] = extended(codes.slice(at + 1));
      if (code === 38) look.colour = colour;
      else look.ground = colour;
      at += taken;
    }
  }
  return look;
}

/** A line in stretches of one look each. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let look = PLAIN;
  let from = 0;
  const take = (to: number): void => {
    const part = text.slice(from, to).replace(control, '\ufffd');
    if (part !== '') pieces.push({ text: part, look });
  };
  for (const found of text.matchAll(sequence)) {
    take(found.index);
    from = found.index + found[0].length;
    if (found[2] === 'm' && /^[\d;:]*$/.test(found[1] ?? '')) look = applied(look, found[1] ?? '');
  }
  take(text.length);
  return pieces;
}

/** The same without its looks. */
export function plainText(text: string): string {
  return text.replace(sequence, '').replace(control, '\ufffd');
}

/** The classes of a look, as `LogText.svelte` has them. */
export function classesOf({ colour, ground, ...look }: Look): string[] {
  const [front, back] = look.inverse ? [ground, colour ?? 'plain'] : [colour, ground];
  return [
    ...(front && front !== 'plain' && !back ? [front] : []),
    ...(back ? [`on-${back}`] : []),
    ...(['bold', 'dim', 'italic', 'underlined', 'struck'] as const).filter((name) => look[name]),
  ];
}
