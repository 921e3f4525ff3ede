/** Text of others as a terminal, and the log of a CI run, may be shown it: it says something, and does nothing. */

/**
 * Controls but for the tab (C0, DEL, C1: colours, titles, bells), ends of lines, what turns the direction of writing, and halves of
 * characters.
 */
const DOES = /(?!\t)[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/gu
/** Commands of CI: `::error::` where a line begins (GitHub), `##[…]`, `##vso[…]` and `##teamcity[…]` anywhere in it. */
const COMMANDS = /^(\s*):(?=:)|#(?=#\w*\[)/g

/** One line, without its end. */
export function printable(line: string): string {
  return line.replace(DOES, escaped).replace(COMMANDS, (found) => found.slice(0, -1) + escaped(found.slice(-1)))
}

/** JSON, or YAML that quotes what needs it, so that it means the same: there are controls in quoted texts alone. */
export function printableData(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line))
    .join('\n')
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
}
