/** Translates SessionPersistence from the field names before Gateway API v1.6 to the present ones. */
import { type Fields, isFields, knowsOnly, type Path, type Report, shown } from './manifest.ts'

/** Renames the fields that have a new name, with a note each. Everything else stays as written. */
export function presentSession(session: unknown, path: Path, report: Report): unknown {
  if (!isFields(session)) return session
  const { sessionName, cookieConfig, idleTimeout, ...present } = session
  if (idleTimeout !== undefined) {
    report.error([...path, 'idleTimeout'], 'is gone from the Gateway API: absoluteTimeout alone ends a session.')
  }
  const old = Object.entries({ sessionName, cookieConfig }).filter(([, value]) => value !== undefined)
  if (old.length === 0) return present
  const word = present.type === 'Header' ? 'header' : 'cookie'
  const beside = ['cookie', 'header'].find((name) => present[name] !== undefined)
  for (const [name] of old) {
    const place = [...path, name]
    if (beside) report.error(place, `is of the API before v1.6, and "${beside}" of the present one: leave one out.`)
    else if (name === 'sessionName') report.note(place, `is called ${word}.name since v1.6, and is taken for it.`)
    else if (word === 'header') report.error(place, 'is of a cookie, and the session has a header.')
    else report.note(place, 'is called cookie since v1.6, and is taken for it.')
  }
  if (beside) return present
  const name = sessionName === undefined ? {} : { name: sessionName }
  return { ...present, [word]: word === 'header' ? name : { ...name, ...lifetime(cookieConfig, path, report) } }
}

function lifetime(config: unknown, path: Path, report: Report): Fields {
  if (config === undefined) return {}
  const place = [...path, 'cookieConfig']
  if (!isFields(config)) {
    report.error(place, `Expected an object, got ${shown(config)}.`)
    return {}
  }
  knowsOnly(config, ['lifetimeType'], place, report)
  return config.lifetimeType === undefined ? {} : { lifetimeType: config.lifetimeType }
}
