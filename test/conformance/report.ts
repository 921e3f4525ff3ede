/** The report of a run, as a page of the documentation. */
import type { Feature, Level, OutOfScope } from './requirement.ts'

const LEVELS: readonly Level[] = ['Core', 'Extended', 'Experimental', 'Implementation-specific']

/** @param failed what did not hold, by what it says; a feature and a requirement may be named once each. */
export function report(
  features: readonly Feature[],
  outOfScope: readonly OutOfScope[],
  failed: ReadonlySet<string>,
): string {
  return `${[
    '# Conformance',
    'Written by `npm run conformance`, which runs the suite in `test/conformance/` against the built Worker in workerd and against the library. The requirements',
    "are the specification's (Gateway API v1.6, HTTPRoute), written as data from its text: a record, requests, and what must come of them. What the upstream",
    'project calls `MeshHTTPRoute…` is `HTTPRoute…` here: there is nothing but a mesh.',
    '',
    '| level | features | requirements | hold |',
    '| --- | ---: | ---: | ---: |',
    ...LEVELS.map((level) => total(level, features, failed)).filter((row) => row !== undefined),
    ...LEVELS.flatMap((level) => section(level, features, failed)),
    '',
    '## Out of scope',
    '',
    '| what | level | why |',
    '| --- | --- | --- |',
    ...outOfScope.map(({ name, level, why }) => `| ${name} | ${level} | ${why} |`),
  ].join('\n')}\n`
}

function total(level: Level, features: readonly Feature[], failed: ReadonlySet<string>): string | undefined {
  const own = features.filter((feature) => feature.level === level)
  const requirements = own.flatMap((feature) => feature.requirements)
  if (requirements.length === 0) return undefined
  const held = requirements.filter(({ says }) => !failed.has(says)).length
  return `| ${level} | ${own.length} | ${requirements.length} | ${held} |`
}

function section(level: Level, features: readonly Feature[], failed: ReadonlySet<string>): string[] {
  const own = features.filter((feature) => feature.level === level)
  if (own.length === 0) return []
  return ['', `## ${level}`, ...own.flatMap((feature) => table(feature, failed))]
}

function table({ name, requirements }: Feature, failed: ReadonlySet<string>): string[] {
  return [
    '',
    `### ${name}`,
    '',
    '| | requirement | source |',
    '| --- | --- | --- |',
    ...requirements.map(({ says, source, refused }) => {
      const told = refused === undefined ? says : `refused: ${says}`
      return `| ${failed.has(says) ? 'fails' : 'holds'} | ${told.replaceAll('|', '\\|')} | ${source.replaceAll('|', '\\|')} |`
    }),
  ]
}
