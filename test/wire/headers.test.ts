import { describe, expect, it } from 'vitest'
import * as names from '../../src/wire/headers.ts'

describe('header names', () => {
  it('are in lower case, as they are compared', () => {
    const all = Object.values(names).filter((name) => typeof name === 'string')
    expect(all).toContain('selvedge-timeout-ms')
    for (const name of all) expect(name).toMatch(/^[a-z][a-z-]*$/)
  })
})

describe('isGrpc', () => {
  it.each([
    ['application/grpc', true],
    ['application/grpc+proto', true],
    ['application/grpc-web', true],
    ['application/grpc-web-text+proto', true],
    ['application/json', false],
    ['text/plain; note=application/grpc', false],
    ['', false],
  ])('of %s is %s', (type, expected) => {
    expect(names.isGrpc(new Headers({ 'content-type': type }))).toBe(expected)
  })

  it('of a request without a body is false', () => {
    expect(names.isGrpc(new Headers())).toBe(false)
  })
})

describe('isNativeGrpc', () => {
  it.each([
    ['application/grpc', true],
    ['application/grpc+proto', true],
    ['Application/gRPC; charset=utf-8', true],
    ['application/grpc-web', false],
    ['application/grpc-web-text+proto', false],
    ['application/json', false],
    ['', false],
  ])('of %s is %s', (type, expected) => {
    expect(names.isNativeGrpc(new Headers({ 'content-type': type }))).toBe(expected)
  })
})
