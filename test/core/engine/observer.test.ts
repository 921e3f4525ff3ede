import { describe, expect, it } from 'vitest'
import type { Filter } from '../../../src/core/engine/service.ts'
import { observer, stack } from '../../../src/core/engine/stack.ts'

interface Top {
  readonly log: string[]
}

const request = new Request('http://users/42')

/** Says when it is met, on the way down and up. */
function noting(name: string) {
  return observer<Top>(name, {
    enter: (_, { log }) => void log.push(`${name} down`),
    answered(response, { log }) {
      log.push(`${name} up`)
      return response
    },
    failed(error, { log }) {
      log.push(`${name} failed: ${(error as Error).message}`)
      return undefined
    },
  })
}

function answering(response = new Response('ok')) {
  return async (_: Request, { log }: Top) => {
    log.push('answer')
    return response
  }
}

function lost(): never {
  throw new Error('lost')
}

describe('a run of observers', () => {
  it('is met in the order of their pushing, and on the way up in the other', async () => {
    const log: string[] = []
    await stack<Top>().push(noting('one')).push(noting('two')).over(answering())(request, { log })
    expect(log).toEqual(['one down', 'two down', 'answer', 'two up', 'one up'])
  })

  it('leaves the context as it was, and gives what it writes to all beneath', async () => {
    const giving = observer<Top, { depth: number }>('giving', {
      enter(_, context) {
        context.depth = 7
      },
      answered(response, { log, depth }) {
        log.push(`up at ${depth}`)
        return response
      },
    })
    const context = { log: [] as string[] }
    const service = stack<Top>()
      .push(giving)
      .over(async (_, { log, depth }) => {
        log.push(`answered at ${depth}`)
        return new Response()
      })
    await service(request, context)
    expect(context).toEqual({ log: ['answered at 7', 'up at 7'] })
  })

  it('gives each pass a context of its own where a filter above goes on twice', async () => {
    const twice: Filter<Top> = async (request, _, next) => {
      await next(request, {})
      return next(request, {})
    }
    const counting = observer<Top, { seen: number }>('counting', {
      enter(_, context) {
        context.seen = (context.seen ?? 0) + 1
      },
    })
    const seen: number[] = []
    await stack<Top>()
      .push(twice)
      .push(counting)
      .over(async (_, context) => {
        seen.push(context.seen)
        return new Response()
      })(request, { log: [] })
    expect(seen).toEqual([1, 1])
  })

  it('of one that refuses tells those above, and not those beneath', async () => {
    const refusing = observer<Top>('refusing', {
      enter() {
        throw new Error('no')
      },
      failed: (_, { log }) => void log.push('refusing failed') as undefined,
    })
    const log: string[] = []
    const service = stack<Top>().push(noting('above')).push(refusing).push(noting('beneath')).over(answering())
    await expect(service(request, { log })).rejects.toThrow('no')
    expect(log).toEqual(['above down', 'above failed: no'])
  })

  describe('of which one has to wait', () => {
    /** Whoever is waited for ends its wait by itself. */
    const waiting = (wait: Promise<void>) =>
      observer<Top, { depth: number }>('waiting', {
        enter(_, context) {
          context.log.push('waiting down')
          return wait.then(() => {
            context.depth = 7
          })
        },
        answered(response, { log, depth }) {
          log.push(`waiting up at ${depth}`)
          return response
        },
        failed: (_, { log }) => void log.push('waiting failed') as undefined,
      })
    const column = (wait: Promise<void>) =>
      stack<Top>().push(noting('above')).push(waiting(wait)).push(noting('beneath'))

    it('goes on when the wait is over, with what was given meanwhile', async () => {
      const log: string[] = []
      let end = () => {}
      const answer = column(new Promise((resolve) => (end = resolve))).over(answering())(request, { log })
      log.push('called')
      end()
      await answer
      expect(log).toEqual([
        'above down',
        'waiting down',
        'called',
        'beneath down',
        'answer',
        'beneath up',
        'waiting up at 7',
        'above up',
      ])
    })

    it('tells those above alone of a wait in vain', async () => {
      const log: string[] = []
      const service = column(Promise.reject(new Error('gone'))).over(answering())
      await expect(service(request, { log })).rejects.toThrow('gone')
      expect(log).toEqual(['above down', 'waiting down', 'above failed: gone'])
    })

    it.each([
      ['that is thrown at once', lost],
      ['that comes later', () => Promise.reject(new Error('lost'))],
    ])('tells all of an error from beneath %s', async (_, failing) => {
      const log: string[] = []
      await expect(column(Promise.resolve()).over(failing)(request, { log })).rejects.toThrow('lost')
      expect(log.slice(3)).toEqual(['beneath failed: lost', 'waiting failed', 'above failed: lost'])
    })
  })

  it.each([
    ['that is thrown at once', lost],
    ['that comes later', () => Promise.reject(new Error('lost'))],
  ])('tells all of an error from beneath %s', async (_, failing) => {
    const log: string[] = []
    const service = stack<Top>().push(noting('one')).push(noting('two')).over(failing)
    await expect(service(request, { log })).rejects.toThrow('lost')
    expect(log).toEqual(['one down', 'two down', 'two failed: lost', 'one failed: lost'])
  })

  it('lets one answer in place of an error, and those above see the answer', async () => {
    const rescuing = observer<Top>('rescuing', { failed: () => new Response('rescued') })
    const log: string[] = []
    const service = stack<Top>()
      .push(noting('above'))
      .push(rescuing)
      .over(() => Promise.reject(new Error('lost')))
    expect(await (await service(request, { log })).text()).toBe('rescued')
    expect(log).toEqual(['above down', 'above up'])
  })

  it('lets one throw on the way up, and those above hear of that', async () => {
    const doubting = observer<Top>('doubting', {
      answered() {
        throw new Error('unreadable')
      },
    })
    const log: string[] = []
    const service = stack<Top>().push(noting('above')).push(doubting).over(answering())
    await expect(service(request, { log })).rejects.toThrow('unreadable')
    expect(log).toEqual(['above down', 'answer', 'above failed: unreadable'])
  })
})

