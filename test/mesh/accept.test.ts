import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { accept, root } from '../../src/mesh/accept.ts'
import { withDefaults } from '../../src/mesh/options.ts'
import { memoryRegistry } from '../../src/testing.ts'

const clock = virtualClock()
const settings = withDefaults({ registry: memoryRegistry(), clock })

function accepted(headers: Record<string, string> = {}, trusted = false) {
  return accept(new Request('http://front/', { headers }), { trusted, defer() {} }, settings)
}

describe('accept', () => {
  it('reads nothing from a request that brings nothing', () => {
    const { deadline, hops, trace, allowance, trusted } = accepted()
    expect(deadline.at).toBe(Number.POSITIVE_INFINITY)
    expect(hops).toBe(0)
    expect(trace).toBeUndefined()
    expect(allowance).toBeUndefined()
    expect(trusted).toBe(false)
  })

  it('takes the least of all deadlines', () => {
    const { deadline } = accepted({ 'selvedge-timeout-ms': '500', 'grpc-timeout': '300m', 'connect-timeout-ms': '400' })
    expect(deadline.at - clock.now()).toBe(300)
  })

  it('names on the receipt the deadlines that it cannot read, and only those', () => {
    const { deadline, receipt } = accepted({ 'selvedge-timeout-ms': 'soon', 'grpc-timeout': '300m' })
    expect(deadline.at - clock.now()).toBe(300)
    expect(receipt.unread).toEqual(['selvedge-timeout-ms'])
    expect(accepted({ 'grpc-timeout': '300m' }).receipt.unread).toBeUndefined()
  })

  it('reads the allowance, 0 too, and takes what it cannot read for 0', () => {
    expect(accepted({ 'selvedge-retry-allowance': '3' }).allowance?.granted).toBe(3)
    expect(accepted({ 'selvedge-retry-allowance': '0' }).allowance?.granted).toBe(0)
    for (const nonsense of ['-1', '1.5', 'many', '']) {
      expect(accepted({ 'selvedge-retry-allowance': nonsense }).allowance?.granted).toBe(0)
    }
  })

  it('reads the trace with its state and baggage', () => {
    const { trace } = accepted({
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      tracestate: 'vendor=1',
      baggage: 'user=7',
    })
    expect(trace).toEqual({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      flags: 1,
      state: 'vendor=1',
      baggage: 'user=7',
    })
  })

  it('counts the hops that were made', () => {
    expect(accepted({ 'cdn-loop': 'selvedge, fastly, selvedge' }).hops).toBe(2)
    expect(accepted({ via: '1.1 a, 1.1 b, 1.1 c' }).hops).toBe(3)
  })

  it('keeps the signal of the caller, and whether it is believed', () => {
    const controller = new AbortController()
    const request = new Request('http://front/', { signal: controller.signal })
    const context = accept(request, { trusted: true, defer() {} }, settings)
    controller.abort()
    expect(context.signal()?.aborted).toBe(true)
    expect(context.trusted).toBe(true)
  })

  it('does not ask where the caller is until somebody wants to know', () => {
    let asked = 0
    const request = Object.defineProperty(new Request('http://front/'), 'cf', {
      get() {
        asked += 1
        return { colo: 'AMS', continent: 'EU' }
      },
    })
    const { place } = accept(request, { trusted: false, defer() {} }, settings)
    expect(asked).toBe(0)
    expect(place()).toEqual({ colo: 'AMS', continent: 'EU' })
  })

  it('gives each request a receipt of its own', () => {
    expect(accepted().receipt).not.toBe(accepted().receipt)
  })
})

describe('root', () => {
  it('is the context of a call that no request brought: it belongs to the mesh, and has all the time', () => {
    const { trusted, deadline, hops, trace, allowance, signal, place } = root(settings)
    expect(trusted).toBe(true)
    expect(deadline.at).toBe(Number.POSITIVE_INFINITY)
    expect(hops).toBe(0)
    expect([trace, allowance, signal(), place()]).toEqual([undefined, undefined, undefined, undefined])
  })
})
