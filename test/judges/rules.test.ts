/** The alerts that are brought along, judged by promtool: they can be loaded, and each fires where it is to, and not else. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { promtool } from './prometheus.ts'

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../examples/observability/${name}`, import.meta.url)), 'utf8')

describe('examples/observability/alerts.yaml', () => {
  it('is what Prometheus loads', async () => {
    const { code, said } = await promtool(['check', 'rules', 'alerts.yaml'])
    expect([code, said]).toEqual([0, expect.stringContaining('SUCCESS')])
  })

  it('does what its own tests say', async () => {
    const { code, said } = await promtool(['test', 'rules', 'alerts.test.yaml'])
    expect([code, said]).toEqual([0, expect.stringContaining('SUCCESS')])
  })

  it('has a test in which each alert fires', () => {
    const { groups } = parse(read('alerts.yaml')) as { groups: { rules: { alert?: string }[] }[] }
    const { tests } = parse(read('alerts.test.yaml')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[]
    }
    const fired = tests.flatMap(({ alert_rule_test }) =>
      alert_rule_test.filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname),
    )
    const alerts = groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []))
    expect([...new Set(fired)].sort()).toEqual(alerts.sort())
  })
})

describe('examples/observability/prometheus.yaml', () => {
  it('is what Prometheus loads', async () => {
    const { code, said } = await promtool(['check', 'config', '--syntax-only', 'prometheus.yaml'])
    expect([code, said]).toEqual([0, expect.stringContaining('is valid prometheus config file')])
  })
})
