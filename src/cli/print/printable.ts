/** Makes foreign text safe for a terminal and for a CI log: it is shown, and has no effect. */

/**
 * Control characters except the tab (C0, DEL, C1: colours, titles, bells), line ends, marks that change the direction of
 * writing, and lone surrogates.
 */
const DOES = /(?!\t)[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/gu
/** CI commands: `::error::` at the beginning of a line (GitHub); `##[…]`, `##vso[…]` and `##teamcity[…]` anywhere in it. */
const COMMANDS = /^(\s*):(?=:)|#(?=#\w*\[)/g

/** One line, without its end. */
export function printable(line: string): string {
  return line.replace(DOES, escaped).replace(COMMANDS, (found) => found.slice(0, -1) + escaped(found.slice(-1)))
}

/** JSON, or YAML that quotes what needs quotes: control characters occur in quoted text only, so an escape keeps the meaning. */
export function printableData(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line))
    .join('\n')
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
}
