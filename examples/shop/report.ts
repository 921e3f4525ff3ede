/** Tells a demo in numbered scenes: what was done, what was seen, and whether each claim held. */

export interface Report {
  scene(title: string): void
  did(line: string): void
  saw(line: string): void
  /** A claim, with what it was measured on; false makes the whole demo fail. */
  claim(holds: boolean, line: string): void
  readonly claims: number
  readonly broken: readonly string[]
}

export function report(write: (line: string) => void, color: boolean): Report {
  const paint = (code: number) => (text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text)
  const [bold, dim, green, red] = [paint(1), paint(2), paint(32), paint(31)]
  const broken: string[] = []
  let scenes = 0
  let claims = 0
  return {
    scene(title) {
      scenes += 1
      write(`\n${bold(`${scenes}  ${title}`)}`)
    },
    did: (line) => write(`   ${dim(line)}`),
    saw: (line) => write(`   ${line}`),
    claim(holds, line) {
      claims += 1
      if (!holds) broken.push(`${scenes}: ${line}`)
      write(`   ${holds ? green('✓') : red('✗')} ${line}`)
    },
    get claims() {
      return claims
    },
    broken,
  }
}
