/** What the functions of a test mesh share with the endpoints that they stand for. */
import { expect, it } from 'vitest'
import { createTestMesh } from '../../src/testing.ts'
import { failureOf } from '../support/call.ts'
import { quickClock } from '../support/upstream.ts'

it('ends a call at its deadline, also where the function that answers does not listen to its signal', async () => {
  const clock = quickClock()
  const users = async () => {
    await new Promise<void>((resolve) => clock.after(20_000, resolve))
    return new Response('too late')
  }
  const mesh = createTestMesh({ users }, { clock })
  const before = clock.now()
  expect((await failureOf(clock.run(mesh.fetch('http://users/')))).code).toBe('deadline_exceeded')
  expect(clock.now() - before).toBe(15_000)
})

it('takes a record that is written where it is used', async () => {
  const mesh = createTestMesh({ users: { endpoints: [() => new Response('here')], retry: { attempts: 1 } } })
  expect(await (await mesh.clock.run(mesh.fetch('http://users/'))).text()).toBe('here')
})
