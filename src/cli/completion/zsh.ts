/** Completion for zsh. */
import { type CompletedVerb, choiceFlags, quoted, valueFlags } from './spec.ts'

export function zshCompletion(verbs: readonly CompletedVerb[]): string {
  const described = (all: readonly { readonly name: string; readonly summary: string }[]) =>
    all.map(({ name, summary }) => quoted(`${name.replaceAll(':', '\\:')}:${summary}`)).join(' ')
  const perVerb = (listOf: (verb: CompletedVerb) => readonly { readonly name: string; readonly summary: string }[]) =>
    verbs
      .map((verb) => ({ name: verb.name, list: listOf(verb) }))
      .filter(({ list }) => list.length > 0)
      .map(({ name, list }) => `      (${name}) found=(${described(list)}) ;;`)
      .join('\n')
  const choices = choiceFlags(verbs)
    .map(({ names, choices }) => `      (${names.join('|')}) compadd -- ${choices.join(' ')}; return ;;`)
    .join('\n')
  const records = verbs.filter(({ takesRecords }) => takesRecords).map(({ name }) => name)
  return `#compdef selvedge
# zsh completion of selvedge, written by \`selvedge completion zsh\`:
#   source <(selvedge completion zsh)

_selvedge() {
  local before verb word skip url i
  local -a found
  for (( i = 2; i < CURRENT; i++ )); do
    before=\${words[i]}
    if [[ -n $skip ]]; then
      [[ $skip == --url ]] && url=$before
      skip=
      continue
    fi
    case $before in
      (--url=*) url=\${before#--url=} ;;
      (-*) [[ ' ${valueFlags(verbs).join(' ')} ' == *" $before "* ]] && skip=$before ;;
      (*) if [[ -z $verb ]]; then verb=$before; elif [[ -z $word ]]; then word=$before; fi ;;
    esac
  done
  if [[ -n $skip ]]; then
    case $skip in
${choices}
    esac
    _files
    return
  fi
  if [[ \${words[CURRENT]} == -* ]]; then
    case $verb in
${perVerb(({ flags }) => flags.flatMap(({ names, summary }) => names.map((name) => ({ name, summary }))))}
      (*) found=('--help:print help' '--version:print the version') ;;
    esac
    _describe flag found
    return
  fi
  if [[ -z $verb ]]; then
    found=(${described(verbs)})
    _describe verb found
    return
  fi
  case $verb in
    (${records.join('|')})
      found=(\${(f)"$(\${words[1]} completion names "\${words[CURRENT]}" \${url:+--url} \${url:+"$url"} 2>/dev/null)"})
      compadd -- $found
      return ;;
  esac
  if [[ -z $word ]]; then
    case $verb in
${perVerb(({ words }) => words)}
    esac
  fi
  if (( \${#found} )); then _describe word found; else _files; fi
}

if [[ \${funcstack[1]} == _selvedge ]]; then
  _selvedge "$@"
else
  compdef _selvedge selvedge
fi
`
}
