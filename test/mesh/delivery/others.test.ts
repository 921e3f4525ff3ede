/** What becomes of a message by the tables that others have published: where ours differs it is named here, with the reason. */
import { describe, expect, it } from 'vitest'
import { dispositionOf } from '../../../src/core/disposition.ts'

type Fate = 'done' | 'again' | 'dead'

interface Table {
  readonly name: string
  /** As it is published: the first row that fits counts. */
  readonly rows: readonly (readonly [fits: (status: number) => boolean, fate: Fate])[]
  /** Statuses for which ours differs, and why. */
  readonly differs: Readonly<Record<number, string>>
}

const is =
  (...statuses: number[]) =>
  (status: number) =>
    statuses.includes(status)
const hundred = (first: number) => (status: number) => Math.floor(status / 100) === first

const TABLES: readonly Table[] = [
  {
    // knative/specs, specs/eventing/data-plane.md, "Event Acknowledgement and Delivery Retry".
    name: 'the Knative Eventing data plane contract',
    rows: [
      [hundred(2), 'done'],
      [hundred(3), 'dead'],
      [is(400), 'dead'],
      [is(404, 409, 429), 'again'],
      [hundred(4), 'dead'],
      [hundred(5), 'again'],
    ],
    differs: {
      404: 'there an endpoint may not be there yet; here that is a name without a record, which comes again. A 404 is the word of a service that is there',
      408: 'the receiver has waited for the body in vain (RFC 9110): that may be sent again without asking',
      423: 'a lock is let go (RFC 4918)',
      425: 'too early (RFC 8470): it asks for another time',
      501: 'the receiver does not know the method, and will not the next time',
    },
  },
  {
    // dapr/docs, reference/api/pubsub_api.md, "Expected HTTP Response".
    name: 'the Dapr pub/sub API',
    rows: [
      [hundred(2), 'done'],
      [is(404), 'dead'],
      [() => true, 'again'],
    ],
    differs: {
      ...Object.fromEntries(
        Array.from({ length: 200 }, (_, at) => 300 + at)
          .filter((status) => !is(404, 408, 409, 423, 425, 429)(status))
          .map((status) => [status, 'a refusal is no want of time: another delivery is refused, too']),
      ),
      501: 'the receiver does not know the method, and will not the next time',
    },
  },
]

describe.each(TABLES)('by $name', ({ rows, differs }) => {
  it('becomes of a message what becomes of ours, but where a reason is named', () => {
    const different: number[] = []
    for (let status = 200; status < 600; status++) {
      const theirs = rows.find(([fits]) => fits(status))?.[1]
      const said = dispositionOf(status)
      const ours = said === 'gone' ? 'dead' : said
      if (ours !== theirs) different.push(status)
    }
    expect(different).toEqual(
      Object.keys(differs)
        .map(Number)
        .sort((one, other) => one - other),
    )
    for (const why of Object.values(differs)) expect(why.length).toBeGreaterThan(10)
  })
})