describe('an observer', () => {
  it('is a filter that can be called by itself, and gives what it has written', async () => {
    const giving = observer<Top, { depth: number }>('giving', {
      enter(_, context) {
        context.depth = 7
      },
    })
    expect(giving.name).toBe('giving')
    const gives: unknown[] = []
    await giving(request, { log: [] }, async (_, given) => {
      gives.push(given)
      return new Response()
    })
    expect(gives).toEqual([{ depth: 7 }])
  })
})

describe('pushWhere', () => {
  it('asks by what those above have given', async () => {
    const giving = observer<Top, { depth: number }>('giving', {
      enter(_, context) {
        context.depth = 7
      },
    })
    const aside: Filter<Top> = async () => new Response('aside')
    const service = stack<Top>()
      .push(giving)
      .pushWhere(({ depth }) => depth === 7, aside)
      .over(answering())
    expect(await (await service(request, { log: [] })).text()).toBe('aside')
  })

  const only: Filter<Top> = async (request, { log }, next) => {
    log.push('only down')
    const response = await next(request, {})
    log.push('only up')
    return response
  }
  const service = stack<Top & { isMet: boolean }>()
    .push(noting('above'))
    .pushWhere(({ isMet }) => isMet, only)
    .push(noting('beneath'))
    .over(answering())

  it.each([
    [true, ['above down', 'only down', 'beneath down', 'answer', 'beneath up', 'only up', 'above up']],
    [false, ['above down', 'beneath down', 'answer', 'beneath up', 'above up']],
  ])('where its condition is %s: %j', async (isMet, met) => {
    const log: string[] = []
    await service(request, { log, isMet })
    expect(log).toEqual(met)
  })
})
