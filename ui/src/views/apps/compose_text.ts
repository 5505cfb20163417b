/** A stretch of a line that is drawn in one colour. */
export interface Stretch {
  text: string;
  is?: 'key' | 'comment';
}

const key =
  /^(\s*(?:- +)*)("[^"]*"|'[^']*'|[^\s"'#:[{&*!|>-][^:#]*|[^\s"'#:[{&*!|>-])(?=:(?:\s|$))/;
const block = /[|>][+-]?\d?[+-]?\s*$/;

const indentOf = (line: string) => line.length - line.trimStart().length;

/** The lines of a YAML file, with its keys and its comments told apart; blocks of text are text. */
export function yamlLines(text: string): Stretch[][] {
  /** How far the line is indented that begins a block of text, while one lasts. */
  let within = -1;
  return text
    .replace(/\n+$/, '')
    .split('\n')
    .map((line): Stretch[] => {
      const isBlank = line.trim() === '';
      if (within >= 0 && (isBlank || indentOf(line) > within)) return [{ text: line }];
      within = -1;
      if (isBlank) return [{ text: line }];
      if (line.trimStart().startsWith('#')) return [{ text: line, is: 'comment' }];
      const [, lead = '', name] = key.exec(line) ?? [];
      if (name === undefined) return [{ text: line }];
      const rest = line.slice(lead.length + name.length);
      if (block.test(rest)) within = indentOf(line);
      return [{ text: lead }, { text: name, is: 'key' }, { text: rest }];
    });
}
