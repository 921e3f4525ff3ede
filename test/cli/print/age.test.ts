import { expect, it } from 'vitest'
import { ageOf } from '../../../src/cli/print/age.ts'

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000]

// As kubectl writes them: duration.HumanDuration of k8s.io/apimachinery.
it.each([
  [-5 * second, '0s'],
  [0, '0s'],
  [119.9 * second, '119s'],
  [2 * minute, '2m'],
  [3 * minute + 20 * second, '3m20s'],
  [10 * minute + 20 * second, '10m'],
  [179 * minute, '179m'],
  [3 * hour, '3h'],
  [5 * hour + 12 * minute, '5h12m'],
  [47 * hour, '47h'],
  [2 * day + 4 * hour, '2d4h'],
  [30 * day, '30d'],
  [729 * day, '729d'],
  [800 * day, '2y70d'],
  [9 * 365 * day, '9y'],
])('an age of %d ms is %s', (ms, age) => {
  expect(ageOf(ms)).toBe(age)
})
