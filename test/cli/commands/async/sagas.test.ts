import { describe, expect, it } from 'vitest'
import { command } from '../../../support/command.ts'
import { type GivenAdmin, givenAdmin, TOKEN } from '../../../support/given-admin.ts'

const target = 'target local http://127.0.0.1:8787\n'
const saga = { saga: 'place-order', version: 1, binding: 'SAGAS' }

async function given() {
  const admin: GivenAdmin = await givenAdmin({ ADMIN_TOKEN: TOKEN })
  const { sagas, clock } = admin
  sagas.tell({ ...saga, id: 'a1', state: 'running', step: 'definition' })
  sagas.look('a1', 'approval', 'approved')
  await clock.advance(60_000)
  sagas.tell({
    ...saga,
    id: 'b2',
    state: 'parked',
    step: 'undo charge',
    because: 'payments answered 503: ',
    traceId: 'c'.repeat(32),
  })
  await clock.advance(120_000)
  return { admin, selvedge: command({ clock, clientOf: () => admin.client }) }
}

describe('selvedge sagas', () => {
  it('lists them, the newest first, or those that stand so', async () => {
    const { selvedge } = await given()
    expect(
      (await selvedge('sagas', 'list')).out,
    ).toBe(`ID   SAGA          VERSION   STATE     STEP          AGE   PARKED   BECAUSE
b2   place-order   1         parked    undo charge   2m    2m       payments answered 503:
a1   place-order   1         running   approval      3m    -        -
`)
    expect((await selvedge('sagas', 'list', '--state', 'parked', '--of-version', '1')).out).toContain('b2')
    expect(await selvedge('sagas', 'list', '--of-version', '2')).toEqual({
      code: 0,
      out: '',
      err: `${target}There are no such sagas.\n`,
    })
    expect((await selvedge('sagas', 'list', '--state', 'lost')).code).toBe(2)
  })

  it('shows where one stands, and what can be decided', async () => {
    const { selvedge } = await given()
    const { code, out, err } = await selvedge('sagas', 'show', 'b2')
    expect({ code, out }).toEqual({
      code: 0,
      out: `place-order, version 1: parked
  step         undo charge
  because      payments answered 503: 
  started      2m ago
  trace        cccccccccccccccccccccccccccccccc
  workflow     running
`,
    })
    expect(err).toContain('selvedge sagas decide b2 retry, or skip.')
    expect((await selvedge('sagas', 'show', 'a1')).out).toContain('waits for    an event "approved"')
    expect(await selvedge('sagas', 'show', 'nobody')).toMatchObject({ code: 1 })
    expect(JSON.parse((await selvedge('sagas', 'show', 'a1', '-o', 'json')).out)).toMatchObject({ id: 'a1' })
  })

  it('decides of one that is parked, and of no other', async () => {
    const { selvedge, admin } = await given()
    expect(await selvedge('sagas', 'decide', 'b2', 'retry', '--message', 'mended')).toEqual({
      code: 0,
      out: 'place-order tries undo charge again.\n',
      err: target,
    })
    expect(admin.sent).toEqual([{ id: 'b2', type: 'selvedge-decision', payload: 'retry' }])
    expect((await selvedge('sagas', 'decide', 'b2', 'skip')).out).toBe(
      'place-order goes on without undo charge; its end will say so.\n',
    )
    expect((await selvedge('sagas', 'decide', 'a1', 'retry')).code).not.toBe(0)
    expect((await selvedge('sagas', 'decide', 'b2', 'wait')).code).toBe(2)
  })

  it('calls one off', async () => {
    const { selvedge, admin } = await given()
    expect((await selvedge('sagas', 'cancel', 'a1', '-m', 'by mistake')).out).toBe(
      'place-order turns back at its next step; behind its pivot it goes on to its end.\n',
    )
    expect(admin.sagas.get('a1')?.cancelledBy).toBe('admin: by mistake')
  })

  it('watches until it has ended: 0 where it was completed, 1 where it turned back or stands still', async () => {
    const { selvedge, admin } = await given()
    const { clock, sagas } = admin
    clock.after(2500, () => sagas.look('a1', 'charge'))
    clock.after(4500, () => sagas.tell({ ...saga, id: 'a1', state: 'completed', step: 'end' }))
    let isOver = false
    const watched = selvedge('sagas', 'watch', 'a1').finally(() => {
      isOver = true
    })
    // What it asks takes turns of its own.
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 0))
      if (clock.pending > 0) await clock.advance(250)
    }
    expect(await watched).toMatchObject({
      code: 0,
      out: `place-order: running at approval
place-order: running at charge
place-order: completed at end
`,
    })
    expect(await selvedge('sagas', 'watch', 'b2')).toMatchObject({ code: 1 })
  })
})
