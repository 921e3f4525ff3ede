/** Checks of sagas: which stand still, and whose code is gone or will be. */
import type { Check, Finding } from './check.ts'
import type { SeenSagas } from './seen.ts'

export const SAGAS: readonly Check[] = [
  {
    id: 'sagas-go-on',
    group: 'sagas',
    title: 'no saga is parked or late, and none was ended by hand',
    hint: '`selvedge sagas list --state parked` says why. Mend it, then `selvedge sagas decide ID retry`; or skip what nobody can mend.',
    find: ({ sagas }) =>
      found(sagas, (all) =>
        all.flatMap(({ saga, version, state, count, sinceMs }): Finding[] => {
          const what = `${count} of the saga "${saga}", version ${version},`
          if (state === 'parked') {
            const since = sinceMs === undefined ? '' : `, the first for ${Math.floor(sinceMs / 60_000)} min`
            return [{ severity: 'error', message: `${what} wait for a decision${since}.` }]
          }
          if (state === 'failed') {
            return [
              {
                severity: 'error',
                message: `${what} were ended by hand, or given up by the engine: what they did stays done.`,
              },
            ]
          }
          return state === 'late'
            ? [{ severity: 'warning', message: `${what} try a step again and again that may not be given up.` }]
            : []
        }),
      ),
  },
  {
    id: 'sagas-have-their-code',
    group: 'sagas',
    title: 'every saga that runs has its code, and none an old one',
    hint: 'Keep the old version in the list of `sagas([…])` until none of it runs; deploy it again where one is parked at "definition".',
    find: ({ sagas }) =>
      found(sagas, (all) => {
        const newest = new Map<string, number>()
        for (const { saga, version } of all) newest.set(saga, Math.max(version, newest.get(saga) ?? 0))
        return all
          .filter(({ isEnded }) => !isEnded)
          .flatMap(({ saga, version, count, withoutCode }): Finding[] => {
            const what = `of the saga "${saga}", version ${version},`
            if (withoutCode > 0) {
              const message = `${withoutCode} ${what} are parked at their definition: the code that they began with is not there.`
              return [{ severity: 'error', message }]
            }
            return version < (newest.get(saga) ?? 0)
              ? [
                  {
                    severity: 'warning',
                    message: `${count} ${what} still run: a deploy that leaves this version out parks them.`,
                  },
                ]
              : []
          })
      }),
  },
]

/** `undefined` where nobody lists sagas, or the list does not answer. */
function found(sagas: SeenSagas | undefined, find: (all: SeenSagas['answer']) => Finding[]): Finding[] | undefined {
  return sagas && find(sagas.answer)
}
