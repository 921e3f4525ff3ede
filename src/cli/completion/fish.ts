/** Completion for fish. */
import { type CompletedFlag, type CompletedVerb, quoted } from './spec.ts'

export function fishCompletion(verbs: readonly CompletedVerb[]): string {
  const names = verbs.map(({ name }) => name).join(' ')
  const lines = verbs.flatMap(({ name, summary, flags, words, takesRecords }) => {
    const seen = `-n '__fish_seen_subcommand_from ${name}'`
    return [
      `complete -c selvedge -n 'not __fish_seen_subcommand_from ${names}' -f -a ${name} -d ${quoted(summary)}`,
      ...flags.map((flag) => `complete -c selvedge ${seen} ${flagText(flag)}`),
      ...words.map((word) => `complete -c selvedge ${seen} -f -a ${word.name} -d ${quoted(word.summary)}`),
      ...(takesRecords ? [`complete -c selvedge ${seen} -f -a '(__selvedge_names)'`] : []),
    ]
  })
  return `# fish completion of selvedge, written by \`selvedge completion fish\`:
#   selvedge completion fish | source

function __selvedge_names
    set -l typed (commandline -opc)
    set -l url
    set -l at (contains -i -- --url $typed); and set url --url $typed[(math $at + 1)]
    $typed[1] completion names (commandline -ct) $url 2>/dev/null
end

${lines.join('\n')}
`
}

function flagText({ names, summary, takesValue, choices }: CompletedFlag): string {
  const spelled = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ')
  const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : ''
  return `${spelled}${value} -d ${quoted(summary)}`
}
