/** Completion for bash: one function, which asks the command for names of records alone. */
import { type CompletedVerb, choiceFlags, namesOf, valueFlags } from './spec.ts'

export function bashCompletion(verbs: readonly CompletedVerb[]): string {
  const perVerb = (listOf: (verb: CompletedVerb) => readonly string[]) =>
    verbs
      .map((verb) => ({ name: verb.name, list: listOf(verb) }))
      .filter(({ list }) => list.length > 0)
      .map(({ name, list }) => `    ${name}) words='${list.join(' ')}' ;;`)
      .join('\n')
  const choices = choiceFlags(verbs)
    .map(({ names, choices }) => `    ${names.join('|')}) words='${choices.join(' ')}' ;;`)
    .join('\n')
  const records = verbs.filter(({ takesRecords }) => takesRecords).map(({ name }) => name)
  return `# bash completion of selvedge, written by \`selvedge completion bash\`:
#   source <(selvedge completion bash)

_selvedge() {
  # The line itself: bash parts words at "@" and ":", and a name may have one.
  local line=\${COMP_LINE:0:COMP_POINT} cur verb= word= skip= url= words= before
  cur=\${line##*[[:space:]]}
  local -a typed
  read -ra typed <<< "\${line%"$cur"}"
  local i
  for ((i = 1; i < \${#typed[@]}; i++)); do
    before=\${typed[i]}
    if [[ -n $skip ]]; then
      [[ $skip == --url ]] && url=$before
      skip=
      continue
    fi
    case $before in
      --url=*) url=\${before#--url=} ;;
      -*) [[ ' ${valueFlags(verbs).join(' ')} ' == *" $before "* ]] && skip=$before ;;
      *) if [[ -z $verb ]]; then verb=$before; elif [[ -z $word ]]; then word=$before; fi ;;
    esac
  done
  COMPREPLY=()
  if [[ -n $skip ]]; then
    case $skip in
${choices}
    esac
  elif [[ $cur == -* ]]; then
    case $verb in
${perVerb(({ flags }) => namesOf(flags))}
    *) words='--help --version' ;;
    esac
  elif [[ -z $verb ]]; then
    words='${verbs.map(({ name }) => name).join(' ')}'
  else
    case $verb in
${perVerb(({ words }) => words.map(({ name }) => name))}
    ${records.join('|')}) words=$("\${typed[0]}" completion names "$cur" \${url:+--url "$url"} 2>/dev/null) ;;
    esac
    [[ -n $word && $verb != @(${records.join('|')}) ]] && words=
  fi
  [[ -z $words ]] && return
  # What stands before the last "@" or ":" is not for bash to write again.
  local kept=\${cur%"\${cur##*[@:]}"} each
  while read -r each; do
    [[ $each == "$cur"* ]] && COMPREPLY+=("\${each#"$kept"}")
  done <<< "\${words// /$'\\n'}"
}
complete -o default -F _selvedge selvedge
`
}
